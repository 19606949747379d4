// How many clients fit beside the log: each connection is an open file, and so is each segment. A broker that took more
// connections than the operating system lets it open would find no file left for its next segment.

import { readFile } from 'node:fs/promises'
import type { Logger } from './model/logger.ts'

/**
 * Open files that are no client: some 30 of the process itself, 10 of the log and its checkpoints, 64 old segments that are
 * read for deliveries, 64 connections of HTTP, and room.
 */
export const reservedFiles = 192

/** Connections that fit a limit of open files: what is left beside the reserved ones, a quarter where that is little. */
export function connectionsWithin(openFilesMax: number): number {
  return Math.max(1, Math.floor(openFilesMax / 4), openFilesMax - reservedFiles)
}

/**
 * The largest number of connections to take: `connectionsMax`, or fewer, with a line that says so. `openFilesMax` is the
 * soft limit, undefined where it is not known.
 */
export function fittingConnections(
  connectionsMax: number,
  openFilesMax: number | undefined,
  logger: Logger,
): number {
  if (openFilesMax === undefined) return connectionsMax
  const fitting = Math.min(connectionsMax, connectionsWithin(openFilesMax))
  if (fitting < connectionsMax) {
    const wanted = connectionsMax + reservedFiles
    logger.warn(
      { openFilesMax, connectionsMax, fitting },
      `at most ${openFilesMax} files may be open, too few for connections.max = ${connectionsMax}: ` +
        `${fitting} connections are taken; raise the limit to ${wanted} (ulimit -n, LimitNOFILE) or lower connections.max`,
    )
  }
  return fitting
}

/** The soft limit of this process; undefined where nobody says, or there is none. */
export async function openFilesLimit(): Promise<number | undefined> {
  try {
    return limitIn(await readFile('/proc/self/limits', 'latin1'))
  } catch {
    return undefined // not Linux, or no /proc
  }
}

/** The soft limit of open files in the text of /proc/self/limits. */
export function limitIn(text: string): number | undefined {
  const soft = /^Max open files +(\d+) /m.exec(text)?.[1]
  return soft === undefined ? undefined : Number(soft)
}
