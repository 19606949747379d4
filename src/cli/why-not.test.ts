import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LiveMember, LiveStanding, Standing } from '../broker/standing.ts'
import type { LogRecord, RecordPlace } from '../model/record.ts'
import { encodeMessage } from '../net/packet.ts'
import { idOf } from './folder.ts'
import { reasonsOf } from './why-not-answer.ts'
import { evidenceOf } from './why-not-evidence.ts'
import { WhyNotFold } from './why-not-fold.ts'
import type { Known, Reason } from './why-not-reason.ts'

const id = '0123456789abcdef0123456789abcdef'
const startMs = 1_700_000_000_000

/** Records as a reader of the log meets them; numbers stand for branded ones. */
function foldOf(records: readonly object[], group = 's-a'): WhyNotFold {
  const fold = new WhyNotFold(idOf(id), id, group)
  records.forEach((record, offset) => {
    const place = { offset, timeMs: startMs + offset * 1000, segment: 1, position: 64, length: 1 }
    fold.life.visit(record as LogRecord, place as RecordPlace)
    fold.visit(record as LogRecord, place as RecordPlace)
  })
  return fold
}

function knownOf(
  records: readonly object[],
  more: Partial<Known> & { readonly group?: string } = {},
): Known {
  const { group = 's-a' } = more
  const fold = foldOf(records, group)
  const life = fold.life.lives.at(-1)
  return {
    id,
    group,
    life,
    route: life && fold.routes.get(life.offset),
    history: fold.history,
    standing: undefined,
    inUse: true,
    nowMs: startMs + 100_000,
    horizon: { firstOffset: 0, end: records.length, firstTime: 'first', lastTime: 'last' },
    lost: undefined,
    ...more,
  }
}

const textsOf = (known: Known): string[] => reasonsOf(known).map(({ text }) => text)
const codesOf = (reasons: readonly Reason[]): string[] => reasons.map(({ code }) => code)

function named(dictionary: string, number: number, name: string): object {
  return { kind: 'named', dictionary, number, name: Buffer.from(name) }
}

const names = [
  named('topic', 1, 'trade'),
  named('topic', 2, 'trades'),
  named('type', 1, 'pay-succ'),
  named('group', 1, 'shop'),
  named('group', 2, 's-a'),
  named('group', 3, 's-b'),
]

function bound(list: readonly object[], more: object = {}): object {
  const binding = { topic: 1, group: 2, bindType: 'direct', messageType: 'pay', watermark: 0 }
  const bindings = list.map((one) => ({ ...binding, persistent: true, ...one }))
  return {
    kind: 'bindings-changed',
    source: 'client',
    topic: 1,
    group: 2,
    bindings,
    parks: [],
    unparks: [],
    ...more,
  }
}

function accepted(kind: 'published' | 'prepared', durable: readonly number[] = []): object {
  const header = {
    messageId: Buffer.from(id),
    topic: Buffer.from('trade'),
    messageType: Buffer.from('pay-succ'),
    expiredTime: 2_000_000_000,
    deliverLimit: 100,
    group: Buffer.from('shop'),
    commit: true,
    fly: false,
    properties: [],
  }
  const source = encodeMessage(header, Buffer.from('hello'))
  const message = { source, start: 0, end: source.length }
  const fields = { topic: 1, type: 1, publisher: 1, form: 0x12, expiresAt: 2_000_000_000 }
  const routing = { durable, transient: [] }
  return { kind, ...idOf(id), ...fields, deliverLimit: 100, message, routing }
}

/** The second line: which binding came nearest. */
function nearest(...lists: readonly object[]): string | undefined {
  return textsOf(knownOf([...names, ...lists, accepted('published', [3])]))[1]
}

