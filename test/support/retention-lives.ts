// A random history on a disk that crashes, with retention at work: what is dropped, moved and imaged is held against the
// fold of every record that was ever written, kept here in memory. Nothing of it is taken from the log's own word.

import assert from 'node:assert/strict'
import { apply } from '../../src/broker/apply.ts'
import type { BrokerState } from '../../src/broker/state.ts'
import { statusLive, statusPrepared } from '../../src/index/message-table.ts'
import type { Log } from '../../src/log/log.ts'
import type { GroupNumber, Offset, Row } from '../../src/model/ids.ts'
import { silent } from '../../src/model/logger.ts'
import type { LogRecord, RecordPlace } from '../../src/model/record.ts'
import { recoverState } from '../../src/recover-state.ts'
import { Retention } from '../../src/retention.ts'
import {
  newState,
  openLog,
  refused,
  someKept,
  type Choice,
  type LogShape,
} from './crash-disk-lab.ts'
import { durable, unlessFailed } from './crash-disk-drive.ts'
import type { CallFault } from './crash-disk-fault.ts'
import { CrashDisk, type Image } from './crash-disk.ts'
import { folder } from './disk-log.ts'
import { nodeTurn } from './disk-turns.ts'
import type { Entry } from './histories.ts'
import { saveCheckpoint } from './log-history.ts'
import { randomOf } from './seeded-random.ts'
import { ownCopy } from '../../src/log/own-copy.ts'

export interface RetentionLife {
  readonly seed: number
  /** Steps of the disk until the crash. */
  readonly steps: number
  readonly how: 'kill' | 'power'
  /** One of the calls of this life fails; when that is final, so is the life. */
  readonly fault?: CallFault
  /** What the power may leave at the end of it, each judged; then no image is drawn at random. */
  readonly ends?: readonly Choice[]
}

/** Of the log, and how often what happens beside it happens. */
export interface RetentionSize {
  readonly segmentBytes: number
  readonly batchBytesMax: number
  readonly keepBytes: number
  /** Chance of a look of retention, and of a checkpoint, after a record. */
  readonly look: number
  readonly checkpoint: number
}

/** What an image of an instant must hold. */
interface Drawn {
  readonly image: Image
  readonly announced: number
  readonly appended: number
}

const groups = [1, 2, 3, 4] as GroupNumber[]
const usualSize: RetentionSize = {
  segmentBytes: 16 * 1024,
  batchBytesMax: 4096,
  keepBytes: 40 * 1024,
  look: 0.06,
  checkpoint: 0.05,
}

export class RetentionLives {
  /** What was seen, so that a test can tell that it tests something. */
  readonly seen = { base: 0, moved: 0, dropped: 0, judged: 0, begunLater: 0 }
  readonly #history: readonly Entry[]
  #next = 0
  /** From the place in the history to the offset it got. */
  readonly #offsets = new Map<number, number>()
  #written: { readonly record: LogRecord; readonly place: RecordPlace }[] = []
  /** Of the fold of the first so many records, as far as it was asked for. */
  readonly #digests = new Map<number, string>()
  #reference = { state: newState(), end: 0 }
  readonly #bytes = new Map<number, Uint8Array>()
  #disk = new CrashDisk()
  #drawn: Drawn[] = []
  #lives = 0
  /** Records below were durable when the last life ended. */
  #announced = 0
  readonly #size: RetentionSize
  /** Of the last life: those that change or secure something. */
  calls: readonly string[] = []
  /** Told of every step of every disk. */
  onStep: (step: string, disk: CrashDisk) => void = () => undefined

  constructor(history: readonly Entry[], size: RetentionSize = usualSize) {
    this.#history = history
    this.#size = size
  }

  get isDone(): boolean {
    return this.#next >= this.#history.length
  }

  /** From what the last life left until its crash, or the end of the history. */
  async live(life: RetentionLife): Promise<void> {
    const pump = randomOf(life.seed + 1)
    const images = randomOf(life.seed + 2)
    const started: { log?: Log } = {}
    let removedAt = -Infinity
    const onStep = (step: string): void => {
      this.onStep(step, disk)
      if (/remove .*segment/.test(step)) removedAt = disk.steps
      const share = disk.steps - removedAt < 8 ? 0.15 : 0.008
      const { log } = started
      if (
        log !== undefined &&
        life.ends === undefined &&
        images() < share &&
        this.#drawn.length < 20
      )
        this.#draw(disk, log, Math.floor(images() * 2 ** 31))
      if (disk.steps >= life.steps) disk.stop()
    }
    const { fault } = life
    const { names } = this.#disk
    const disk: CrashDisk = new CrashDisk({ names, random: pump, onStep, ...(fault && { fault }) })
    this.#lives++
    const work = this.#work(disk, life, (log) => (started.log = log))
    await Promise.race([work.catch((error: unknown) => asEnd(error, fault)), disk.stopped])
    this.#announced = started.log?.durableOffset ?? this.#announced
    this.calls = disk.calls
    disk.stop()
    for (const end of life.ends ?? []) this.#drawn.push(this.#drawnOf(disk, end))
    const choice = someKept(Math.floor(images() * 2 ** 31))
    this.#disk = life.how === 'kill' ? disk.killed(images) : CrashDisk.of(disk.powerLost(choice))
    for (const drawn of this.#drawn.splice(0)) await this.#judge(drawn)
  }

  /** All that was announced is there after the last life. */
  async end(): Promise<void> {
    await this.#check(this.#disk, 0, this.#written.length)
  }

  #shape(seed: number): LogShape {
    const { segmentBytes, batchBytesMax } = this.#size
    return { segmentBytes, batchBytesMax, seed }
  }

