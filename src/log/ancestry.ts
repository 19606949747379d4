// Which logs a restored one goes on from: a small file beside the segments, written by a restore. The log says the same in its
// `started` records as long as it has them; the file outlives retention. No start asks it, and nothing is refused for it.

import { readInto, type Disk } from './disk.ts'

/** A log that this one has the beginning of. */
export interface Ancestor {
  /** 32 hex digits. */
  readonly logId: string
  /** The records below are those of that log. */
  readonly endOffset: number
}

export const ancestryName = 'ancestry'
/** Of some hundred restores, one of the other. */
const bytesMax = 64 * 1024

/** One line for each, the oldest first. */
export function ancestryText(ancestors: readonly Ancestor[]): string {
  return ancestors.map(({ logId, endOffset }) => `${logId} ${endOffset}\n`).join('')
}

/** The oldest first; none without a file, or with one that is none. */
export async function readAncestry(disk: Disk, dir: string): Promise<readonly Ancestor[]> {
  const path = `${dir}/${ancestryName}`
  if (!(await disk.exists(path))) return []
  const file = await disk.open(path, 'read')
  try {
    const bytes = new Uint8Array(Math.min(bytesMax, await file.size()))
    await readInto(file, bytes, 0, bytes.length, 0)
    return ancestorsIn(new TextDecoder('latin1').decode(bytes))
  } finally {
    await file.close()
  }
}

function ancestorsIn(text: string): readonly Ancestor[] {
  const ancestors: Ancestor[] = []
  for (const line of text.split('\n').slice(0, -1)) {
    const [, logId, end] = /^([0-9a-f]{32}) (\d{1,15})$/.exec(line) ?? []
    if (logId === undefined) return []
    ancestors.push({ logId, endOffset: Number(end) })
  }
  return ancestors
}
