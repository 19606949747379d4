// A random history on a disk that crashes, with retention at work: what is dropped, moved and imaged is held against the
// fold of every record that was ever written, kept here in memory. Nothing of it is taken from the log's own word.

import assert from 'node:assert/strict'
import { apply } from '../../src/broker/apply.ts'
import { recomputeDigest } from '../../src/broker/digest.ts'
import type { BrokerState } from '../../src/broker/state.ts'
import { statusLive, statusPrepared } from '../../src/index/message-table.ts'
import { writeCheckpoint } from '../../src/log/checkpoint.ts'
import type { Log } from '../../src/log/log.ts'
import type { GroupNumber, Offset, Row } from '../../src/model/ids.ts'
import { silent } from '../../src/model/logger.ts'
import type { LogRecord, RecordPlace } from '../../src/model/record.ts'
import { SectionWriter } from '../../src/model/section.ts'
import { recoverState } from '../../src/recover-state.ts'
import { Retention } from '../../src/retention.ts'
import { newState, openLog, someKept, type LogShape } from './crash-disk-lab.ts'
import { durable } from './crash-disk-drive.ts'
import { CrashDisk, type Image } from './crash-disk.ts'
import { folder } from './disk-log.ts'
import { nodeTurn } from './disk-turns.ts'
import type { Entry } from './histories.ts'
import { randomOf } from './seeded-random.ts'
import { ownCopy } from '../../src/log/own-copy.ts'

export interface RetentionLife {
  readonly seed: number
  /** Steps of the disk until the crash. */
  readonly steps: number
  readonly how: 'kill' | 'power'
}

/** What an image of an instant must hold. */
interface Drawn {
  readonly image: Image
  readonly announced: number
  readonly appended: number
}

const groups = [1, 2, 3, 4] as GroupNumber[]
const keepBytes = 40 * 1024
const shapeOf = (seed: number): LogShape => ({
  segmentBytes: 16 * 1024,
  batchBytesMax: 4096,
  seed,
})

export class RetentionLives {
  /** What was seen, so that a test can tell that it tests something. */
  readonly seen = { base: 0, moved: 0, dropped: 0, judged: 0, begunLater: 0 }
  readonly #history: readonly Entry[]
  #next = 0
  /** From the place in the history to the offset it got. */
  readonly #offsets = new Map<number, number>()
  #written: { readonly record: LogRecord; readonly place: RecordPlace }[] = []
  #digests: string[] = []
  #reference: BrokerState = newState()
  readonly #bytes = new Map<number, Uint8Array>()
  #disk = new CrashDisk()
  #drawn: Drawn[] = []
  #lives = 0
  /** Records below were durable when the last life ended. */
  #announced = 0