  async #work(disk: CrashDisk, life: RetentionLife, started: (log: Log) => void): Promise<void> {
    const { seed, fault } = life
    const random = randomOf(seed)
    const log = await openLog(disk, this.#shape(seed))
    const rebuild = random() < 0.5
    const { state, recovery } = await recoverState(log, { dataDir: folder, rebuild }, silent, disk)
    assert.ok(recovery.end.offset >= this.#announced)
    this.#cut(recovery.end.offset)
    assert.equal(state.digest(), this.#digestAt(this.#written.length))
    await log.startWriting()
    started(log)
    await log.dropSegments(state.journal.dropped.segment)
    await unlessFailed(log, disk, (isOver) =>
      this.#goOnUntil(isOver, { disk, log, state, random, fault }),
    )
  }

  async #goOnUntil(
    isOver: () => boolean,
    { disk, log, state, random, fault }: Running,
  ): Promise<void> {
    const { keepBytes, look, checkpoint: save } = this.#size
    const sink = {
      state,
      nowMs: () => state.lastTimeMs,
      note: (record: LogRecord) => void this.#write(log, state, record, state.lastTimeMs),
    }
    const retention = new Retention({
      log,
      sink,
      disk,
      dir: folder,
      keep: { keepMs: 0, keepBytes },
      logger: {
        ...silent,
        warn: (_, text) => assert.ok(fault?.struck || text.startsWith('old segments cannot'), text),
      },
      partBytes: 1500,
      gain: 0,
      pause: async () => {
        if (isOver()) await new Promise(() => undefined)
        if (log.outOfSpace) log.checkSpace()
        if (random() < 0.3) this.#goOn(log, state)
        if (random() < 0.05) this.#settleOld(log, state, random)
        log.flush()
        await nodeTurn()
      },
    })
    let checkpoint: Promise<unknown> | undefined
    while (!this.isDone && !isOver()) {
      this.#goOn(log, state)
      const chance = random()
      if (chance < 0.35) log.flush()
      if (chance < 0.2) await nodeTurn()
      if (chance < 0.05) this.#settleOld(log, state, random)
      if (chance < look) void retention.look()
      if (chance < 0.1) await durable(log, isOver)
      if (chance < save && checkpoint === undefined && log.durableOffset === log.endOffset) {
        const done = (): void => void (checkpoint = undefined)
        checkpoint = saveCheckpoint(folder, log, state, disk).then(done, done)
      }
    }
    await durable(log, isOver)
    await retention.look()
    await checkpoint
  }

  /** The next record of the history, its references as they are called here. */
  #goOn(log: Log, state: BrokerState): void {
    const entry = this.#history[this.#next]
    if (entry === undefined) return
    const record = this.#translated(withBytes(entry.record, this.#next, this.#lives))
    const offset = this.#write(log, state, record, entry.place.timeMs)
    this.#offsets.set(this.#next, offset)
    this.#next++
  }

