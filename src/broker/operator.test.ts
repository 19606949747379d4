import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldAll, SimBroker, type SimMessage } from '../../test/support/sim-broker.ts'
import { SectionReader, SectionWriter } from '../model/section.ts'
import type { GroupNumber, Offset, Ordinal, TopicNumber } from '../model/ids.ts'
import type { PublishedRecord } from '../model/record.ts'
import type { OperatorResult } from './command.ts'
import { selectDeadLetters } from './dead-letter-list.ts'
import { BrokerState } from './state.ts'

type Connection = ReturnType<SimBroker['join']>

function bound(persistent = true): { broker: SimBroker; p: Connection; c: Connection } {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const c = broker.join('sub')
  broker.bind(c, 'trade', [{ persistent }])
  return { broker, p, c }
}

/** Published and refused as often as its limit allows. */
function bury(broker: SimBroker, p: Connection, c: Connection, message: SimMessage): void {
  broker.publish(p, { deliverLimit: 1, ...message })
  broker.ack(c, broker.deliveries(c)[0]!, false, 'no')
}

const groupOf = (broker: SimBroker, name = 'sub'): GroupNumber =>
  broker.loop.state.groupNames.numberOfText(name) as GroupNumber

const countsOf = (result: OperatorResult | undefined): Readonly<Record<string, number>> => {
  assert.ok(result?.ok, 'accepted')
  return result.counts ?? {}
}

function redrive(
  broker: SimBroker,
  act?: number,
  isDryRun = false,
): Readonly<Record<string, number>> {
  const letters = broker.loop.state.dead.list().map(({ group, message }) => ({ group, message }))
  const more = { act: act as Offset | undefined, isDryRun, detail: 'all' }
  return countsOf(broker.operate({ name: 'redrive', letters, ...more }))
}

function check(broker: SimBroker): void {
  const { state } = broker.loop
  assert.equal(foldAll(broker.log.records).digest(), state.digest())
  const writer = new SectionWriter()
  state.save(writer)
  const loaded = new BrokerState({ indexSeed: 3 })
  loaded.load(new SectionReader(writer.finish()))
  assert.equal(loaded.digest(), state.digest())
  assert.equal(loaded.liveCount, state.liveCount)
}

test('a redrive is answered once it is durable, names itself by its record and delivers as a first attempt', () => {
  const { broker, p, c } = bound()
  bury(broker, p, c, { id: 1 })
  assert.deepEqual(redrive(broker, undefined, true), {
    done: 1,
    gone: 0,
    expired: 0,
    away: 0,
    act: 0,
  })
  assert.equal(broker.loop.state.dead.count, 1, 'a dry run changes nothing')
  broker.log.isFast = false
  const at = broker.log.records.length
  const letters = broker.loop.state.dead.list()
  const action = {
    name: 'redrive',
    act: undefined,
    letters,
    isDryRun: false,
    detail: 'all',
  } as const
  assert.equal(broker.operate(action), undefined)
  broker.log.isFast = true
  broker.log.makeDurable()
  assert.deepEqual(broker.kinds(at).slice(0, 2), ['operator', 'redriven'])
  const { record } = broker.log.records[at + 1]!
  assert.ok(record.kind === 'redriven')
  assert.equal(record.who, `op, act ${at}, was limit`)
  assert.equal(broker.deliveries(c)[0]?.attempt, 1)
  check(broker)
})

test('a further slice of an act has no record of its own', () => {
  const { broker, p, c } = bound()
  bury(broker, p, c, { id: 1 })
  bury(broker, p, c, { id: 2 })
  const at = broker.log.records.length
  assert.equal(redrive(broker, 7)['act'], 7)
  assert.ok(!broker.kinds(at).includes('operator'))
})

test('with a full disk nothing is redriven and nothing copied, but dead letters can be purged', () => {
  const { broker, p, c } = bound()
  bury(broker, p, c, { id: 1 })
  const letters = broker.loop.state.dead.list()
  const messages = [recordOf(broker, 1)]
  broker.log.isFull = true
  const full = { ok: false, error: 'disk full, retry later', isBusy: true }
  const more = { act: undefined, letters, isDryRun: false, detail: '' }
  assert.deepEqual(broker.operate({ name: 'redrive', ...more }), full)
  const recall = { name: 'recall', group: groupOf(broker), messages, isDryRun: false } as const
  assert.deepEqual(broker.operate(recall), full)
  assert.equal(countsOf(broker.operate({ name: 'purge', ...more }))['done'], 1)
})