test('the nearest binding is one of the topic whose type differs least', () => {
  const near = 'nearest was trade direct'
  assert.equal(
    nearest(bound([{ messageType: 'cancel' }, { messageType: 'pay-fail' }])),
    `${near} pay-fail from client: the type differs`,
  )
  assert.equal(
    nearest(bound([{ messageType: 'Pay-Succ' }])),
    `${near} Pay-Succ from client: the type differs in upper and lower case`,
  )
  assert.equal(
    nearest(bound([{ bindType: 'regex', messageType: '^pay$' }])),
    'nearest was trade regex ^pay$ from client: its pattern does not match "pay-succ"',
  )
  assert.match(
    nearest(bound([{ bindType: 'regex', messageType: '(' }]))!,
    /^nearest was trade regex \( from client: pattern "\(" is invalid/,
  )
  const elsewhere = bound([{ messageType: 'pay-succ' }], { topic: 2 })
  assert.equal(
    nearest(elsewhere),
    'nearest was trades direct pay-succ from client: it is of another topic',
  )
  assert.match(nearest(elsewhere, bound([{ messageType: 'x' }]))!, /^nearest was trade direct x /)
  assert.equal(nearest(), 'the group had no binding at all then')
})

test('a binding that had been taken away before, and one that came after, are told with their records', () => {
  const type = { messageType: 'pay-succ' }
  const records = [...names, bound([type]), bound([]), accepted('published'), bound([type])]
  const reasons = reasonsOf(knownOf(records))
  assert.deepEqual(
    reasons.map(({ text, offset }) => [text, offset]),
    [
      [
        'no binding of the group matched trade / pay-succ when it was published; nor one of another group',
        8,
      ],
      ['the group had no binding at all then', undefined],
      ['trade direct pay-succ from client would have matched, and was taken away before', 7],
      ['trade direct pay-succ from client matches, and came after; it brings nothing back', 9],
    ],
  )
  const other = [...names, bound([type], { topic: 2 }), bound([], { topic: 2 })]
  assert.equal(textsOf(knownOf([...other, accepted('published')])).length, 2, 'of another topic')
  const { evidence } = evidenceOf(knownOf(records))
  assert.deepEqual(
    evidence.map(({ what, offset }) => [what, offset]),
    [
      ['bound', 6],
      ['unbound', 7],
      ['published', 8],
      ['bound', 9],
    ],
  )
})

test('of a transaction the bindings of the commit count, not those of the prepare', () => {
  const routing = { durable: [3], transient: [] }
  const committed = { kind: 'committed', prepared: 7, routing, reason: 'client', feedback: '' }
  const records = [
    ...names,
    bound([{ messageType: 'pay-succ' }]),
    accepted('prepared'),
    bound([{ messageType: 'other' }]),
    committed,
  ]
  const [first, second, third] = reasonsOf(knownOf(records))
  assert.match(
    first!.text,
    /^no binding of the group matched .* when it was committed; it went to s-b/,
  )
  assert.equal(first!.offset, 9)
  assert.match(second!.text, /^nearest was trade direct other from client/)
  assert.equal(third!.offset, 8, 'the record that took the binding away')
})

test('a list that is bound anew keeps the record of what stays', () => {
  const type = { messageType: 'pay-fail' }
  const records = [...names, bound([type]), bound([type, {}]), accepted('published')]
  assert.equal(reasonsOf(knownOf(records))[1]!.offset, 6)
})

const waiting: Standing = {
  phase: 'waiting',
  attempts: 0,
  retryAtMs: 0,
  ahead: 0,
  isAheadCut: false,
  watermark: 0,
}
const member: LiveMember = {
  connection: 4,
  peer: '127.0.0.1:9',
  joinedAtMs: 0,
  window: 32,
  inFlight: 0,
  late: 0,
  room: 32,
  warm: 100,
}
const live: LiveStanding = {
  nowMs: startMs + 100_000,
  membersOnline: 1,
  membersWanting: 1,
  members: [member],
  isUnwanted: false,
}
const published = [...names, bound([{ messageType: 'pay-succ' }]), accepted('published', [2])]

function waitingTexts(standing: Partial<Standing>, more: Partial<Known> = {}): string[] {
  return textsOf(knownOf(published, { standing: { ...waiting, live, ...standing }, ...more }))
}

test('what holds a message that waits', () => {
  assert.deepEqual(waitingTexts({}), ['nothing holds it: it leaves with a next turn of the broker'])
  assert.deepEqual(waitingTexts({ ahead: 1 }), ['1 message of the topic goes before it'])
  assert.deepEqual(waitingTexts({ ahead: 10_000, isAheadCut: true }), [
    'at least 10000 messages of the topic go before it',
  ])
  const full = { ...member, inFlight: 20, late: 12, room: 0, probeAtMs: startMs + 101_000 }
  assert.deepEqual(waitingTexts({ live: { ...live, members: [full] } }), [
    'no connection of the group has room: connection 4 (127.0.0.1:9) has 32 of 32, 12 of them past their time; it is tried again at 2023-11-14T22:15:01.000Z',
  ])
  const silent = { ...full, late: 12, silentSinceMs: startMs + 5_000 }
  const small = { ...member, connection: 6, room: 0, readsBytesMax: 32_768 }
  const old = { ...member, connection: 7, room: 0, answersBy: 9 }
  const three = { membersOnline: 3, membersWanting: 3 }
  assert.deepEqual(waitingTexts({ live: { ...live, ...three, members: [silent, small, old] } }), [
    'no connection of the group has room: connection 4 (127.0.0.1:9) has 32 of 32, 12 of them past their time; it has answered nothing since 2023-11-14T22:13:25.000Z; it is tried again at 2023-11-14T22:15:01.000Z; connection 6 (127.0.0.1:9) reads at most 32768 bytes; connection 7 (127.0.0.1:9) gets nothing: its client answers by connection 9',
  ])
  const fresh = { ...member, room: 0, opensAtMs: startMs + 100 }
  assert.deepEqual(waitingTexts({ live: { ...live, members: [fresh] } }), [
    'no connection of the group has room: connection 4 (127.0.0.1:9) has just shaken hands, and gets its first at 2023-11-14T22:13:20.100Z',
  ])
  const none = { ...member, window: 0, room: 0 }
  const five = { membersOnline: 5, membersWanting: 5 }
  assert.deepEqual(waitingTexts({ live: { ...live, ...five, members: [none] } }), [
    'no connection of the group has room: connection 4 (127.0.0.1:9) has asked for none; 4 more',
  ])
  assert.deepEqual(waitingTexts({ live: { ...live, members: [full, member] } }).length, 1)
  assert.deepEqual(waitingTexts({ live: { ...live, membersOnline: 2, members: [none] } }), [
    'no connection of the group that wants the topic has room: connection 4 (127.0.0.1:9) has asked for none',
  ])
  const unwanted = { membersOnline: 3, membersWanting: 0, members: [], isUnwanted: true }
  assert.deepEqual(waitingTexts({ live: { ...live, ...unwanted } }), [
    'no member of the group wants topic "trade": 3 connected',
  ])
  assert.match(
    waitingTexts({ live: { ...live, members: [], membersOnline: 0 } })[0]!,
    /^nobody of the group is connected, and nobody was, /,
  )
})

test('the watermark holds as long as a token is missing or others go before', () => {
  const rate = { nextAtMs: startMs + 100_500 }
  const over = { watermark: 2, live: { ...live, rate } }
  assert.deepEqual(waitingTexts(over), [
    's-a is over its watermark of 2 messages a second: the next may leave at 2023-11-14T22:15:00.500Z',
  ])
  assert.match(waitingTexts({ ...over, ahead: 7 })[0]!, /, and 7 messages .* go before it: 4 s$/)
  const free = { watermark: 2, live: { ...live, rate: { nextAtMs: startMs + 100_000 } } }
  assert.match(waitingTexts(free)[0]!, /^nothing holds it/)
})

test('a back-off counts only until its time, and parked comes before all else', () => {
  const retryAtMs = startMs + 100_001
  assert.match(waitingTexts({ retryAtMs })[0]!, /^an attempt failed; the next is due at 2023/)
  assert.match(waitingTexts({ retryAtMs: startMs + 100_000 })[0]!, /^nothing holds it/)
  const pause = { who: 'kai', sinceMs: startMs }
  const all = knownOf(published, {
    standing: { ...waiting, phase: 'parked', pause, retryAtMs },
    inUse: false,
  })
  assert.deepEqual(codesOf(reasonsOf(all)), ['parked', 'paused', 'no-broker', 'back-off'])
})

test('what has gone while it was asked is asked again, never made up', () => {
  assert.deepEqual(codesOf(reasonsOf(knownOf(published, { standing: undefined }))), ['changed'])
  assert.match(waitingTexts({ phase: 'gone' })[0]!, /^it changed while this was asked/)
})

test('a message that is not there is told with the reach of the log and what it has lost', () => {
  const lost = 'segment 2 at byte 4096: 3 records, 512 bytes'
  const horizon = { firstOffset: 700, end: 900, firstTime: 'then', lastTime: 'now' }
  const [reason] = reasonsOf(knownOf(names, { lost, horizon }))
  assert.equal(reason!.code, 'not-in-log')
  assert.match(
    reason!.text,
    /from record 700 \(then\) to 899 \(now\); what was stored before is gone\./,
  )
  assert.ok(reason!.text.endsWith(`it may have stood in what cannot be read: ${lost}`))
})

test('of a log that begins later the bindings before its image are not made up', () => {
  const records = [...names, accepted('published', [3])]
  const known = knownOf(records)
  known.history.knownFrom = 50
  assert.equal(textsOf(known)[1], 'how the group was bound then is known from record 50 on only')
})

test('what was purged is told with whoever did it', () => {
  const letter = { group: 2, message: 7, reason: 'limit', feedback: 'no' }
  const dead = { kind: 'dead-lettered', ...letter }
  const [first] = reasonsOf(knownOf([...published, dead]))
  assert.match(first!.text, /its limit of 100 deliveries is used up, last feedback "no"$/)
  const purged = { kind: 'purged', group: 2, message: 7, who: 'retention' }
  const [reason] = reasonsOf(knownOf([...published, dead, purged]))
  assert.deepEqual(reason, {
    code: 'purged',
    text: 'it was removed from the dead letters of the group by retention',
    offset: 9,
    time: new Date(startMs + 9000).toISOString(),
  })
})

test('long lives are shortened to their first and last events', () => {
  const delivered = (attempt: number): object => {
    return { kind: 'delivered', group: 2, connection: 4, messages: [7], attempts: [attempt] }
  }
  const many = Array.from({ length: 20 }, (_, n) => delivered(n + 1))
  const { evidence, more } = evidenceOf(knownOf([...published, ...many]))
  assert.deepEqual([evidence.length, more, evidence[0]!.what], [8, 13, 'published'])
  assert.equal(evidence.at(-1)!.attempt, 20)
})
