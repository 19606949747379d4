// Checkpoints under a check of the log: each is read and loaded for itself, then held against the fold when that comes by
// its offset. A cache: what is wrong with one never touches the log.

import { checkpointName, isUnreadable } from '../log/checkpoint.ts'
import { nodeDisk } from '../log/disk-node.ts'
import type { Disk } from '../log/disk.ts'
import type { ResumePlace } from '../log/recover.ts'
import { loadCheckpointAt } from './checkpoints.ts'
import type { Findings } from './log-findings.ts'

export interface CheckedCheckpoint {
  readonly file: string
  readonly offset: number
  readonly digest: string
  /**
   * `equal`: its digest is that of the fold. `not compared`: records before it are lost, or the log ends before it; then it
   * may know more than the log does.
   */
  readonly outcome: 'equal' | 'different' | 'not compared'
}

/** One that holds for itself; an image inside the log is checked in the same way. */
export class CheckpointMark {
  readonly file: string
  readonly resume: ResumePlace
  readonly digest: string
  outcome: CheckedCheckpoint['outcome'] = 'not compared'
  isPassed = false
  readonly #findings: Findings
  readonly #kind: 'checkpoint' | 'base'

  constructor(
    file: string,
    resume: ResumePlace,
    digest: string,
    findings: Findings,
    kind: 'checkpoint' | 'base' = 'checkpoint',
  ) {
    this.#kind = kind
    this.file = file
    this.resume = resume
    this.digest = digest
    this.#findings = findings
  }

  /** The fold of all records below its offset is here, if `isWhole`; whether its place is one between two records. */
  pass(isWhole: boolean, digest: string, isPlace: boolean): void {
    this.isPassed = true
    if (!isWhole) return
    this.outcome = digest === this.digest ? 'equal' : 'different'
    if (this.outcome === 'different')
      this.#add(`its digest is ${this.digest}, that of the records up to there ${digest}`)
    const { offset, segment, position } = this.resume
    if (!isPlace && offset > 0)
      this.#add(
        `it goes on at byte ${position} of segment ${segment}, where no record begins or ends`,
      )
  }

  /** The log ended before its offset: those records were durable once. */
  miss(end: number): void {
    const count = this.resume.offset - end
    this.#findings.add({
      kind: 'lost',
      file: this.file,
      firstOffset: end,
      count,
      text: `the log ends at offset ${end}, before this checkpoint: its end is gone`,
    })
  }

  #add(text: string): void {
    this.#findings.add({
      kind: this.#kind,
      file: this.file,
      firstOffset: this.resume.offset,
      text,
    })
  }
}

/** Those of `offsets` that hold, ascending; the others become faults, but for one that its owner took away meanwhile. */
export async function readMarks(
  dir: string,
  logId: string,
  offsets: readonly number[],
  findings: Findings,
  disk: Disk = nodeDisk,
): Promise<CheckpointMark[]> {
  const marks: CheckpointMark[] = []
  for (const offset of offsets) {
    const file = checkpointName(offset)
    try {
      const { resume, digest, state } = await loadCheckpointAt({ dir, disk, logId }, offset)
      marks.push(new CheckpointMark(file, resume, digest, findings))
      if (digest !== state.digest() || resume.offset !== offset)
        findings.add({ kind: 'checkpoint', file, text: 'its head and its content disagree' })
    } catch (error) {
      if (!(await disk.exists(`${dir}/${file}`))) continue
      const text = error instanceof Error ? error.message : String(error)
      if (isUnreadable(error))
        findings.add({ kind: 'unreadable', file, text: `it cannot be read: ${text}` })
      else findings.add({ kind: 'checkpoint', file, text })
    }
  }
  return marks
}
