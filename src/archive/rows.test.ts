import { learnName, newNameBook } from '../index/name-book.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyRecord } from '../../test/support/disk-records.ts'
import { seeded } from '../../test/support/property.ts'
import { isOf } from '../../test/support/archive-values.ts'
import type { LogRecord, MessageFields } from '../model/record.ts'
import { encodeMessage } from '../net/packet.ts'
import { RowMaker, tablesOf } from './rows.ts'
import { tables, type TableName, type Value } from './tables.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text)
const names = newNameBook()
for (const [dictionary, list] of [
  ['topic', ['trade']],
  ['type', ['pay', 'refund']],
  ['group', ['ledger', 'mail', 'gr\u00fcppe']],
] as const)
  for (const [n, name] of list.entries())
    learnName(names, { dictionary, number: n + 1, name: bytes(name) })
learnName(names, { dictionary: 'topic', number: 2, name: Uint8Array.of(0x61, 0xff) })

const place = { offset: 40 as never, timeMs: 5000 }

type Cells = Readonly<Record<string, Value>>

/** Rows with the names of their table and columns. */
function rowsOf(record: LogRecord): [TableName, Cells][] {
  const rows: [TableName, Cells][] = []
  new RowMaker(names).rowsOf(record, place, (number, row) => {
    const { name, columns } = tables[number]
    assert.equal(row.length, columns.length, name)
    const cells = columns.map((column, i) => [column.name, row[i]!] as const)
    rows.push([name, Object.fromEntries(cells)])
  })
  return rows
}

const source = encodeMessage(
  {
    messageId: bytes('0'.repeat(32)),
    topic: bytes('trade'),
    messageType: bytes('pay'),
    expiredTime: 1000,
    deliverLimit: 9,
    group: bytes('elsewhere'),
    commit: true,
    fly: false,
    properties: [
      { key: bytes('venue'), value: bytes('東京') },
      { key: Uint8Array.of(0xfe), value: bytes('') },
    ],
    createTime: 7,
    snappy: true,
  },
  bytes('the body'),
)
const fields: MessageFields = {
  ...{ id0: 0, id1: 0, id2: 0xffff, id3: 1 },
  topic: 2 as never,
  type: 1 as never,
  publisher: 3 as never,
  form: 0x12,
  ...{ content0: 0, content1: 0 },
  expiresAt: 1000,
  deliverLimit: 9,
  message: { source, start: 0, end: source.length },
}

test('a published message is a row with all that is known of it, and one for each group', () => {
  const routing = { durable: [1, 3] as never[], transient: [2] as never[] }
  const [[name, message], ...routes] = rowsOf({ kind: 'published', ...fields, routing }) as [
    [TableName, Cells],
    ...[TableName, Cells][],
  ]
  const { body, properties, ...rest } = message
  assert.equal(name, 'messages')
  assert.deepEqual(Buffer.from(body as Uint8Array).toString(), 'the body')
  assert.deepEqual(JSON.parse(properties as string), { venue: '東京', '\\xfe': '' })
  assert.deepEqual(rest, {
    record: 40,
    kind: 'published',
    at: 5000,
    id: '00000000000000000000ffff00000001',
    topic: 'a\\xff',
    type: 'pay',
    publisher: 'grüppe',
    form: 'string',
    expires_at: 1_000_000,
    deliver_limit: 9,
    header_group: 'elsewhere',
    create_time: 7000,
    snappy: true,
    of: null,
    body_bytes: 8,
  })
  const route = { record: 40, message: 40 }
  assert.deepEqual(routes, [
    ['routes', { ...route, item: 0, group: 'ledger', durable: true }],
    ['routes', { ...route, item: 1, group: 'grüppe', durable: true }],
    ['routes', { ...route, item: 2, group: 'mail', durable: false }],
  ])
})

test('a message that cannot be taken apart is kept with all of its bytes', () => {
  const broken = { source: bytes('no message'), start: 3, end: 10 }
  const record: LogRecord = { kind: 'prepared', ...fields, message: broken }
  const [message, step] = rowsOf(record)
  assert.deepEqual(Buffer.from(message![1]['body'] as Uint8Array).toString(), 'message')
  assert.deepEqual([message![1]['header_group'], message![1]['body_bytes']], [null, 7])
  assert.deepEqual(
    [step![0], step![1]['step'], step![1]['message']],
    ['transactions', 'prepared', 40],
  )
})

