import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldAll, SimBroker } from '../../test/support/sim-broker.ts'
import { fullReason } from './loop.ts'

function bound(
  settings = {},
  options = {},
): { broker: SimBroker; publisher: number; consumer: number } & Pair {
  const broker = new SimBroker(settings)
  const p = broker.join('pub')
  const c = broker.join('sub', options)
  broker.bind(c, 'trade', [{}])
  return { broker, publisher: p, consumer: c, p, c }
}
type Pair = { p: ReturnType<SimBroker['join']>; c: ReturnType<SimBroker['join']> }

function check(broker: SimBroker): void {
  const { state } = broker.loop
  assert.equal(foldAll(broker.log.records).digest(), state.digest())
}

test('a published message is acked, delivered and settled by its ack', () => {
  const { broker, p, c } = bound()
  assert.equal(broker.publish(p, { id: 1 }), 'true stored')
  const [delivery] = broker.deliveries(c)
  assert.equal(delivery?.attempt, 1)
  broker.ack(c, delivery)
  broker.clock.advance(60_000)
  assert.deepEqual(broker.received(c), [])
  assert.deepEqual(broker.kinds().filter((kind) => kind === 'acked').length, 1)
  assert.equal(broker.loop.state.liveCount, 0)
  check(broker)
})

test('nothing leaves before it is durable, and a refusal does', () => {
  const { broker, p, c } = bound()
  broker.log.isFast = false
  assert.equal(broker.publish(p, { id: 1 }), undefined)
  assert.deepEqual(broker.received(c), [])
  assert.equal(broker.publish(p, { id: 2, livesSeconds: -5 }), 'false Expired Message!')
  broker.log.makeDurable()
  assert.deepEqual(broker.received(c), [1])
})

test('publish and first delivery share one flush', () => {
  const { broker, p } = bound()
  broker.log.isFast = false
  const from = broker.log.records.length
  broker.publish(p, { id: 1 })
  assert.deepEqual(broker.kinds(from), ['named', 'published', 'delivered'])
})

test('a nack is repeated at once three times, then after the back-off, and a timeout likewise', () => {
  const { broker, p, c } = bound()
  broker.publish(p, { id: 1 })
  for (let attempt = 1; attempt <= 4; attempt++) {
    const [delivery] = broker.deliveries(c)
    assert.equal(delivery?.attempt, attempt)
    broker.ack(c, delivery, false, 'no')
  }
  assert.deepEqual(broker.deliveries(c), [])
  broker.clock.advance(4_999)
  assert.deepEqual(broker.deliveries(c), [])
  broker.clock.advance(1)
  assert.equal(broker.deliveries(c)[0]?.attempt, 5)
  broker.clock.advance(5_000)
  assert.ok(broker.kinds().filter((kind) => kind === 'failed').length === 5)
  check(broker)
})

test('the delivery limit ends in the dead letters with the last reason', () => {
  const { broker, p, c } = bound()
  broker.publish(p, { id: 1, deliverLimit: 2 })
  broker.ack(c, broker.deliveries(c)[0]!, false, 'first')
  broker.ack(c, broker.deliveries(c)[0]!, false, 'second')
  broker.clock.advance(600_000)
  assert.deepEqual(broker.deliveries(c), [])
  const dead = broker.loop.state.dead.list()
  assert.equal(dead.length, 1)
  assert.equal(dead[0]?.feedback, 'second')
  assert.equal(dead[0].attempts, 2)
  check(broker)
})

test('a late ack of an earlier attempt still settles', () => {
  const { broker, p, c } = bound()
  broker.publish(p, { id: 1 })
  const [first] = broker.deliveries(c)
  broker.clock.advance(5_000)
  const [second] = broker.deliveries(c)
  assert.equal(second?.attempt, 2)
  broker.ackAs(c, first!.opaque, 1)
  assert.equal(broker.loop.state.liveCount, 0)
  broker.ackAs(c, second.opaque, 1)
  broker.clock.advance(60_000)
  assert.deepEqual(broker.deliveries(c), [])
  check(broker)
})

