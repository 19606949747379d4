import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acked, numbered, startSmall, writeBatch, type SmallLog } from '../test/support/disk-log.ts'
import { MemoryDisk } from '../test/support/disk-memory.ts'
import type { Offset } from './model/ids.ts'
import { RecallReading } from './recall-reading.ts'

/** So many messages of 24 KiB, each of which is settled: ten to a segment, and some 43 to one look at the log. */
async function logOf(count: number): Promise<SmallLog> {
  const small = await startSmall(new MemoryDisk(), { segmentBytes: 262_144, batchBytesMax: 65_536 })
  for (let n = 0; n < count; n++)
    await writeBatch(small.log, [numbered(n + 1, 24 * 1024), acked([2 * n])])
  return small
}

async function rest(
  reading: RecallReading,
  limit: number,
): Promise<{ of: number[]; dropped: number }> {
  const of: number[] = []
  let dropped = 0
  while (!reading.isOver) {
    const step = await reading.next(limit)
    of.push(...step.messages.map((message) => message.of))
    dropped += step.dropped
  }
  return { of, dropped }
}

test('every message from a place on is read, in order', async () => {
  const { log } = await logOf(60)
  const reading = new RecallReading(log, 20 as Offset, undefined)
  reading.end = log.durableOffset
  const { of, dropped } = await rest(reading, 7)
  assert.deepEqual(
    of,
    Array.from({ length: 50 }, (_, n) => 20 + 2 * n),
  )
  assert.equal(dropped, 0)
})

test('segments that go while a reset reads are passed and counted, wherever it stands, and the rest is read', async () => {
  for (let steps = 1; steps < 180; steps += 25) {
    const { log } = await logOf(200)
    const reading = new RecallReading(log, 0 as Offset, undefined)
    reading.end = log.durableOffset
    const before: number[] = []
    for (let step = 0; step < steps; step++)
      before.push(...(await reading.next(1)).messages.map((message) => message.of))
    await log.dropSegments(12)
    const first = log.segments[0]!.firstOffset
    assert.ok(first > 200 && first < 300)
    const { of, dropped } = await rest(reading, 10)
    const all = [...before, ...of]
    assert.deepEqual(
      all,
      [...all].sort((a, b) => a - b),
    )
    assert.deepEqual(
      all.filter((offset) => offset >= first),
      Array.from({ length: 200 }, (_, n) => 2 * n).filter((offset) => offset >= first),
      'all that is left is read',
    )
    const missing = 200 - all.length
    if (steps === 1) assert.ok(missing > 50)
    assert.ok(
      Math.abs(dropped - 2 * missing) <= 1,
      `${dropped} records, ${missing} messages, ${steps}`,
    )
  }
})

test('what was gone before a reset began is not said to have gone meanwhile', async () => {
  const { log } = await logOf(60)
  await log.dropSegments(2)
  const reading = new RecallReading(log, 0 as Offset, undefined)
  reading.end = log.durableOffset
  const { of, dropped } = await rest(reading, 100)
  assert.equal(of[0]! >= log.segments[0]!.firstOffset && of.length > 10, true)
  assert.equal(dropped, 0)
})
