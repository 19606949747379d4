// The log on a disk that crashes, and what must be true of it afterwards: a witness notes what was appended and what was
// announced as durable; whatever an image holds is held against the witness, never against the log's own word.

import assert from 'node:assert/strict'
import { apply } from '../../src/broker/apply.ts'
import { BrokerState } from '../../src/broker/state.ts'
import { checksum } from '../../src/log/checksum.ts'
import { latestCheckpoint } from '../../src/log/checkpoint.ts'
import type { Disk } from '../../src/log/disk.ts'
import { Log } from '../../src/log/log.ts'
import { RecordEncoder } from '../../src/log/record-codec.ts'
import type { RecoveryReport } from '../../src/log/recover.ts'
import type { LogRecord } from '../../src/model/record.ts'
import { SectionReader } from '../../src/model/section.ts'
import type { CrashChoice } from './crash-disk-file.ts'
import { imageHash, type Image } from './crash-disk.ts'
import { folder } from './disk-log.ts'
import type { Entry } from './histories.ts'
import { randomOf } from './seeded-random.ts'

export interface LogShape {
  readonly segmentBytes: number
  readonly batchBytesMax: number
  /** Of the seeds and the id of the log: no two starts may have the same. */
  readonly seed: number
}

export function openLog(disk: Disk, shape: LogShape): Promise<Log> {
  const random = randomOf(shape.seed)
  return Log.open({
    dir: folder,
    disk,
    durability: { kind: 'fsync' },
    random: () => Math.floor(random() * 2 ** 32),
    segmentBytes: shape.segmentBytes,
    firstSegmentBytes: shape.segmentBytes,
    batchBytesMax: shape.batchBytesMax,
    recentBytesMax: 2 * shape.batchBytesMax,
    pageBytes: 512,
    pageCacheBytes: 8 * 1024,
  })
}

const encoder = new RecordEncoder()
let scratch = new Uint8Array(16 * 1024)

/** The same for the same record at the same time, to the last bit. */
export function markOf(record: LogRecord, timeMs: number): number {
  const most = encoder.prepare(record)
  if (most > scratch.length) scratch = new Uint8Array(most)
  const end = encoder.write(record, scratch, 0)
  return checksum(scratch, 0, end, encoder.kind ^ (timeMs % 0x7fffffff))
}

export const newState = (): BrokerState => new BrokerState({ indexSeed: 7 })

/** Of the state after so many of the entries; where and in which life a record was written makes no difference to it. */
export function digestsOf(entries: readonly Entry[]): string[] {
  const state = newState()
  const digests = [state.digest()]
  for (const { record, place } of entries) {
    apply(state, record, place)
    digests.push(state.digest())
  }
  return digests
}

/** What happened, as the world outside the log saw it. */
export class Witness {
  readonly digests: readonly string[]
  /** Records below this were announced as durable. */
  announced = 0
  /** By offset: what was appended in the course of things that led here. */
  #marks: number[] = []

  constructor(digests: readonly string[]) {
    this.digests = digests
  }

  /** A start is over: what it read is what counts, the rest was never announced. Earlier lists stay as they are. */
  restart(records: number): void {
    this.#marks = this.#marks.slice(0, records)
    this.announced = records
  }

  appended(record: LogRecord, timeMs: number): void {
    this.#marks.push(markOf(record, timeMs))
  }

  expectation(): Expectation {
    const { digests, announced } = this
    return { marks: this.#marks, digests, announced, appended: this.#marks.length }
  }
}

/** What an image of this instant must hold. The lists may grow later. */
export interface Expectation {
  readonly marks: readonly number[]
  readonly digests: readonly string[]
  readonly announced: number
  readonly appended: number
}

export interface ReadBack {
  readonly log: Log
  readonly report: RecoveryReport
  readonly marks: readonly number[]
  readonly state: BrokerState | undefined
}

export async function readBack(
  disk: Disk,
  shape: LogShape,
  isFolded: boolean,
  seen?: (record: LogRecord) => void,
): Promise<ReadBack> {
  const log = await openLog(disk, shape).catch(refused)
  const state = isFolded ? newState() : undefined
  const marks: number[] = []
  const reading = log.recover((record, place) => {
    assert.equal(place.offset, marks.length, 'offsets are dense')
    marks.push(markOf(record, place.timeMs))
    if (state !== undefined) apply(state, record, place)
    seen?.(record)
  })
  const report = await reading.catch(refused)
  return { log, report, marks, state }
}

/** No crash leaves a log that refuses to be read. */
export function refused(error: unknown): never {
  if (error instanceof assert.AssertionError) throw error
  assert.fail(`the log refuses: ${String(error)}`)
}

/** All that was announced is there, unaltered and in order, nothing stands behind a hole, and the state is its fold. */
export function assertHolds(back: ReadBack, expected: Expectation): void {
  const { report, marks, state } = back
  assert.deepEqual(report.holes, [], 'a crash makes no hole')
  assert.equal(report.end.offset, marks.length)
  assert.ok(
    marks.length >= expected.announced,
    `${marks.length} of ${expected.announced} announced`,
  )
  assert.ok(marks.length <= expected.appended, `${marks.length} of ${expected.appended} appended`)
  for (let i = 0; i < marks.length; i++)
    assert.equal(marks[i], expected.marks[i], `record ${i} is not what was written`)
  if (state === undefined) return
  assert.equal(state.digest(), expected.digests[marks.length], 'the state is the fold of the log')
}

/** The state by way of the newest checkpoint is the same; a checkpoint stands for durable records only. */
export async function assertCheckpointHolds(
  disk: Disk,
  shape: LogShape,
  expected: Expectation,
): Promise<boolean> {
  const log = await openLog(disk, shape)
  if (log.logId === undefined) return false
  const search = await latestCheckpoint({ disk, dir: folder, logId: log.logId })
  assert.deepEqual(search.problems, [], 'a checkpoint with a name is whole')
  if (search.latest === undefined) return false
  const { sections, resume } = search.latest.checkpoint
  const state = newState()
  state.load(new SectionReader(sections))
  const report = await log.recover((record, place) => apply(state, record, place), resume)
  assert.ok(report.end.offset >= resume.offset, 'the log reaches its checkpoint')
  assert.deepEqual(report.holes, [])
  assert.equal(state.digest(), expected.digests[report.end.offset])
  return true
}

export type Choice = Omit<CrashChoice, 'stale'>

export const allLost: Choice = {
  keep: 'nothing',
  random: () => 0,
  blockBytes: 512,
  holes: 'zeros',
}
export const allKept: Choice = { ...allLost, keep: 'everything' }

/** Some partial image; the seed decides which. */
export function someKept(seed: number): Choice {
  const random = randomOf(seed)
  return {
    keep: 'some',
    random,
    blockBytes: random() < 0.7 ? 512 : 4096,
    holes: (['zeros', 'garbage', 'stale'] as const)[Math.floor(random() * 3)]!,
  }
}

/** Distinct crash points: of one history, one operation and one image each counts once. */
export class CrashPoints {
  count = 0
  #seen = new Set<string>()

  /** A new history begins: its points are none of those before. */
  begin(): void {
    this.#seen = new Set()
  }

  isNew(step: number, image: Image): boolean {
    const key = `${step} ${imageHash(image)}`
    if (this.#seen.has(key)) return false
    this.#seen.add(key)
    this.count++
    return true
  }
}