test('an ack with a made-up opaque, another id or from another group changes nothing', () => {
  const { broker, p, c } = bound()
  const other = broker.join('other')
  broker.publish(p, { id: 1 })
  broker.publish(p, { id: 2 })
  const [delivery] = broker.deliveries(c)
  broker.ackAs(c, delivery!.opaque + 77, 1)
  broker.ackAs(c, delivery!.opaque, 2)
  broker.ackAs(other, delivery!.opaque, 1)
  assert.equal(broker.loop.session.counters.ignoredAcks, 3)
  assert.equal(broker.loop.state.liveCount, 2)
  const newer = broker.join('sub')
  broker.ackAs(newer, delivery!.opaque, 1)
  assert.equal(broker.loop.state.liveCount, 1, 'a newer connection of the same group may ack')
})

test('a repeated publish is acked again and delivered once; other content is refused', () => {
  const { broker, p, c } = bound()
  broker.publish(p, { id: 1 })
  assert.equal(broker.publish(p, { id: 1 }), 'true stored')
  assert.match(broker.publish(p, { id: 1, body: 'other' })!, /^false Message id is taken/)
  assert.deepEqual(broker.received(c), [1])
  broker.log.isFast = false
  broker.publish(p, { id: 2 })
  assert.equal(
    broker.publish(p, { id: 2 }),
    undefined,
    'the repeat waits for the first to be durable',
  )
})

test('a prepared message is invisible until its group commits it, and the first decision wins', () => {
  const { broker, p, c } = bound()
  broker.publish(p, { id: 1, commit: false })
  assert.deepEqual(broker.received(c), [])
  broker.decideTransaction(c, 1, 1)
  assert.deepEqual(broker.received(c), [], 'another group may not decide')
  broker.decideTransaction(p, 1, 1)
  broker.decideTransaction(p, 1, 2)
  assert.deepEqual(broker.received(c), [1])
  assert.equal(broker.loop.session.counters.ignoredDecisions, 2)
  broker.publish(p, { id: 2, commit: false })
  broker.decideTransaction(p, 2, 2)
  broker.decideTransaction(p, 2, 1)
  assert.deepEqual(broker.received(c), [])
  assert.match(broker.publish(p, { id: 2 })!, /^false Message was rolled back/)
  check(broker)
})

test('a forgotten decision is asked for after 5 s, then doubling, also after a restart', () => {
  const { broker, p } = bound()
  broker.publish(p, { id: 1, commit: false })
  const asked = (): number =>
    (broker.sent.get(p) ?? []).filter((effect) => effect.kind === 'inquire').length
  broker.clock.advance(4_999)
  assert.equal(asked(), 0)
  broker.clock.advance(1)
  assert.equal(asked(), 1)
  broker.clock.advance(10_000)
  assert.equal(asked(), 2)
  const again = broker.crash()
  const q = again.join('pub')
  again.clock.advance(5_000)
  const inquiry = again.sent.get(q)!.find((effect) => effect.kind === 'inquire')
  assert.ok(inquiry?.kind === 'inquire', 'asked again after the restart')
  again.decideTransaction(q, 1, 1, 'trade', inquiry.opaque)
  const decided = again.log.records
    .map((one) => one.record)
    .find((record) => record.kind === 'committed')
  assert.equal(decided?.kind === 'committed' && decided.reason, 'inquiry')
  check(again)
})

test('expiry rolls back what is open and buries what waits', () => {
  const { broker, p, c } = bound()
  broker.leave(c)
  broker.publish(p, { id: 1, livesSeconds: 10 })
  broker.publish(p, { id: 2, livesSeconds: 10, commit: false })
  broker.clock.advance(12_000)
  assert.equal(broker.loop.state.dead.list()[0]?.reason, 'expired')
  assert.equal(broker.loop.state.transactions.open, 0)
  check(broker)
})