test('what expired is not redriven, and a transient group that is away would lose it', () => {
  const { broker, p, c } = bound(false)
  bury(broker, p, c, { id: 1, livesSeconds: 10 })
  bury(broker, p, c, { id: 2 })
  broker.leave(c)
  broker.clock.advance(20_000)
  assert.deepEqual(redrive(broker), { done: 0, gone: 0, expired: 1, away: 1, act: 0 })
  assert.equal(broker.loop.state.dead.count, 2)
  broker.operate({ name: 'pause', group: 'sub' })
  assert.equal(redrive(broker)['done'], 1, 'a group that is paused keeps it')
  assert.equal(broker.loop.state.queues.find(groupOf(broker), 1 as TopicNumber)?.unsettled, 1)
  check(broker)
})

test('an undo returns only what was never tried, with its reason', () => {
  const { broker, p, c } = bound()
  for (const id of [1, 2, 3]) bury(broker, p, c, { id })
  broker.loop.submit({ kind: 'credit', connection: c, window: 1 })
  const letters = broker.loop.state.dead.list()
  const { act } = redrive(broker)
  const [sent] = broker.deliveries(c)
  const undo = {
    name: 'undo-redrive',
    act: undefined,
    undone: act as Offset,
    letters: letters.map(({ group, message, reason, feedback, attempts, atMs }) => ({
      ...{ group, message, was: { reason, feedback, attempts, atMs } },
    })),
    isDryRun: false,
  } as const
  const counts = countsOf(broker.operate(undo))
  assert.deepEqual([counts['done'], counts['tried']], [2, 1])
  assert.deepEqual(broker.loop.state.dead.list(), letters.slice(1))
  broker.ack(c, sent!)
  assert.deepEqual(broker.deliveries(c), [])
  assert.equal(countsOf(broker.operate(undo))['done'], 0)
  check(broker)
})

test('an undo leaves what waits for its next attempt', () => {
  const { broker, p, c } = bound()
  bury(broker, p, c, { id: 1, deliverLimit: 4 })
  for (let i = 0; i < 3; i++) broker.ack(c, broker.deliveries(c)[0]!, false, 'no')
  const letters = broker.loop.state.dead.list()
  assert.equal(letters.length, 1)
  const { act } = redrive(broker)
  broker.leave(c) // an attempt that came to nothing
  const queue = broker.loop.state.queues.find(groupOf(broker), 1 as TopicNumber)
  assert.deepEqual([queue?.unsettled, queue?.out], [1, 0])
  const undo = { name: 'undo-redrive', act: undefined, undone: act as Offset } as const
  const named = letters.map(({ group, message, reason }) => ({ group, message, was: { reason } }))
  const action = { ...undo, letters: named, isDryRun: false } as const
  const counts = countsOf(broker.operate(action))
  assert.deepEqual([counts['done'], counts['tried']], [0, 1])
})

test('a purge settles the message', () => {
  const { broker, p, c } = bound()
  bury(broker, p, c, { id: 1 })
  const letters = broker.loop.state.dead.list()
  const action = { name: 'purge', act: undefined, isDryRun: false, detail: '' } as const
  assert.equal(
    countsOf(broker.operate({ ...action, letters: [...letters, ...letters] }))['done'],
    2,
  )
  assert.equal(broker.loop.state.dead.count, 0)
  assert.equal(broker.loop.state.liveCount, 0)
  check(broker)
})

test('a paused group gets neither what is new, nor what is due again, nor fly; acks and expiry go on', () => {
  const { broker, p, c } = bound()
  broker.publish(p, { id: 1 })
  const [out] = broker.deliveries(c)
  const unknown = broker.operate({ name: 'pause', group: 'nobody' })
  assert.deepEqual(unknown, { ok: false, error: 'no group "nobody"' })
  assert.equal(countsOf(broker.operate({ name: 'pause', group: 'sub' }))['changed'], 1)
  assert.equal(countsOf(broker.operate({ name: 'pause', group: 'sub' }, 'two'))['changed'], 0)
  broker.publish(p, { id: 2 })
  broker.publish(p, { id: 3, livesSeconds: 5 })
  broker.publish(p, { id: 4, fly: true })
  broker.ack(c, out!, false, 'no')
  const d = broker.join('sub')
  broker.clock.advance(60_000)
  assert.deepEqual([...broker.received(c), ...broker.received(d)], [])
  assert.equal(broker.loop.state.dead.count, 1)
  check(broker)
  const next = broker.crash()
  const e = next.join('sub')
  next.clock.advance(60_000)
  assert.deepEqual(next.received(e), [])
  assert.equal(countsOf(next.operate({ name: 'resume', group: 'sub' }))['changed'], 1)
  assert.deepEqual(next.received(e).sort(), [1, 2])
  assert.equal(countsOf(next.operate({ name: 'resume', group: 'sub' }))['changed'], 0)
  check(next)
})

