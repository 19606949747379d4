// The thread of archive-keeper.ts: follows the log below what the broker says is durable, and writes the archive. It reads the
// folder as any tool does and shares no memory with the broker; a word to the broker at most for each batch.

import { parentPort, workerData } from 'node:worker_threads'
import { bodyReader } from './archive-bodies.ts'
import { memoryBelow } from './archive-memory.ts'
import { namesBefore } from './archive-names.ts'
import { runArchiver, type ArchiverEvent } from './archive/archiver.ts'
import { mysqlAddress, type MysqlAddress } from './archive/mysql-address.ts'
import { pause } from './archive/mysql-link.ts'
import { pruneArchive } from './archive/mysql-prune.ts'
import type { ArchiveConfig } from './config.ts'
import { stepBack } from './log/background-worker.ts'
import { nodeDisk } from './log/disk-node.ts'
import { readSegmentHeaders } from './log/segment.ts'

export interface ArchiveTask {
  readonly dataDir: string
  readonly archive: ArchiveConfig
}

/** From the broker. */
export type ArchiveWord =
  /** The answer: what is below is durable. */
  { readonly kind: 'watermark'; readonly offset: number } | { readonly kind: 'stop' }

/** To the broker. */
export type ArchiveNews =
  /** Asks for the watermark. */
  | { readonly kind: 'watermark' }
  /** The database is there, and has everything below `next` but what lies in gaps. */
  | {
      readonly kind: 'connected'
      readonly next: number
      readonly gaps: { readonly count: number; readonly records: number }
    }
  /** `timeMs`: of the last record. */
  | { readonly kind: 'archived'; readonly next: number; readonly timeMs: number | undefined }
  /** Nothing of this log is there yet, but of others; `ancestor`: the one it was restored from, 32 hex digits. */
  | {
      readonly kind: 'begun'
      readonly others: number
      readonly ancestor: string | undefined
      readonly begins: number
      /** Of the records it begins with, which stand under another heir of that log, too. */
      readonly shared?: { readonly logId: string; readonly from: number; readonly to: number }
    }
  | { readonly kind: 'gap'; readonly from: number; readonly to: number; readonly why: string }
  /** The database is not there, or does not take it; it is tried again. */
  | { readonly kind: 'away'; readonly why: string }
  /** Rows went for their age. */
  | { readonly kind: 'pruned'; readonly rows: number }
  | { readonly kind: 'not-pruned'; readonly why: string }

const port = parentPort!
const stop = new AbortController()
let pruning: Promise<void> | undefined
let hasBegun = false
let connected: ArchiveNews | undefined
const waiting: ((offset: number) => void)[] = []
port.on('message', (word: ArchiveWord) => {
  if (word.kind === 'stop') stop.abort()
  else for (const heard of waiting.splice(0)) heard(word.offset)
})

function tell(news: ArchiveNews): void {
  port.postMessage(news)
}

function watermark(): Promise<number> {
  return new Promise((resolve) => {
    waiting.push(resolve)
    tell({ kind: 'watermark' })
  })
}

/** Looked for rows that are too old: often enough that none stays a tenth longer than it should, or an hour. */
const pruneEveryMinMs = 1_000
const pruneEveryMaxMs = 3_600_000

/** While it works, whatever becomes of the database meanwhile. */
async function pruneNowAndThen(task: ArchiveTask): Promise<void> {
  const everyMs = Math.min(pruneEveryMaxMs, Math.max(pruneEveryMinMs, task.archive.keepMs / 10))
  const [header] = await readSegmentHeaders(nodeDisk, task.dataDir)
  while (!stop.signal.aborted) {
    await prune(task.archive, header?.logId)
    await pause(everyMs, stop.signal)
  }
}

async function prune(archive: ArchiveConfig, logId: string | undefined): Promise<void> {
  const { signal } = stop
  try {
    const mysql = addressOf(archive)
    const beforeMs = Date.now() - archive.keepMs
    const { rows } = await pruneArchive({ mysql, logId, beforeMs, signal })
    if (rows > 0) tell({ kind: 'pruned', rows })
  } catch (error) {
    if (!signal.aborted) tell({ kind: 'not-pruned', why: textOf(error) })
  }
}

/** The password is read each time: whoever mends it need not start the broker again. */
function addressOf({ mysql: uri, passwordFile }: ArchiveConfig): MysqlAddress {
  try {
    return mysqlAddress(uri, { option: 'archive.mysql', passwordFile })
  } catch (error) {
    const why = textOf(error).replace('--password-file', 'archive.passwordFile')
    throw new Error(why, { cause: error })
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Segments may go for what is told: where the archive is, it is told only once that is known to be of this log. */
function onEvent(event: ArchiverEvent): void {
  if (event.kind === 'connected') {
    connected = { kind: 'connected', next: event.next, gaps: event.gaps }
    if (hasBegun) tell(connected)
  } else if (event.kind === 'away') away(event.why, event.trouble === 'refused')
  else tell(event)
}

/** Whoever is refused comes with the password of then: it is read anew by another thread. */
function away(why: string, isRefused: boolean): void {
  tell({ kind: 'away', why })
  if (!isRefused) return
  port.postMessage({ kind: 'ended', why })
  stop.abort()
}

/** Until it is told to stop. */
async function work(task: ArchiveTask): Promise<void> {
  const { dataDir, archive } = task
  await runArchiver({
    dataDir,
    mysql: addressOf(archive),
    watermark,
    namesBefore: (offset) => namesBefore(dataDir, offset),
    memoryBelow: (offset) => memoryBelow(dataDir, offset),
    follow: true,
    readBody: bodyReader({ text: archive.decompress, json: archive.jsonBodies }),
    signal: stop.signal,
    onEvent,
    onBegun: () => {
      hasBegun = true
      if (connected !== undefined) tell(connected)
      if (archive.keepMs > 0) pruning = pruneNowAndThen(task).catch(() => undefined)
    },
  })
  await pruning
}

stepBack()
work(workerData as ArchiveTask)
  .catch((error: unknown) => port.postMessage({ kind: 'ended', why: textOf(error) }))
  .finally(() => {
    stop.abort() // what else is at work here ends as well
    port.close()
  })