test('a crash gives unacked deliveries again without burning an attempt, and never loses what was acked', () => {
  const { broker, p, c } = bound()
  for (let id = 1; id <= 10; id++) broker.publish(p, { id })
  const out = broker.deliveries(c)
  assert.equal(out.length, 10)
  broker.ack(c, out[0]!)
  broker.log.isFast = false
  broker.publish(p, { id: 11 })
  const again = broker.crash()
  const d = again.join('sub')
  const redelivered = again.deliveries(d)
  assert.deepEqual(
    redelivered.map((delivery) => again.idOf(delivery)),
    [2, 3, 4, 5, 6, 7, 8, 9, 10],
  )
  assert.deepEqual(new Set(redelivered.map((delivery) => delivery.attempt)), new Set([1]))
  check(again)
})

test('the in-flight window holds, acks open it again, order is kept', () => {
  const { broker, p, c } = bound()
  for (let id = 1; id <= 100; id++) broker.publish(p, { id })
  let out = broker.deliveries(c)
  assert.equal(out.length, 32)
  const seen: number[] = []
  while (out.length > 0) {
    for (const delivery of out) {
      seen.push(broker.idOf(delivery))
      broker.ack(c, delivery)
    }
    out = broker.deliveries(c)
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 100 }, (_, i) => i + 1),
  )
  check(broker)
})

test('a consumer that never acks gets a window of messages and then only probes', () => {
  const { broker, p, c } = bound({}, { window: 4 })
  for (let id = 1; id <= 50; id++) broker.publish(p, { id })
  broker.clock.advance(60_000)
  const count = broker.deliveries(c).length
  assert.ok(count >= 5 && count <= 12, `${count} deliveries in a minute`)
  const good = broker.join('sub', { window: 64 })
  broker.clock.advance(1)
  assert.ok(broker.deliveries(good).length >= 40)
})

test('two members share by fewest in flight; warm-up never leaves none', () => {
  const { broker, p, c } = bound()
  const d = broker.join('sub', { warmingUpSeconds: 1_000_000 })
  for (let id = 1; id <= 20; id++) broker.publish(p, { id })
  const cold = broker.deliveries(d).length
  assert.ok(broker.deliveries(c).length >= 15 && cold <= 5)
  broker.leave(c)
  assert.ok(broker.deliveries(d).length > 0, 'the only member serves although it is warming up')
})

test('a watermark waits and burns no attempt', () => {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const c = broker.join('sub')
  broker.bind(c, 'trade', [{ watermark: 2 }])
  for (let id = 1; id <= 6; id++) broker.publish(p, { id })
  const seen = [broker.received(c).length]
  for (let second = 0; second < 3; second++) {
    broker.clock.advance(1_000)
    seen.push(broker.received(c).length)
  }
  assert.deepEqual(seen, [1, 2, 2, 1])
})

test('a transient group without a connection is skipped, a durable one waits', () => {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const t = broker.join('transient')
  const d = broker.join('durable')
  broker.bind(t, 'trade', [{ persistent: false }])
  broker.bind(d, 'trade', [{}])
  broker.leave(t)
  broker.leave(d)
  broker.publish(p, { id: 1 })
  assert.ok(broker.kinds().includes('skipped'))
  assert.deepEqual(broker.received(broker.join('transient')), [])
  assert.deepEqual(broker.received(broker.join('durable')), [1])
  check(broker)
})

test('fly is acked at once, tried three times and never stored', () => {
  const { broker, p, c } = bound()
  const from = broker.log.records.length
  assert.equal(broker.publish(p, { id: 1, fly: true }), 'true FLY NO NEED SAVE')
  assert.match(broker.publish(p, { id: 2, fly: true, commit: false })!, /FLY MUST BE COMMITTED !/)
  const fly = (): { opaque: number }[] =>
    (broker.sent.get(c) ?? []).filter((effect) => effect.kind === 'fly')
  for (let attempt = 1; attempt <= 3; attempt++) {
    assert.equal(fly().length, attempt)
    broker.ackAs(c, fly().at(-1)!.opaque, 1, false)
  }
  assert.equal(fly().length, 3)
  assert.ok(broker.kinds(from).every((kind) => kind === 'named'))
})

