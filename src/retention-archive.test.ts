// A log that is kept for an archive: only what is archived goes, and what it waits for is written while there is room for it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acked, folder, numbered, startSmall, type SmallOptions } from '../test/support/disk-log.ts'
import { MemoryDisk } from '../test/support/disk-memory.ts'
import { apply } from './broker/apply.ts'
import type { BrokerState } from './broker/state.ts'
import { writeCheckpoint } from './log/checkpoint.ts'
import type { Log } from './log/log.ts'
import { silent } from './model/logger.ts'
import type { Offset } from './model/ids.ts'
import type { LogRecord } from './model/record.ts'
import { SectionWriter } from './model/section.ts'
import { emptyState } from './recover-state.ts'
import { Retention } from './retention.ts'

interface Bench {
  readonly log: Log
  readonly state: BrokerState
  readonly told: string[]
  readonly retention: Retention
  /** Kinds of the records that retention wrote. */
  readonly noted: string[]
  archived: number
  /** How often a checkpoint was asked for. */
  wanted: number
  checkpoint(): Promise<void>
  /** So many messages of 1 KiB, all of them acked, and a checkpoint. */
  settle(count: number): Promise<void>
  write(...records: readonly LogRecord[]): Promise<readonly Offset[]>
  numbers(): number[]
}

const nowMs = 1_700_000_000_000

async function bench(gain = 0, options: SmallOptions = {}, free?: number): Promise<Bench> {
  const disk = new MemoryDisk()
  disk.free = free ?? disk.free
  const { log } = await startSmall(disk, options)
  const state = emptyState()
  const append = (record: LogRecord): void => apply(state, record, log.append(record, nowMs))
  const durable = async (): Promise<void> => {
    while (log.durableOffset < log.endOffset) {
      const done = new Promise<void>((resolve) => (log.onDurable = resolve))
      log.flush()
      await done
    }
  }
  const write = async (...records: readonly LogRecord[]): Promise<readonly Offset[]> => {
    const from = log.endOffset
    records.forEach(append)
    await durable()
    return records.map((_, n) => (from + n) as Offset)
  }
  const told: string[] = []
  const noted: string[] = []
  const tell = (_: object, text: string): void => void told.push(text)
  const note = (record: LogRecord): void => {
    noted.push(record.kind)
    append(record)
  }
  const made: Bench = {
    log,
    state,
    told,
    noted,
    archived: 0,
    write,
    async settle(count) {
      for (let n = 0; n < count; n++) {
        const [offset] = await write(numbered(1000 + log.endOffset, 1024))
        await write(acked([offset!]))
      }
      await made.checkpoint()
    },
    wanted: 0,
    async checkpoint() {
      const writer = new SectionWriter()
      state.save(writer)
      const { durablePlace: resume, durableOffset } = log
      const source = { resume, digest: state.digest(), sections: writer.finish(), durableOffset }
      await writeCheckpoint({ disk, dir: folder, logId: log.logId! }, source)
    },
    retention: new Retention({
      log,
      sink: { state, nowMs: () => nowMs, note },
      disk,
      dir: folder,
      keep: { keepMs: 0, keepBytes: 1 },
      logger: { ...silent, info: tell, warn: tell },
      pause: durable,
      partBytes: 1500,
      gain,
      wantsCheckpoint: () => (made.wanted += 1),
      archived: () => made.archived,
    }),
    numbers: () => log.segments.map(({ number }) => number),
  }
  return made
}

test('a segment goes only once the archive has its last record, and who is waited for is told once', async () => {
  const made = await bench()
  const { log, retention } = made
  await made.settle(80)
  await retention.look()
  assert.equal(made.numbers()[0], 1)
  assert.equal(retention.waitsForArchiveSinceMs, nowMs)
  assert.match(
    retention.held?.why ?? '',
    /^the archive does not have them yet.* 2023-11-14T22:13:20Z$/,
  )
  const [, second, third] = log.segments
  for (const archived of [1, second!.firstOffset - 1]) {
    made.archived = archived
    await retention.look()
    assert.equal(made.numbers()[0], 1, `archived below ${archived}`)
  }
  made.archived = second!.firstOffset
  await retention.look()
  assert.equal(made.numbers()[0], second!.number)
  made.archived = third!.firstOffset + 1
  await retention.look()
  assert.equal(made.numbers()[0], third!.number)
  assert.equal(retention.waitsForArchiveSinceMs, nowMs)
  assert.equal(made.told.filter((text) => text === 'old segments stay for now').length, 1)
  made.archived = log.endOffset
  await retention.look()
  assert.equal(retention.waitsForArchiveSinceMs, undefined)
  assert.equal(retention.held, undefined)
  assert.ok(made.numbers().length <= 3, made.numbers().join())
})

test('what is written so that segments can go is written once, before the archive has them', async () => {
  const made = await bench()
  const { retention, noted } = made
  const [stubborn] = await made.write(numbered(7, 300))
  await made.settle(80)
  await retention.look()
  assert.ok(noted.includes('base') && noted.includes('moved'), noted.join())
  const { messages, offsets } = made.state
  assert.notEqual(messages.segmentOf(offsets.find(stubborn!) as never), 1, 'it has moved on')
  const before = noted.length
  for (let n = 0; n < 5; n++) await retention.look()
  assert.equal(noted.length, before, 'nothing is written again while it waits')
  made.archived = made.log.endOffset
  await retention.look()
  assert.deepEqual(noted.slice(before), ['dropped'], 'a full disk has room for that')
  assert.ok(made.numbers()[0]! > 1)
})

test('an archive that is away for long costs no more images than it would cost without it', async () => {
  const made = await bench(4)
  const images = (): number => made.noted.filter((kind) => kind === 'base').length
  for (let n = 0; n < 6; n++) {
    await made.settle(40)
    await made.retention.look()
    await made.retention.look()
  }
  const waiting = images()
  const other = await bench(4)
  other.archived = Infinity
  for (let n = 0; n < 6; n++) {
    await other.settle(40)
    await other.retention.look()
    await other.retention.look()
  }
  const going = other.noted.filter((kind) => kind === 'base').length
  assert.ok(going > 0, 'images are written at all')
  assert.ok(waiting <= going + 1, `${waiting} parts of images, ${going} when all goes at once`)
})

test('on a full disk a checkpoint is asked for, and an image that fits goes into what acks have left', async () => {
  const made = await bench(4, { segmentBytes: 65_536, batchBytesMax: 32_768 }, 600_000)
  const { log, retention, noted } = made
  const isFull = (): boolean => log.isFull
  for (let n = 0; !isFull(); n++) {
    assert.ok(n < 100, 'never full')
    const [offset] = await made.write(numbered(1000 + log.endOffset, 16_384))
    await made.write(acked([offset!]))
  }
  await retention.look()
  assert.equal(made.wanted, 1)
  assert.equal(retention.waitsForArchiveSinceMs, nowMs)
  assert.match(retention.held?.why ?? '', /^the archive does not have them yet/)
  await made.checkpoint()
  await retention.look()
  assert.equal(made.wanted, 1)
  assert.ok(isFull() && noted.includes('base'), noted.join())
  assert.equal(made.numbers()[0], 1)
  made.archived = log.endOffset
  await retention.look()
  assert.ok(made.numbers()[0]! > 1, made.numbers().join())
  assert.equal(retention.waitsForArchiveSinceMs, undefined)
  while (isFull()) {
    log.checkSpace()
    await new Promise((resolve) => setImmediate(resolve))
  }
})
