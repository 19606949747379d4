// Postings under a check of the log: each is read, then made once more from its segment and held against what is there. A cache:
// what is wrong with one never touches the log.

import { isUnreadable } from '../log/checkpoint.ts'
import type { Disk } from '../log/disk.ts'
import { postingsName } from '../log/postings-format.ts'
import { arePostingsRight } from '../log/postings-writer.ts'
import { KiteQError } from '../model/errors.ts'
import type { Findings } from './log-findings.ts'
import type { SegmentFile } from './segment-headers.ts'

export interface CheckedPostings {
  readonly file: string
  /** Records up to there are covered. */
  readonly offset: number
  readonly outcome: 'equal' | 'different'
}

/** Those of segments whose header holds; where a segment is damaged, its postings are not compared. */
export async function checkPostings(
  dir: string,
  disk: Disk,
  files: readonly SegmentFile[],
  findings: Findings,
): Promise<CheckedPostings[]> {
  const checked: CheckedPostings[] = []
  for (const [i, { header, number }] of files.entries()) {
    if (header === undefined) continue
    const next = files[i + 1]
    const after = next?.number === number + 1 ? next.header : undefined
    const end = { position: after?.previousEnd ?? Infinity, offset: after?.firstOffset ?? Infinity }
    const file = postingsName(number)
    try {
      const found = await arePostingsRight({ disk, dir, header, end })
      if (found === undefined) continue
      const { offset } = found.end
      checked.push({ file, offset, outcome: found.equal ? 'equal' : 'different' })
      if (!found.equal)
        findings.add({ kind: 'checkpoint', file, text: 'not what the records of its segment make' })
    } catch (error) {
      if (isUnreadable(error))
        findings.add({ kind: 'unreadable', file, text: `it cannot be read: ${textOf(error)}` })
      else if (!(error instanceof KiteQError)) throw error
      else if (error.message.includes(file))
        findings.add({ kind: 'checkpoint', file, text: error.message })
    }
  }
  return checked
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