test('a topic that is not served, wherever it sorts, is refused', () => {
  const { broker, p } = bound({ topics: ['message', 'trade'] })
  for (const topic of ['aaa', 'zzz'])
    assert.equal(broker.publish(p, { id: 1, topic }), 'false UnSupport Topic Message!')
  assert.equal(broker.publish(p, { id: 2, topic: 'message' }), 'true stored')
})

test('a receive rate refuses in the words of the original, and recovers', () => {
  const { broker, p } = bound({ receiveRate: 20 })
  const answers = Array.from({ length: 30 }, (_, id) => broker.publish(p, { id: id + 1 }))
  assert.equal(answers.filter((text) => text === 'true stored').length, 10)
  assert.equal(answers.at(-1), 'false Store Result KiteQ OverFlow [127.0.0.1:13800]')
  broker.clock.advance(1_000)
  assert.equal(broker.publish(p, { id: 99 }), 'true stored')
})

test('a binding that no longer matches parks what it had waiting until it matches again', () => {
  const { broker, p, c } = bound()
  broker.leave(c)
  broker.publish(p, { id: 1 })
  const d = broker.join('sub', { window: 0 })
  broker.bind(d, 'trade', [{ bindType: 'direct', messageType: 'other' }])
  broker.loop.submit({ kind: 'credit', connection: d, window: 10 })
  broker.clock.runTurns()
  assert.deepEqual(broker.received(d), [])
  broker.bind(d, 'trade', [{ bindType: 'regex', messageType: '^pay-' }])
  assert.deepEqual(broker.received(d), [1])
  check(broker)
})

test('a registry snapshot binds, and takes away only what it made', () => {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const c = broker.join('sub')
  const d = broker.join('own')
  broker.bind(d, 'trade', [{}])
  const one = {
    topic: 'trade',
    group: 'sub',
    bindType: 'fanout',
    messageType: '*',
    watermark: 0,
    persistent: true,
  } as const
  broker.loop.submit({ kind: 'registry', snapshot: { source: 'file', bindings: [one] } })
  broker.publish(p, { id: 1 })
  assert.deepEqual([broker.received(c), broker.received(d)], [[1], [1]])
  broker.loop.submit({ kind: 'registry', snapshot: { source: 'file', bindings: [] } })
  broker.publish(p, { id: 2 })
  assert.deepEqual([broker.received(c), broker.received(d)], [[], [2]])
  check(broker)
})

test('with the delivery first, the delivery leaves before the flush and the store ack does not', () => {
  const { broker, p, c } = bound({ deliveryFirst: true })
  broker.log.isFast = false
  assert.equal(broker.publish(p, { id: 1 }), undefined)
  assert.deepEqual(broker.received(c), [1])
  broker.log.makeDurable()
  assert.ok(broker.sent.get(p)!.some((effect) => effect.kind === 'store-ack' && effect.status))
})

test('a full disk refuses publishes with its reason while deliveries and acks go on', () => {
  const { broker, p, c } = bound()
  broker.publish(p, { id: 1 })
  broker.log.isFull = true
  assert.match(broker.publish(p, { id: 2 })!, /^false .*disk full/)
  broker.loop.fullReason = fullReason('old segments wait for the archive')
  const named = /^false .*disk full, old segments wait for the archive, retry later/
  assert.match(broker.publish(p, { id: 2 })!, named)
  broker.ack(c, broker.deliveries(c)[0]!)
  assert.equal(broker.loop.state.liveCount, 0)
  broker.log.isFull = false
  assert.equal(broker.publish(p, { id: 2 }), 'true stored')
})

test('an idle spell writes one closing record', () => {
  const { broker } = bound()
  broker.clock.advance(10_000)
  assert.equal(broker.kinds().filter((kind) => kind === 'closed').length, 1)
})

test('time goes on although the wall clock was far ahead before the start', () => {
  const { broker, p } = bound()
  broker.clock.jumpWall(-86_400_000)
  const again = broker.crash()
  const c = again.join('sub')
  const q = again.join('pub')
  again.publish(q, { id: 5 })
  assert.deepEqual(again.received(c), [5])
  again.clock.advance(5_000)
  assert.deepEqual(again.received(c), [5], 'the lease ran out and it came again')
  assert.equal(p, 1)
})

