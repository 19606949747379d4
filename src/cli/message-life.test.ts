import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogRecord, RecordPlace } from '../model/record.ts'
import { encodeMessage } from '../net/packet.ts'
import { exitCodeOf, lineOf } from './exit-codes.ts'
import { idOf } from './folder.ts'
import { MessageLife, type Life } from './message-life.ts'
import { printable } from './terminal.ts'
import { linesOf } from './why.ts'
import { KiteQError } from '../model/errors.ts'

const id = '0123456789abcdef0123456789abcdef'

/** Records as a reader of the log meets them; numbers stand for branded ones. */
function lifeOf(records: readonly object[]): readonly Life[] {
  const life = new MessageLife(idOf(id), id)
  records.forEach((record, offset) => {
    const place = { offset, timeMs: 1_000_000 + offset * 1000, segment: 1, position: 64, length: 1 }
    life.visit(record as LogRecord, place as RecordPlace)
  })
  return life.lives
}

function named(dictionary: string, number: number, name: string): object {
  return { kind: 'named', dictionary, number, name: Buffer.from(name) }
}

function accepted(kind: 'published' | 'prepared', more: object = {}): object {
  const header = {
    messageId: Buffer.from(id),
    topic: Buffer.from('trade'),
    messageType: Buffer.from('pay-succ-200'),
    expiredTime: 2_000_000_000,
    deliverLimit: 100,
    group: Buffer.from('ps'),
    commit: true,
    fly: false,
    properties: [{ key: Buffer.from('k'), value: Buffer.from('v') }],
  }
  const source = encodeMessage(header, Buffer.from('hello'))
  return {
    kind,
    ...idOf(id),
    topic: 1,
    type: 1,
    publisher: 1,
    form: 0x12,
    expiresAt: 2_000_000_000,
    deliverLimit: 100,
    message: { source, start: 0, end: source.length },
    routing: { durable: [2], transient: [3] },
    ...more,
  }
}

const names = [
  named('topic', 1, 'trade'),
  named('type', 1, 'pay-succ-200'),
  named('group', 1, 'ps'),
  named('group', 2, 's-a'),
  named('group', 3, 's-b'),
  { kind: 'started', epoch: 1 },
  { kind: 'members-changed', connection: 7, peer: '127.0.0.1:9', change: 'joined', group: 2 },
]
const first = names.length

test('a life tells every attempt, to whom it went and how it ended for each group', () => {
  const [life] = lifeOf([
    ...names,
    accepted('published'),
    { kind: 'delivered', group: 2, connection: 7, messages: [1, first], attempts: [4, 1] },
    { kind: 'skipped', group: 3, messages: [first] },
    {
      kind: 'failed',
      group: 2,
      message: first,
      cause: 'nack',
      feedback: 'no',
      retryAtMs: 1_015_000,
    },
    { kind: 'started', epoch: 2 },
    { kind: 'delivered', group: 2, connection: 7, messages: [first], attempts: [2] },
    { kind: 'dead-lettered', group: 2, message: first, reason: 'limit', feedback: '' },
    { kind: 'redriven', group: 2, message: first, who: 'me' },
    { kind: 'acked', group: 2, messages: [3, first] },
  ])
  assert.deepEqual(life!.groups, { 's-a': 'acked', 's-b': 'skipped' })
  assert.deepEqual(life!.properties, { k: 'v' })
  assert.deepEqual(
    life!.events.map(({ what, attempt, peer, detail }) => [what, attempt, peer, detail]),
    [
      ['published', undefined, undefined, 'to s-a, s-b (transient)'],
      ['delivered', 1, '127.0.0.1:9', undefined],
      ['skipped', undefined, undefined, undefined],
      ['failed', undefined, undefined, 'nack, "no", again in 5 s'],
      ['broker started', undefined, undefined, 'epoch 2'],
      // Connection 7 of the next epoch is somebody else.
      ['delivered', 2, undefined, undefined],
      ['dead letter', undefined, undefined, 'limit'],
      ['redriven', undefined, undefined, 'by me'],
      ['acked', undefined, undefined, undefined],
    ],
  )
  const text = linesOf(life!).join('\n')
  assert.match(text, /"hello"/)
  assert.match(text, /now: s-a acked it, s-b was away and keeps nothing/)
})

