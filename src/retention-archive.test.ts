// A log that is kept for an archive: only what is archived goes, and what it waits for is written while there is room for it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acked, folder, numbered, startSmall } from '../test/support/disk-log.ts'
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
  /** So many messages of 1 KiB, all of them acked, and a checkpoint. */
  settle(count: number): Promise<void>
  write(...records: readonly LogRecord[]): Promise<readonly Offset[]>
  numbers(): number[]
}

async function bench(gain = 0): Promise<Bench> {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk)
  const state = emptyState()
  const nowMs = 1_700_000_000_000
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
  assert.equal(retention.waitsForArchive, true)
  assert.match(retention.held?.why ?? '', /^the archive does not have them yet/)
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
  assert.equal(retention.waitsForArchive, true)
  assert.equal(made.told.filter((text) => text === 'old segments stay for now').length, 1)
  made.archived = log.endOffset
  await retention.look()
  assert.equal(retention.waitsForArchive, false)
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