test('a delivery that never left gives its attempt back when the connection goes', () => {
  const { broker, p, c } = bound()
  broker.log.isFast = false
  broker.publish(p, { id: 1 })
  broker.leave(c)
  const causes = broker.log.records.flatMap(({ record }) =>
    record.kind === 'failed' ? [record.cause] : [],
  )
  assert.deepEqual(causes, ['not-sent'])
  broker.log.isFast = true
  const d = broker.join('sub')
  broker.log.makeDurable()
  assert.deepEqual(
    broker.deliveries(d).map((delivery) => delivery.attempt),
    [1],
  )
  check(broker)
})

test('the same id and body under another type is another message, and refused', () => {
  const { broker, p } = bound()
  assert.equal(broker.publish(p, { id: 1, type: 'x', body: 'same' }), 'true stored')
  assert.match(broker.publish(p, { id: 1, type: 'y', body: 'same' })!, /^false Message id is taken/)
})

test('too many regular expressions of one client are refused, and long complaints are cut', () => {
  const { broker, c } = bound()
  const many = Array.from({ length: 65 }, (_, n) => ({ bindType: 'regex', messageType: `a${n}` }))
  const answers = (): { status: boolean; feedback: string }[] =>
    (broker.sent.get(c) ?? []).flatMap((effect) => (effect.kind === 'command-ack' ? [effect] : []))
  broker.bind(c, 'trade', many as never)
  assert.equal(answers().at(-1)?.status, false)
  const broken = { bindType: 'regex', messageType: `(${'\u0001'.repeat(1000)}` } as const
  broker.bind(
    c,
    'trade',
    Array.from({ length: 60 }, () => broken),
  )
  assert.equal(answers().at(-1)?.status, true)
  assert.ok(answers().at(-1)!.feedback.length <= 1024)
})

test('a connection that leaves with very many leases is worked off in turns, in order', () => {
  const { broker, p, c } = bound({}, { window: 20_000 })
  for (let id = 1; id <= 5_000; id++) broker.publishOnly(p, { id })
  broker.clock.runTurns()
  assert.equal(broker.deliveries(c).length, 5_000)
  broker.loop.submit({ kind: 'leave', connection: c, unsent: [] })
  const d = broker.join('sub', { window: 20_000 })
  broker.clock.runTurns()
  const ids = broker.received(d)
  assert.equal(ids.length, 5_000)
  assert.deepEqual(ids.slice(0, 3), [1, 2, 3])
  check(broker)
})

test('fly messages that wait are bounded for all groups together, and none wait for who takes none', () => {
  const broker = new SimBroker()
  const p = broker.join('pub')
  for (let n = 0; n < 40; n++) {
    const c = broker.join(`g${n}`, { window: n % 2 })
    broker.bind(c, 'trade', [{}])
  }
  const body = 'x'.repeat(1_000_000)
  for (let id = 1; id <= 16; id++) broker.publish(p, { id, fly: true, body })
  assert.ok(broker.loop.session.counters.droppedFly > 0)
  assert.equal(
    broker.loop.session.groupOf(broker.loop.state.groupNames.numberOfText('g2') as never).fly
      .length,
    0,
  )
})

test('a record noted between commands has the time of their turn: times never go back', () => {
  const { broker, p } = bound()
  const act = { kind: 'operator', who: 'test', action: 'note', detail: '' } as const
  broker.publish(p, { id: 1 })
  broker.clock.pass(70)
  broker.loop.note(act)
  broker.publishOnly(p, { id: 2 })
  broker.clock.pass(30)
  broker.loop.note(act)
  broker.publishOnly(p, { id: 3 })
  broker.clock.advance(1)
  const times = broker.log.records.map(({ timeMs }) => timeMs)
  assert.deepEqual(
    times,
    times.toSorted((one, other) => one - other),
  )
})