test('a life tells of a pause while it waits, of a reset that skipped it and of being given again', () => {
  const reset = (detail: string): object => ({
    kind: 'operator',
    who: 'me',
    action: 'reset',
    detail,
  })
  const [held] = lifeOf([
    { kind: 'paused', group: 2, who: 'me' },
    ...names,
    accepted('published'),
    { kind: 'paused', group: 3, who: 'you' },
    { kind: 'resumed', group: 2, who: 'me' },
  ])
  assert.match(linesOf(held!).at(-1)!, /s-a is waiting for it, s-b .*, but is paused by you$/)
  assert.deepEqual(
    held!.events.slice(1).map(({ what, group, detail }) => [what, group, detail]),
    [
      ['group paused', 's-b', 'by you'],
      ['group resumed', 's-a', 'by me'],
    ],
  )
  const { message, ...fields } = accepted('published') as { message: object }
  const [life] = lifeOf([
    ...names,
    accepted('published'),
    reset('s-a, topic trade, to offset 99'),
    { kind: 'skipped', group: 3, messages: [first] },
    { kind: 'skipped', group: 2, messages: [first] },
    { ...fields, message, kind: 'recalled', of: first, group: 2 },
    { kind: 'delivered', group: 2, connection: 7, messages: [first + 4], attempts: [1] },
    { kind: 'acked', group: 2, messages: [first + 4] },
  ])
  assert.deepEqual(life!.groups, { 's-a': 'acked', 's-b': 'skipped' })
  const told = life!.events.slice(1).map(({ what, group, detail }) => [what, group, detail])
  assert.deepEqual(told.slice(0, 3), [
    ['skipped', 's-b', undefined],
    ['skipped', 's-a', `by reset ${first + 1}, me`],
    ['given again', 's-a', `as record ${first + 4}, a copy of ${first}`],
  ])
  const [skipped] = lifeOf([
    ...names,
    accepted('published'),
    reset('s-a, to offset 99'),
    { kind: 'skipped', group: 2, messages: [first] },
  ])
  assert.match(linesOf(skipped!).at(-1)!, /s-a had it skipped by a reset, s-b is waiting/)
})

test('a failure at the delivery limit says so, and promises no attempt that will not come', () => {
  const detailOf = (attempt: number, cause: string, deliverLimit: number): string | undefined => {
    const failed = { kind: 'failed', group: 2, message: first, cause, feedback: '' }
    const [life] = lifeOf([
      ...names,
      accepted('published', { deliverLimit }),
      { kind: 'delivered', group: 3, connection: 8, messages: [first], attempts: [deliverLimit] },
      { kind: 'delivered', group: 2, connection: 7, messages: [first], attempts: [attempt] },
      { ...failed, retryAtMs: 1_015_000 },
      { kind: 'dead-lettered', group: 2, message: first, reason: 'limit', feedback: '' },
    ])
    return life!.events.find(({ what }) => what === 'failed')?.detail
  }
  assert.equal(detailOf(3, 'timeout', 3), 'timeout, the limit of 3 deliveries is reached')
  assert.equal(detailOf(1, 'nack', 1), 'nack, the limit of 1 delivery is reached')
  assert.match(detailOf(2, 'timeout', 3)!, /^timeout, again in \d+ s$/)
  assert.match(detailOf(3, 'not-sent', 3)!, /^not-sent, again in/, 'what never left does not count')
})

test('a transaction is told from prepare to decision', () => {
  const [open] = lifeOf([
    ...names,
    accepted('prepared'),
    { kind: 'inquired', prepared: first, attempt: 1, connection: 7 },
  ])
  assert.equal(open!.outcome, 'prepared')
  assert.match(linesOf(open!).at(-1)!, /its publisher has not decided/)
  const routing = { durable: [2], transient: [] }
  const [life] = lifeOf([
    ...names,
    accepted('prepared'),
    { kind: 'committed', prepared: first, routing, reason: 'inquiry', feedback: 'ok' },
  ])
  assert.deepEqual(life!.groups, { 's-a': 'waiting' })
  assert.equal(life!.events.at(-1)!.detail, 'by inquiry, "ok", to s-a')
})

