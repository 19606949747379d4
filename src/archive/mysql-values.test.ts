import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  packetBodyBytesMax,
  propertiesBytesMax,
  topicBytesMax,
  typeBytesMax,
} from '../model/limits.ts'
import { Inserts } from './mysql-inserts.ts'
import { literalOf, storedTimeMs, timeLiteral, timeMsOf, valueOf } from './mysql-values.ts'
import { messagesTable, routesTable, tables, type Value } from './tables.ts'

const noRows = (): Value[][][] => tables.map(() => [])

test('values stand in a statement as the server reads them back', () => {
  assert.equal(literalOf('text', `o'\\clock\0"%`), `'o\\'\\\\clock\\0"%'`)
  assert.equal(literalOf('bytes', Uint8Array.of(0, 0x27, 255)), `x'0027ff'`)
  assert.equal(literalOf('bytes', new Uint8Array()), `x''`)
  assert.equal(literalOf('offset', 2 ** 53 - 1), '9007199254740991')
  assert.equal(literalOf('flag', false), '0')
  assert.equal(literalOf('json', null), 'NULL')
})

test('times are exact to the ms, and stand at the end of the calendar where it ends', () => {
  const atMs = Date.UTC(2026, 10, 23, 10, 30, 0, 7)
  assert.equal(timeLiteral(atMs), "'2026-11-23 10:30:00.007'")
  assert.equal(timeMsOf(timeLiteral(atMs).slice(1, -1)), atMs)
  for (const ms of [2 ** 63, -(2 ** 63), 2 ** 53]) {
    const stored = storedTimeMs(ms)
    assert.equal(timeMsOf(timeLiteral(ms).slice(1, -1)), stored)
    assert.equal(valueOf({ name: 'at', kind: 'time', nullable: false }, null), null)
  }
  assert.equal(timeLiteral(2 ** 63), "'9999-12-31 23:59:59.000'")
})

test('a statement never exceeds the packet, and holds as many rows as fit', () => {
  const rows = noRows()
  for (let n = 0; n < 1000; n++) rows[routesTable]!.push([n, 0, n, 'gruppe ü', true])
  const whole = new Inserts(3, 1 << 24).of(rows)
  assert.equal(whole.length, 1)
  assert.match(whole[0]!, /^INSERT INTO `routes` \(`log`,`record`,.*\(3,999,0,999,'gruppe ü',1\)$/s)
  const cut = new Inserts(3, 2048).of(rows)
  assert.ok(cut.length > 10, `${cut.length} statements`)
  const tuples = cut.flatMap((statement) => {
    assert.ok(Buffer.byteLength(statement) <= 2048, 'larger than its packet')
    return statement.match(/\(3,\d+,/g) ?? []
  })
  assert.equal(new Set(tuples).size, 1000)
})

test('a row for which no packet is large enough is told with its record', () => {
  const rows = noRows()
  const body = new Uint8Array(5000)
  const head = [7, 'published', 1, '00'.repeat(16), 't', 'y', 'g', 'bytes', 1, 100, 'g', 1, false]
  rows[messagesTable]!.push([...head, null, null, 5000, body])
  const wanted = { code: 'KITEQ_CONFIG', message: /^record 7 .*max_allowed_packet/ }
  assert.throws(() => new Inserts(1, 4096).of(rows), wanted)
  const readBody = (): { text: string; json: null } => ({ text: 'shown', json: null })
  const [statement] = new Inserts(1, 1 << 20, readBody).of(rows)
  assert.ok(statement!.endsWith(`'shown',NULL)`), 'columns for people')
})

test('16M take any message, whatever its bytes, with its text and its JSON beside it', () => {
  const rows = noRows()
  const most = "'".repeat(packetBodyBytesMax)
  const properties = JSON.stringify({ a: '\u0001'.repeat(propertiesBytesMax) })
  const [topic, type] = ["'".repeat(topicBytesMax), "'".repeat(typeBytesMax)]
  const head = [7, 'published', 1, '00'.repeat(16), topic, type, topic, 'bytes', 1, 100, topic, 1]
  rows[messagesTable]!.push([...head, true, properties, null, 1, Buffer.from(most)])
  const readBody = (): { text: string; json: string } => ({ text: most, json: most })
  const [statement] = new Inserts(1, 16 * 1024 * 1024, readBody).of(rows)
  assert.ok(statement!.length > 5 * most.length, 'it was to be as large as it gets')
})