  #write(log: Log, state: BrokerState, record: LogRecord, timeMs: number): number {
    const place = { ...log.append(record, timeMs) }
    apply(state, record, place)
    this.#written.push({ record: ownCopy(record), place })
    const { kind } = record
    if (kind === 'base' || kind === 'moved' || kind === 'dropped') this.seen[kind]++
    if (kind === 'published' || kind === 'prepared' || kind === 'recalled') {
      const { source, start, end } = record.message
      this.#bytes.set(place.offset, new Uint8Array(source.subarray(start, end)))
    }
    return place.offset
  }

  /** Most of what waits for long is settled, so that there is something to drop; one in eight stays, whatever happens. */
  #settleOld(log: Log, state: BrokerState, random: () => number): void {
    const { messages } = state
    const old: Row[] = []
    messages.forEach((row) => {
      const isOld = messages.offsetOf(row) < log.endOffset - 40 && messages.id1Of(row) % 8 > 0
      if (messages.isHeld(row) && isOld) old.push(row)
    })
    const offsets = old.filter(() => random() < 0.8).map((row) => messages.offsetOf(row))
    const note = (record: LogRecord): void => void this.#write(log, state, record, state.lastTimeMs)
    for (const prepared of offsets)
      if (state.transactions.get(prepared) !== undefined)
        note({ kind: 'rolled-back', prepared, reason: 'operator', feedback: '' })
    for (const group of groups) {
      note({ kind: 'acked', group, messages: offsets })
      for (const { message } of state.dead.list(group))
        if (offsets.includes(message)) note({ kind: 'purged', group, message, who: 'retention' })
    }
  }

  #translated(record: LogRecord): LogRecord {
    const to = (offset: Offset): Offset => (this.#offsets.get(offset) ?? 2 ** 40) as Offset
    switch (record.kind) {
      case 'delivered':
      case 'acked':
      case 'skipped':
        return { ...record, messages: record.messages.map(to) }
      case 'failed':
      case 'dead-lettered':
      case 'redriven':
      case 'purged':
        return { ...record, message: to(record.message) }
      case 'committed':
      case 'rolled-back':
      case 'inquired':
        return { ...record, prepared: to(record.prepared) }
      case 'hole': // or a start would forgive that segments are missing
        return { kind: 'operator', who: 'somebody', action: 'nothing', detail: '' }
      default:
        return record
    }
  }

  /** A start has read so many records: the others never were. */
  #cut(end: number): void {
    assert.ok(end <= this.#written.length)
    this.#written = this.#written.slice(0, end)
    for (const count of this.#digests.keys()) if (count > end) this.#digests.delete(count)
    this.#reference = { state: newState(), end: 0 }
    for (const [key, offset] of this.#offsets) if (offset >= end) this.#offsets.delete(key)
    for (const offset of this.#bytes.keys()) if (offset >= end) this.#bytes.delete(offset)
  }

  /** Asked for few of the many ends, and mostly in their order: a digest walks the whole state. */
  #digestAt(end: number): string {
    const known = this.#digests.get(end)
    if (known !== undefined) return known
    if (this.#reference.end > end) this.#reference = { state: newState(), end: 0 }
    const reference = this.#reference
    for (const { record, place } of this.#written.slice(reference.end, end))
      apply(reference.state, record, place)
    reference.end = end
    const digest = reference.state.digest()
    this.#digests.set(end, digest)
    return digest
  }

  #draw(disk: CrashDisk, log: Log, seed: number): void {
    this.#announced = log.durableOffset
    this.#drawn.push(this.#drawnOf(disk, someKept(seed)))
  }

  #drawnOf(disk: CrashDisk, choice: Choice): Drawn {
    const image = disk.powerLost(choice)
    return { image, announced: this.#announced, appended: this.#written.length }
  }

  #judge({ image, announced, appended }: Drawn): Promise<void> {
    return this.#check(CrashDisk.of(image), announced, appended)
  }

  /** With the checkpoint and without, the state is the fold of all there ever was, and what lives can be read. */
  async #check(disk: CrashDisk, announced: number, appended: number): Promise<void> {
    for (const rebuild of [false, true]) {
      const log = await openLog(disk, this.#shape(99)).catch(refused)
      const config = { dataDir: folder, rebuild }
      const { state, recovery } = await recoverState(log, config, silent, disk).catch(refused)
      const end = recovery.end.offset
      assert.deepEqual(recovery.holes, [])
      assert.ok(end >= announced && end <= appended, `${announced} <= ${end} <= ${appended}`)
      assert.equal(state.digest(), this.#digestAt(end), 'the fold is that of the whole history')
      await this.#expectReadable(log, state)
      if ((log.segments[0]?.number ?? 1) > 1) this.seen.begunLater++
      await log.close()
    }
    this.seen.judged++
  }

  async #expectReadable(log: Log, state: BrokerState): Promise<void> {
    const { messages } = state
    const rows: Row[] = []
    messages.forEach((row) => {
      const status = messages.statusOf(row)
      if (status === statusLive || status === statusPrepared) rows.push(row)
    })
    assert.equal(rows.length, state.liveCount)
    for (const row of rows) {
      const place = [messages.segmentOf(row), messages.positionOf(row)] as const
      const { source, start, end } = await log.load(...place).catch(refused)
      assert.deepEqual(source.slice(start, end), this.#bytes.get(messages.offsetOf(row)))
    }
  }
}

interface Running {
  readonly disk: CrashDisk
  readonly log: Log
  readonly state: BrokerState
  readonly random: () => number
  readonly fault: CallFault | undefined
}

/** A failure that was made ends a life; any other is one of the test. */
function asEnd(error: unknown, fault: CallFault | undefined): void {
  if (error instanceof assert.AssertionError || fault?.struck === undefined) throw error
}

/** No two messages have the same, nor one that was lost and is written again. */
function withBytes(record: LogRecord, n: number, life: number): LogRecord {
  if (record.kind !== 'published' && record.kind !== 'prepared') return record
  const source = new Uint8Array(60 + (record.content0 % 600)).fill(life)
  new DataView(source.buffer).setUint32(0, n)
  return { ...record, message: { source, start: 0, end: source.length } }
}
