import assert from 'node:assert/strict'
import { test } from 'node:test'
import { published } from '../test/support/disk-log.ts'
import type { Offset, Position, SegmentNumber } from './model/ids.ts'
import type { LogRecord, MessageFields } from './model/record.ts'
import { PreparedPlaces, type PreparedLog } from './prepared-places.ts'
import { RecallReading } from './recall-reading.ts'

const segmentRecords = 5000
const prepared = (number: number): LogRecord => ({
  ...(published(new Uint8Array(4), number) as Extract<LogRecord, { kind: 'published' }>),
  kind: 'prepared',
})
const committed = (of: number): LogRecord =>
  ({ kind: 'committed', prepared: of, routing: { durable: [], transient: [] } }) as never

/** A log that was not read since the start: it knows where its segments begin, and counts what it passes. */
class ColdLog {
  passed = 0
  readonly records: readonly LogRecord[]

  constructor(records: readonly LogRecord[]) {
    this.records = records
  }

  get segments(): PreparedLog['segments'] {
    const count = Math.ceil(this.records.length / segmentRecords)
    return Array.from({ length: count }, (_, at) => {
      return { number: at + 1, firstOffset: at * segmentRecords } as never
    })
  }

  readonly placeBefore = (): undefined => undefined

  readonly scan: PreparedLog['scan'] = (from, to, visit, only) => {
    const wanted = typeof from === 'number' ? from : from.offset
    let at = typeof from === 'number' ? from - (from % segmentRecords) : from.offset
    for (; at < Math.min(to, this.records.length); at++) {
      this.passed++
      const record = this.records[at]!
      if (at < wanted || (only !== undefined && record.kind !== only)) continue
      const segment = (Math.floor(at / segmentRecords) + 1) as SegmentNumber
      const place = { offset: at as Offset, segment, position: (at * 100) as Position }
      visit(record, { ...place, timeMs: 0, length: 100 })
    }
    const end = { offset: at as Offset, segment: 1 as SegmentNumber, position: 0 as Position }
    return Promise.resolve({ end } as never)
  }
}

const own = (record: MessageFields): MessageFields => record

test('prepared messages from far back are found, one after the other and in any order, each segment passed about once', async () => {
  const log = new ColdLog(
    Array.from({ length: 12_000 }, (_, at) => (at % 10 === 3 ? prepared(at) : committed(0))),
  )
  const all = log.records.flatMap(({ kind }, at) => (kind === 'prepared' ? [at] : []))
  for (const order of [all, all.slice(0, 400).reverse()]) {
    log.passed = 0
    const places = new PreparedPlaces(log)
    for (const at of order) assert.equal((await places.find(at as Offset, own))?.id0, at)
    assert.ok(log.passed <= log.records.length * 1.2, `${log.passed} records passed`)
  }
  const places = new PreparedPlaces(log)
  assert.equal(await places.find(4 as Offset, own), undefined)
})

test('a step of a reset ends in time however far back its messages are, and none is left out', async () => {
  const many = 2000
  const records = [
    ...Array.from({ length: many }, (_, at) => prepared(at)),
    ...Array.from({ length: many }, (_, at) => committed((at * 7) % many)),
  ]
  const log = new ColdLog(records)
  let nowMs = 0
  const slow: PreparedLog['scan'] = (...args) => {
    nowMs += 100 // each look takes so long
    return log.scan(...args)
  }
  const cold = { segments: log.segments, placeBefore: log.placeBefore, scan: slow }
  const reading = new RecallReading(cold, many as Offset, undefined, () => nowMs)
  reading.end = records.length as Offset
  const found: number[] = []
  while (!reading.isOver) {
    const before = nowMs
    const { messages, lost } = await reading.next(256)
    assert.ok(nowMs - before <= 1200, `${nowMs - before} ms`)
    assert.equal(lost, 0)
    found.push(...messages.map(({ of }) => of))
  }
  assert.deepEqual(
    found,
    Array.from({ length: many }, (_, at) => (at * 7) % many),
  )
})