test('a recalled message says where it is from and goes to its one group', () => {
  const [message, route] = rowsOf({
    kind: 'recalled',
    ...fields,
    of: 12 as never,
    group: 2 as never,
  })
  assert.deepEqual([message![1]['of'], message![1]['kind']], [12, 'recalled'])
  assert.deepEqual(route, [
    'routes',
    { record: 40, item: 0, message: 40, group: 'mail', durable: true },
  ])
})

test('of a list each message is a row, with its own attempt', () => {
  const list = { group: 1 as never, messages: [3, 5] as never[] }
  const delivered = rowsOf({ kind: 'delivered', ...list, connection: 4 as never, attempts: [1, 6] })
  assert.deepEqual(
    delivered.map(([name, row]) => [name, row['message'], row['attempt'], row['connection']]),
    [
      ['deliveries', 3, 1, 4],
      ['deliveries', 5, 6, 4],
    ],
  )
  for (const kind of ['acked', 'skipped'] as const)
    assert.deepEqual(
      rowsOf({ kind, ...list }).map(([name, row]) => [name, row['message'], row['outcome']]),
      [
        ['outcomes', 3, kind],
        ['outcomes', 5, kind],
      ],
    )
})

test('a dead letter that is back, one that is sent again and one that just died are told apart', () => {
  const letter = { group: 1 as never, message: 3 as never }
  const reason = 'limit' as const
  const back = { undone: 9 as never, attempts: 4, atMs: 4000 }
  const was = { reason, feedback: 'no', attempts: 4, atMs: 4000 }
  const shown = (record: LogRecord): Value[] => {
    const [[name, row]] = rowsOf(record) as [[TableName, Cells]]
    assert.equal(name, 'dead_letters')
    return [row['step'], row['reason'], row['who'], row['attempts'], row['died_at']] as Value[]
  }
  const died = { kind: 'dead-lettered' as const, ...letter, reason, feedback: 'no' }
  assert.deepEqual(shown(died), ['died', 'limit', null, null, null])
  assert.deepEqual(shown({ ...died, back }), ['returned', 'limit', null, 4, 4000])
  const redriven = { kind: 'redriven' as const, ...letter, who: 'me' }
  assert.deepEqual(shown({ ...redriven, was }), ['redriven', 'limit', 'me', 4, 4000])
  assert.deepEqual(shown(redriven), ['redriven', null, 'me', null, null])
  assert.deepEqual(shown({ ...redriven, kind: 'purged' }), ['purged', null, 'me', null, null])
})

test('bindings keep their places, an empty list is a row too, and parked types stand once', () => {
  const binding = {
    ...{ topic: 1 as never, group: 1 as never, bindType: 'direct' as const },
    ...{ messageType: 'pay', watermark: 5, persistent: true },
  }
  const record = {
    kind: 'bindings-changed' as const,
    ...{ source: 'client' as const, topic: 1 as never, group: 1 as never },
    ...{ parks: [2] as never[], unparks: [] },
  }
  const shown = (rows: [TableName, Cells][]): unknown[] =>
    rows.map(([, row]) => [row['position'], row['message_type'], row['parks'], row['unparks']])
  assert.deepEqual(shown(rowsOf({ ...record, bindings: [binding, binding] })), [
    [0, 'pay', '["refund"]', null],
    [1, 'pay', null, null],
  ])
  assert.deepEqual(shown(rowsOf({ ...record, bindings: [] })), [[-1, null, '["refund"]', null]])
})

test('any record gives rows of its tables only, each value of the kind its column says', () => {
  fc.assert(
    fc.property(anyRecord, (drawn) => {
      // Numbers of names are dense in a log; what is far from it is refused where it is learnt.
      const record = drawn.kind === 'named' ? { ...drawn, number: 1 + (drawn.number % 99) } : drawn
      const maker = new RowMaker(newNameBook())
      const keys = new Set<string>()
      maker.rowsOf(record, place, (number, row) => {
        const { name, columns, key } = tables[number]
        assert.ok(tablesOf[record.kind].includes(number), `${record.kind} gives ${name}`)
        assert.equal(row.length, columns.length)
        for (const [i, column] of columns.entries())
          assert.ok(isOf(column, row[i]!), `${name}.${column.name}: ${String(row[i])}`)
        if (key.includes('message')) return // a record of chance may name one twice
        const values = key.map((one) => row[columns.findIndex((column) => column.name === one)])
        assert.ok(!keys.has(`${name} ${values.join()}`), 'its key is its own')
        keys.add(`${name} ${values.join()}`)
      })
    }),
    seeded('rows', 500),
  )
})