  constructor(history: readonly Entry[]) {
    this.#history = history
    this.#digests.push(this.#reference.digest())
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
      if (/remove .*segment/.test(step)) removedAt = disk.steps
      const share = disk.steps - removedAt < 8 ? 0.15 : 0.008
      const { log } = started
      if (log !== undefined && images() < share && this.#drawn.length < 20)
        this.#draw(disk, log, Math.floor(images() * 2 ** 31))
      if (disk.steps >= life.steps) disk.stop()
    }
    const disk: CrashDisk = new CrashDisk({ names: this.#disk.names, random: pump, onStep })
    this.#lives++
    await Promise.race([this.#work(disk, life.seed, (log) => (started.log = log)), disk.stopped])
    this.#announced = started.log?.durableOffset ?? this.#announced
    disk.stop()
    const choice = someKept(Math.floor(images() * 2 ** 31))
    this.#disk = life.how === 'kill' ? disk.killed(images) : CrashDisk.of(disk.powerLost(choice))
    for (const drawn of this.#drawn.splice(0)) await this.#judge(drawn)
  }

  /** All that was announced is there after the last life. */
  async end(): Promise<void> {
    await this.#check(this.#disk, 0, this.#written.length)
  }

  async #work(disk: CrashDisk, seed: number, started: (log: Log) => void): Promise<void> {
    const random = randomOf(seed)
    const log = await openLog(disk, shapeOf(seed))
    const rebuild = random() < 0.5
    const { state, recovery } = await recoverState(log, { dataDir: folder, rebuild }, silent, disk)
    assert.ok(recovery.end.offset >= this.#announced)
    this.#cut(recovery.end.offset)
    assert.equal(state.digest(), this.#digests.at(-1))
    await log.startWriting()
    started(log)
    await log.dropSegments(state.journal.dropped.segment)
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
      logger: { ...silent, warn: (_, text) => assert.fail(text) },
      partBytes: 1500,
      gain: 0,
      pause: async () => {
        if (disk.isStopped) await new Promise(() => undefined)
        if (random() < 0.3) this.#goOn(log, state)
        if (random() < 0.05) this.#settleOld(log, state, random)
        log.flush()
        await nodeTurn()
      },
    })
    const isOver = (): boolean => disk.isStopped
    let checkpoint: Promise<unknown> | undefined
    while (!this.isDone && !isOver()) {
      this.#goOn(log, state)
      const chance = random()
      if (chance < 0.35) log.flush()
      if (chance < 0.2) await nodeTurn()
      if (chance < 0.05) this.#settleOld(log, state, random)
      if (chance < 0.06) void retention.look()
      if (chance < 0.1) await durable(log, isOver)
      if (chance < 0.05 && checkpoint === undefined && log.durableOffset === log.endOffset) {
        const done = (): void => void (checkpoint = undefined)
        checkpoint = saveCheckpoint(disk, log, state).then(done, done)
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
    apply(this.#reference, record, place)
    this.#digests.push(this.#reference.digest())
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
    this.#digests = this.#digests.slice(0, end + 1)
    this.#reference = newState()
    for (const { record, place } of this.#written) apply(this.#reference, record, place)
    for (const [key, offset] of this.#offsets) if (offset >= end) this.#offsets.delete(key)
    for (const offset of this.#bytes.keys()) if (offset >= end) this.#bytes.delete(offset)
  }

  #draw(disk: CrashDisk, log: Log, seed: number): void {
    const appended = this.#written.length
    this.#drawn.push({
      image: disk.powerLost(someKept(seed)),
      announced: log.durableOffset,
      appended,
    })
  }

  #judge({ image, announced, appended }: Drawn): Promise<void> {
    return this.#check(CrashDisk.of(image), announced, appended)
  }

  /** With the checkpoint and without, the state is the fold of all there ever was, and what lives can be read. */
  async #check(disk: CrashDisk, announced: number, appended: number): Promise<void> {
    for (const rebuild of [false, true]) {
      const log = await openLog(disk, shapeOf(99))
      const config = { dataDir: folder, rebuild }
      const { state, recovery } = await recoverState(log, config, silent, disk)
      const end = recovery.end.offset
      assert.deepEqual(recovery.holes, [])
      assert.ok(end >= announced && end <= appended, `${announced} <= ${end} <= ${appended}`)
      assert.equal(state.digest(), this.#digests[end], 'the fold is that of the whole history')
      assert.equal(recomputeDigest(state), state.digest())
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
      const { source, start, end } = await log.load(
        messages.segmentOf(row),
        messages.positionOf(row),
      )
      assert.deepEqual(source.slice(start, end), this.#bytes.get(messages.offsetOf(row)))
    }
  }
}

async function saveCheckpoint(disk: CrashDisk, log: Log, state: BrokerState): Promise<void> {
  const writer = new SectionWriter()
  state.save(writer)
  await writeCheckpoint(
    { disk, dir: folder, logId: log.logId! },
    {
      resume: log.durablePlace,
      digest: state.digest(),
      sections: writer.finish(),
      durableOffset: log.durableOffset,
    },
  )
}

/** No two messages have the same, nor one that was lost and is written again. */
function withBytes(record: LogRecord, n: number, life: number): LogRecord {
  if (record.kind !== 'published' && record.kind !== 'prepared') return record
  const source = new Uint8Array(60 + (record.content0 % 600)).fill(life)
  new DataView(source.buffer).setUint32(0, n)
  return { ...record, message: { source, start: 0, end: source.length } }
}