/** The published record of an id. */
function recordOf(broker: SimBroker, id: number): { of: Offset; fields: PublishedRecord } {
  const of = broker.log.records.findIndex(
    ({ record }) => record.kind === 'published' && record.id3 === id,
  )
  return { of: of as Offset, fields: broker.log.records[of]!.record as PublishedRecord }
}

test('a recalled message is a row of its own: the id stays with the original, and nothing of it is remembered', () => {
  const { broker, p, c } = bound()
  const other = broker.join('other')
  broker.bind(other, 'trade', [{}])
  broker.publish(p, { id: 1 })
  const { state } = broker.loop
  const messages = [recordOf(broker, 1)]
  const recall = { name: 'recall', group: groupOf(broker), messages, isDryRun: false } as const
  assert.equal(countsOf(broker.operate(recall))['waiting'], 1)
  broker.ack(c, broker.deliveries(c)[0]!)
  broker.ack(other, broker.deliveries(other)[0]!)
  const original = state.ids.find(messages[0]!.fields)
  assert.equal(countsOf(broker.operate({ ...recall, isDryRun: true }))['done'], 1)
  assert.equal(countsOf(broker.operate(recall))['done'], 1)
  assert.equal(state.ids.find(messages[0]!.fields), original)
  assert.equal(state.messages.count, 2)
  check(broker)
  assert.equal(broker.publish(p, { id: 1 }), 'true stored', 'a repeat of the original')
  assert.deepEqual(broker.received(other), [])
  const [copy] = broker.deliveries(c)
  assert.notEqual(copy?.message, messages[0]!.of)
  const late = { ...copy! }
  broker.ack(c, copy!)
  assert.equal(state.messages.count, 1)
  assert.equal(state.settled.size, 1)
  assert.equal(state.ids.find(messages[0]!.fields), original)
  broker.ackAs(c, late.opaque, 1) // once more, for a row that is gone
  assert.equal(state.liveCount, 0)
  check(broker)
})

test('a copy outlives the original in memory, and a later publish under the id is another message', () => {
  const { broker, p, c } = bound()
  broker.publish(p, { id: 1 })
  broker.ack(c, broker.deliveries(c)[0]!)
  const messages = [recordOf(broker, 1)]
  broker.leave(c)
  broker.operate({ name: 'recall', group: groupOf(broker), messages, isDryRun: false })
  broker.clock.advance(700_000)
  broker.publish(p, { id: 2 })
  broker.publish(p, { id: 3 })
  const { state } = broker.loop
  assert.ok(state.ids.find(messages[0]!.fields) < 0, 'the original is forgotten')
  assert.equal(broker.publish(p, { id: 1 }), 'true stored')
  const d = broker.join('sub')
  assert.deepEqual(broker.received(d), [1, 2, 3, 1])
  check(broker)
  const next = broker.crash()
  assert.deepEqual(next.received(next.join('sub')), [1, 2, 3, 1])
  check(next)
})

test('skipping walks a queue from before an offset, what is out included', () => {
  const { broker, p, c } = bound()
  broker.loop.submit({ kind: 'credit', connection: c, window: 1 })
  for (const id of [1, 2, 3]) broker.publish(p, { id })
  const [out] = broker.deliveries(c)
  const before = recordOf(broker, 3).of
  const skip = {
    name: 'skip',
    group: groupOf(broker),
    topic: 1 as TopicNumber,
    from: 0 as Ordinal,
    before,
  } as const
  assert.deepEqual(countsOf(broker.operate({ ...skip, isDryRun: true })), { done: 2, next: -1 })
  assert.deepEqual(countsOf(broker.operate({ ...skip, isDryRun: false })), { done: 2, next: -1 })
  broker.ack(c, out!)
  assert.deepEqual(broker.received(c), [3])
  check(broker)
})

test('a selection in parts meets every dead letter, whatever leaves between two of them', () => {
  const { broker, p, c } = bound()
  for (let id = 1; id <= 40; id++) {
    bury(broker, p, c, { id })
    if (id % 3 === 0) broker.clock.advance(10)
  }
  const { state } = broker.loop
  const all = state.dead.list().map(({ message }) => message)
  const met: Offset[] = []
  let from: Parameters<typeof selectDeadLetters>[2]
  do {
    const { letters, next } = selectDeadLetters(state, {}, from, 4)
    met.push(...letters.map(({ message }) => message))
    broker.operate({ name: 'purge', act: undefined, letters, isDryRun: false, detail: '' })
    from = next
  } while (from !== undefined)
  assert.deepEqual(met, all)
  assert.throws(() => selectDeadLetters(state, { topic: 'nowhere' }), /no topic "nowhere"/)
})
