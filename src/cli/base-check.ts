// Images of the state inside the log under a check of it: each is put together and loaded for itself, then held against the
// fold when that comes by its offset. The first one is where the fold of a log begins whose oldest segments were dropped.

import type { BrokerState } from '../broker/state.ts'
import { BaseCollector, type LoadedBase } from '../log/base.ts'
import type { Disk } from '../log/disk.ts'
import { frameKind, frameOffset, logFrameHeadBytes } from '../log/frame.ts'
import { decodeRecord, kindNumberOf } from '../log/record-codec.ts'
import type { ResumePlace } from '../log/recover.ts'
import { scanSegment } from '../log/scan-segment.ts'
import { withSegment } from '../log/whole-segment.ts'
import { KiteQError } from '../model/errors.ts'
import { SectionReader } from '../model/section.ts'
import { emptyState } from '../recover-state.ts'
import { CheckpointMark } from './checkpoint-check.ts'
import type { Findings } from './log-findings.ts'
import type { SegmentFile } from './segment-headers.ts'

export interface CheckedBases {
  readonly marks: readonly CheckpointMark[]
  /** Of the first that holds, when the log does not begin with segment 1. */
  readonly beginning: { readonly state: BrokerState; readonly resume: ResumePlace } | undefined
}

const baseKind = kindNumberOf('base')

/** Reads the log once; what is damaged in it is told when its turn comes, not here. */
export async function readBases(
  dir: string,
  disk: Disk,
  files: readonly SegmentFile[],
  to: number,
  findings: Findings,
): Promise<CheckedBases> {
  const first = files[0]?.number ?? 1
  const marks: CheckpointMark[] = []
  let beginning: CheckedBases['beginning']
  const collector = new BaseCollector(({ segment }) => segment >= first)
  const check = (base: LoadedBase, file: SegmentFile): void => {
    const { resume, digest, sections, completeAt } = base
    const what = `image of offset ${resume.offset}`
    const state = emptyState()
    try {
      const found = state.load(new SectionReader(sections.splice(0)))
      if (found !== digest) throw new Error(`its digest is ${found}`)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      const text = `the ${what} with digest ${digest} cannot be used: ${why}`
      const { name, number: segment } = file
      findings.add({ kind: 'base', file: name, segment, firstOffset: completeAt, text })
      return
    }
    marks.push(new CheckpointMark(what, resume, digest, findings, 'base'))
    if (first > 1 && beginning === undefined) beginning = { state, resume }
  }
  for (const [index, file] of files.entries()) {
    const { header } = file
    if (header === undefined) continue
    const next = files[index + 1]?.header
    const sealed = next && { end: next.previousEnd, nextOffset: next.firstOffset }
    const visit = (source: Uint8Array, start: number, end: number): void => {
      if (frameKind(source, start) !== baseKind) return
      const record = decodeRecord(baseKind, source, start + logFrameHeadBytes, end)
      if (record.kind !== 'base') return
      const base = collector.take(record, frameOffset(source, start))
      if (base !== undefined && base.resume.segment >= first) check(base, file)
    }
    await withSegment(dir, disk, header, (whole) =>
      scanSegment({ ...whole, sealed, to, visit }),
    ).catch((error: unknown) => {
      if (!(error instanceof KiteQError)) throw error
    })
  }
  return { marks, beginning }
}
