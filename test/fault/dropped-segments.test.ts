// Old segments go, the checkpoints too, and the broker starts again on what is left: whatever somebody was still owed or had
// still to decide is there, with its bytes, and what an operator has said holds.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConnectionNumber, GroupNumber } from '../../src/model/ids.ts'
import { KeptBroker } from '../support/kept-broker.ts'

const groups = ['one', 'other', 'third'] as const

/** Enough of what nobody needs any more, for the group `one` on another topic. */
async function fill(broker: KeptBroker, one: ConnectionNumber): Promise<void> {
  const publisher = broker.sim.join('pub')
  for (let id = 1000; id < 1080; id++) {
    broker.sim.publish(publisher, { id, topic: 'filler', body: 'x'.repeat(1024) })
    await broker.settle()
    for (const delivery of broker.sim.deliveries(one)) broker.sim.ack(one, delivery)
    await broker.settle()
  }
}

/** Drops what may go, and starts again on the segments alone. */
async function dropAndStart(broker: KeptBroker): Promise<KeptBroker> {
  await broker.checkpoint()
  const { length } = broker.log.segments
  await broker.retain({ keepMs: 0, keepBytes: 1 })
  assert.ok(length > 4 && broker.log.segments.length < length, 'segments went')
  assert.ok(broker.log.segments[0]!.number > 1)
  await broker.stop()
  return KeptBroker.start(broker)
}

test('what one group of several still waits for, a dead letter and an open transaction outlive their segments', async () => {
  const broker = await KeptBroker.start()
  const { sim } = broker
  const publisher = sim.join('pub')
  const [one, other, third] = groups.map((group) => sim.join(group))
  for (const consumer of [one!, other!, third!]) sim.bind(consumer, 'trade', [{}])
  sim.bind(one!, 'filler', [{}])
  sim.leave(other!)
  sim.publish(publisher, { id: 1, body: 'for the one that is away' })
  sim.publish(publisher, { id: 2, body: 'undecided', commit: false })
  await broker.settle()
  for (const consumer of [one!, third!])
    for (const delivery of sim.deliveries(consumer)) sim.ack(consumer, delivery)
  sim.publish(publisher, { id: 3, topic: 'filler', body: 'refused', deliverLimit: 1 })
  await broker.settle()
  sim.ack(one!, sim.deliveries(one!)[0]!, false, 'no')
  await fill(broker, one!)

  const next = await dropAndStart(broker)
  const heirs = groups.map((group) => next.sim.join(group))
  const decider = next.sim.join('pub')
  await next.settle()
  await expectOne(next, heirs[1]!, 1, /for the one that is away/)
  const group = next.state.groupNames.numberOfText('one') as GroupNumber
  const letters = next.state.dead.list(group)
  assert.equal(letters.length, 1)
  const redrive = { name: 'redrive', act: undefined, letters, isDryRun: false, detail: '' } as const
  next.sim.operate(redrive)
  await next.settle()
  await expectOne(next, heirs[0]!, 3, /refused/)
  next.sim.decideTransaction(decider, 2, 1)
  await next.settle()
  for (const heir of heirs) await expectOne(next, heir, 2, /undecided/)
})

/** Exactly this message has come, and the log has its bytes. */
async function expectOne(
  broker: KeptBroker,
  consumer: ConnectionNumber,
  id: number,
  text: RegExp,
): Promise<void> {
  const deliveries = broker.sim.deliveries(consumer)
  assert.deepEqual(
    deliveries.map((delivery) => broker.sim.idOf(delivery)),
    [id],
  )
  assert.match(await broker.textOf(deliveries[0]!.row), text)
}

test('a group that was paused in a segment that is gone is paused still', async () => {
  const broker = await KeptBroker.start()
  const { sim } = broker
  const [one, other] = groups.map((group) => sim.join(group))
  sim.bind(one!, 'filler', [{}])
  sim.bind(other!, 'trade', [{}])
  sim.operate({ name: 'pause', group: 'other' }, 'somebody')
  await fill(broker, one!)
  const next = await dropAndStart(broker)
  const heir = next.sim.join('other')
  next.sim.publish(next.sim.join('pub'), { id: 1 })
  await next.settle()
  assert.deepEqual(next.sim.received(heir), [])
  next.sim.operate({ name: 'resume', group: 'other' })
  await next.settle()
  assert.deepEqual(next.sim.received(heir), [1])
})