test('a restart tells why an attempt that was out does not count', () => {
  const out = { kind: 'delivered', group: 2, connection: 7, messages: [first], attempts: [1] }
  const started = (...before: object[]): string | undefined => {
    const records = [...names, accepted('published'), out, ...before, { kind: 'started', epoch: 2 }]
    return lifeOf(records)[0]!.events.at(-1)!.detail
  }
  const leases = 'epoch 2; open leases ended (not counted: the broker'
  assert.equal(started(), `${leases} died)`)
  assert.equal(started({ kind: 'closed', clean: true }), `${leases} stopped)`)
})

test('other messages leave no trace', () => {
  const other = accepted('published', { id3: 1 })
  const lives = lifeOf([...names, other, { kind: 'acked', group: 2, messages: [first] }])
  assert.equal(lives.length, 0)
})

test('nothing that is printed can change the terminal', () => {
  assert.equal(printable('a\u001b[31m\nb\u0085c支'), 'a\\u001b[31m\\nb\\u0085c支')
})

test('an error has a code of its own and one line; a bug shows its stack', () => {
  const refused = new KiteQError('KITEQ_REFUSED', 'two\nlines')
  assert.deepEqual([exitCodeOf(refused), lineOf(refused)], [1, 'kiteq: KITEQ_REFUSED: two; lines'])
  const inUse = Object.assign(new Error('listen EADDRINUSE'), {
    code: 'EADDRINUSE',
    syscall: 'listen',
  })
  assert.deepEqual([exitCodeOf(inUse), lineOf(inUse)], [71, 'kiteq: listen EADDRINUSE'])
  assert.equal(exitCodeOf(new TypeError('x')), 70)
  assert.match(lineOf(new TypeError('x')), /a bug: TypeError: x\n {4}at/)
})

test('the first answer counts: a late ack is told, and changes nothing', () => {
  const delivered = { kind: 'delivered', group: 2, connection: 7, messages: [first] }
  const failed = { kind: 'failed', group: 2, message: first, cause: 'timeout', feedback: '' }
  const acked = { kind: 'acked', group: 2, messages: [first] }
  const records = [
    ...names,
    accepted('published'),
    { ...delivered, attempts: [1] },
    { ...failed, retryAtMs: 0 },
    { ...delivered, attempts: [2] },
    acked,
  ]
  const [life] = lifeOf([...records, acked, { kind: 'skipped', group: 2, messages: [first] }])
  assert.equal(life!.groups['s-a'], 'acked')
  assert.deepEqual(
    life!.events.slice(-3).map(({ what, detail }) => [what, detail]),
    [
      ['acked', undefined],
      ['acked late', 'changes nothing: it was acked before'],
      ['skipped late', 'changes nothing: it was acked before'],
    ],
  )
  const dead = { kind: 'dead-lettered', group: 2, message: first, reason: 'limit', feedback: '' }
  const [buried] = lifeOf([...records.slice(0, -1), dead, acked])
  assert.equal(buried!.groups['s-a'], 'dead')
})

test('attempts that the original made are told as such, not as deliveries to a connection', () => {
  const [life] = lifeOf([
    ...names,
    accepted('published'),
    { kind: 'delivered', group: 2, connection: 0, messages: [names.length], attempts: [3] },
    {
      kind: 'failed',
      group: 2,
      message: names.length,
      cause: 'timeout',
      feedback: 'imported: the attempts so far were made before',
      retryAtMs: 1_000_000 + (names.length + 2) * 1000 + 7000,
    },
    { kind: 'delivered', group: 2, connection: 5, messages: [names.length], attempts: [4] },
    {
      kind: 'failed',
      group: 2,
      message: names.length,
      cause: 'timeout',
      feedback: '',
      retryAtMs: 0,
    },
  ])
  assert.deepEqual(
    life?.events.slice(1).map(({ what, connection, detail }) => [what, connection, detail]),
    [
      ['taken over', undefined, 'from the original: 3 attempts there'],
      ['failed', undefined, 'before it was taken over, again in 7 s'],
      ['delivered', 5, undefined],
      ['failed', undefined, 'timeout, again at once'],
    ],
  )
  assert.doesNotMatch(linesOf(life).join('\n'), /connection 0|imported/)
})
