import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Offset, Position, SegmentNumber } from '../model/ids.ts'
import type { BaseRecord } from '../model/record.ts'
import { BaseCollector, baseRecords, countParts } from './base.ts'

const head = (at: number, digest = 'd'): Parameters<typeof baseRecords>[0] => ({
  resume: { offset: at as Offset, segment: 3 as SegmentNumber, position: 4096 as Position },
  digest,
})

async function* sectionsOf(...sections: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const section of sections) yield await Promise.resolve(section)
}

async function recordsOf(
  at: number,
  partBytes: number,
  ...all: Uint8Array[]
): Promise<BaseRecord[]> {
  const parts = countParts(
    all.map(({ length }) => length),
    partBytes,
  )
  const records: BaseRecord[] = []
  for await (const one of baseRecords(head(at), sectionsOf(...all), parts, partBytes))
    records.push(one)
  return records
}

const first = Uint8Array.from({ length: 10 }, (_, i) => i)
const second = Uint8Array.from({ length: 7 }, (_, i) => 100 + i)

test('sections cut into parts come together again, with the place they stand for', async () => {
  const records = await recordsOf(12, 4, first, second)
  assert.equal(records.length, 5)
  const collector = new BaseCollector(() => true)
  const whole = records.map((record, n) => collector.take(record, 50 + n))
  assert.deepEqual(
    whole.slice(0, -1).filter((one) => one !== undefined),
    [],
  )
  const base = whole.at(-1)!
  assert.deepEqual(base.resume, { offset: 12, segment: 3, position: 4096 })
  assert.equal(base.completeAt, 54)
  assert.equal(base.bytes, 17)
  assert.deepEqual(Buffer.concat(base.sections), Buffer.concat([first, second]))
})

test('an image without its end, without a middle or without its beginning is none; the next one counts', async () => {
  const one = await recordsOf(12, 4, first, second)
  const other = await recordsOf(20, 4, first)
  const broken = [one.slice(0, 4), one.slice(1), [...one.slice(0, 2), ...one.slice(3)]]
  for (const some of broken) {
    const collector = new BaseCollector(() => true)
    const found = [...some, ...other].map((record, n) => collector.take(record, n))
    assert.deepEqual(
      found.flatMap((base) => (base === undefined ? [] : [base.resume.offset])),
      [20],
    )
  }
})

test('parts of two images with the same number of parts never become one', async () => {
  const one = await recordsOf(12, 4, first)
  const other = await recordsOf(13, 4, first)
  const collector = new BaseCollector(() => true)
  for (const record of [one[0]!, other[1]!, one[2]!])
    assert.equal(collector.take(record, 1), undefined)
})

test('the bytes of an image that is of no use are not kept', async () => {
  const collector = new BaseCollector(({ segment }) => segment > 3)
  const found = (await recordsOf(12, 4, first)).map((record, n) => collector.take(record, n))
  assert.deepEqual(found.at(-1)?.sections, [])
})
