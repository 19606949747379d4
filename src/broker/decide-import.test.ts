import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  importedMessage,
  importOf,
  type ImportFields,
} from '../../test/support/imported-message.ts'
import { foldAll, SimBroker, type SimMessage } from '../../test/support/sim-broker.ts'
import { importedToIn, type ImportAction, type ImportedMessage } from './import-action.ts'

function bound(settings: ConstructorParameters<typeof SimBroker>[0] = {}): {
  broker: SimBroker
  consumer: ReturnType<SimBroker['join']>
} {
  const broker = new SimBroker(settings)
  const consumer = broker.join('sub')
  broker.bind(consumer, 'trade', [{}])
  return { broker, consumer }
}

/** Verdicts of one slice. */
function take(
  broker: SimBroker,
  messages: ImportAction['messages'],
  more: Partial<ImportAction> = {},
): { readonly taken: number; readonly verdicts: readonly string[] } {
  const result = broker.operate(importOf(messages, more))
  assert.ok(result?.ok, JSON.stringify(result))
  return { taken: result.counts?.['taken'] ?? -1, verdicts: result.list ?? [] }
}

const row = (broker: SimBroker, message: SimMessage, fields?: ImportFields): ImportedMessage =>
  importedMessage(message, broker.loop.nowMs(), fields)

function check(broker: SimBroker): void {
  assert.equal(foldAll(broker.log.records).digest(), broker.loop.state.digest())
}

test('a slice is one act: messages first, then the record that says how far it is', () => {
  const { broker, consumer } = bound()
  const at = broker.log.records.length
  const slice = [row(broker, { id: 1 }), { kind: 'broken', table: 0, row: 9 } as const]
  assert.deepEqual(take(broker, slice, { places: [0] }), {
    taken: 2,
    verdicts: ['done', 'unreadable'],
  })
  const kinds = broker.kinds(at).filter((kind) => kind !== 'named')
  assert.deepEqual(kinds.slice(0, 2), ['published', 'operator'])
  const act = broker.log.records.find(({ record }) => record.kind === 'operator')?.record
  assert.ok(act?.kind === 'operator', 'an act is recorded')
  assert.deepEqual(importedToIn(act.detail), { source: 'test', places: { t: 9 } })
  assert.deepEqual(broker.received(consumer), [1])
  check(broker)
})

test('nothing is said before it is durable', () => {
  const { broker } = bound()
  broker.log.isFast = false
  assert.equal(broker.operate(importOf([row(broker, { id: 1 })])), undefined)
  broker.log.isFast = true
  broker.log.makeDurable()
})

test('of names that are new each is named once, also when all are in one slice', () => {
  const { broker } = bound()
  const slice = [1, 2, 3, 4].map((id) =>
    row(
      broker,
      { id, topic: `topic ${id % 2}`, type: `type ${id % 3}` },
      { failed: ['f', `f ${id}`], publisher: `p ${id % 2}` },
    ),
  )
  assert.equal(take(broker, slice).taken, 4)
  const { topicNames, typeNames, groupNames } = broker.loop.state
  assert.equal(topicNames.size, 3)
  assert.equal(typeNames.size, 3)
  assert.equal(groupNames.size, 1 + 2 + 5)
  check(broker)
})

test('no more is taken at a time than half of what publishers may send', () => {
  const { broker } = bound({ receiveRate: 40 }) // a burst of 20
  const slice = Array.from({ length: 30 }, (_, id) => row(broker, { id: id + 1 }))
  assert.equal(take(broker, slice).taken, 10)
  assert.equal(take(broker, slice.slice(10)).taken, 5)
  for (let left = 15; left < 19;) left += take(broker, slice.slice(left)).taken
  assert.equal(take(broker, slice.slice(19, 20)).taken, 1)
  const later = { ok: false, error: 'overload: too many messages, retry later', isBusy: true }
  assert.deepEqual(broker.operate(importOf(slice.slice(20))), later)
  broker.clock.advance(1000)
  assert.equal(take(broker, slice.slice(20)).taken, 10)
})

test('the attempts of before count, and the next one waits as long as it had to', () => {
  const { broker, consumer } = bound()
  const retryAt = Math.floor(broker.loop.nowMs() / 1000) + 20
  const fields = { failed: ['sub'], attempts: 7, retryAt }
  take(broker, [row(broker, { id: 1 }, fields), row(broker, { id: 2 })])
  const [second] = broker.deliveries(consumer)
  assert.equal(broker.idOf(second!), 2)
  broker.ack(consumer, second!)
  broker.clock.advance(21_000)
  assert.deepEqual(
    broker.deliveries(consumer).map((delivery) => [broker.idOf(delivery), delivery.attempt]),
    [[1, 8]],
  )
  check(broker)
})

test('a dry run finds the same and changes nothing', () => {
  const { broker, consumer } = bound()
  broker.bind(consumer, 'typed', [{ bindType: 'direct', messageType: 'wanted' }])
  const slice = [
    row(broker, { id: 1 }),
    row(broker, { id: 1 }),
    row(broker, { id: 2, topic: 'nowhere' }),
    row(broker, { id: 3, topic: 'nowhere' }, { failed: ['unknown'] }),
    row(broker, { id: 4, type: 'new' }, { succeeded: ['sub'] }),
    row(broker, { id: 5 }, { isCommitted: false, publisher: 'new' }),
    row(broker, { id: 6, topic: 'typed', type: 'wanted' }),
    row(broker, { id: 7, topic: 'typed', type: 'other' }),
  ]
  const at = broker.log.records.length
  const dry = take(broker, slice, { isDryRun: true })
  assert.equal(broker.log.records.length, at)
  const real = take(broker, slice, { skipsUnbound: true })
  const firsts = ['done', 'known', 'unbound', 'done', 'settled', 'open']
  assert.deepEqual(real.verdicts, [...firsts, 'done', 'unbound'])
  assert.deepEqual(dry.verdicts, real.verdicts)
})

test('a topic that is not served is told apart from one that nobody wants', () => {
  const { broker } = bound({ topics: ['trade'] })
  const [served, other] = [row(broker, { id: 1 }), row(broker, { id: 2, topic: 'other' })]
  assert.deepEqual(take(broker, [served, other]), { taken: 1, verdicts: ['done', 'unserved'] })
  const skipped = take(broker, [other], { skipsUnbound: true })
  assert.deepEqual(skipped, { taken: 1, verdicts: ['unserved'] })
})

test('with a full disk nothing is taken', () => {
  const { broker } = bound()
  broker.log.isFull = true
  const full = { ok: false, error: 'disk full, retry later', isBusy: true }
  assert.deepEqual(broker.operate(importOf([row(broker, { id: 1 })])), full)
})

test('what the other store has buried is buried here, although it could be tried again', () => {
  const { broker, consumer } = bound()
  const buried = row(broker, { id: 1 }, { isDead: true, attempts: 2, failed: ['sub'] })
  assert.deepEqual(take(broker, [buried]).verdicts, ['exhausted'])
  assert.deepEqual(take(broker, [buried], { takesDead: true }).verdicts, ['dead'])
  broker.clock.advance(600_000)
  assert.deepEqual(broker.received(consumer), [])
  assert.equal(broker.loop.state.dead.list().length, 1)
  check(broker)
})
