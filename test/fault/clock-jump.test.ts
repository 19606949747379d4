// The wall clock jumps by hours and days, both ways: timers do not notice, nothing expires early, nothing that is kept goes,
// time never goes back.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GroupNumber } from '../../src/model/ids.ts'
import { purgeOutdated } from '../../src/retention-dead-letters.ts'
import { KeptBroker } from '../support/kept-broker.ts'
import { SimBroker } from '../support/sim-broker.ts'

const hour = 3_600_000
const day = 24 * hour
const sixDaysInSeconds = (6 * day) / 1000

for (const jump of [hour, -hour, 24 * hour, -24 * hour, 72 * hour, -72 * hour])
  test(`a clock that jumps by ${jump / hour} hours expires nothing early and moves no timer`, () => {
    const broker = new SimBroker()
    const publisher = broker.join('pub')
    const consumer = broker.join('sub')
    broker.bind(consumer, 'trade', [{}])
    assert.equal(
      broker.publish(publisher, { id: 1, livesSeconds: sixDaysInSeconds }),
      'true stored',
    )
    assert.equal(broker.deliveries(consumer).length, 1)
    broker.clock.jumpWall(jump)
    broker.clock.advance(4_999)
    assert.deepEqual(broker.received(consumer), [], 'the lease is as long as it was')
    broker.clock.advance(1)
    assert.deepEqual(broker.received(consumer), [1], 'and no longer')
    assert.deepEqual(broker.loop.state.dead.list(), [])

    const again = broker.crash()
    const heir = again.join('sub')
    assert.deepEqual(
      again.received(heir),
      [1],
      'nor is anything lost by a restart under the other time',
    )
    again.clock.advance(2_000)
    assert.deepEqual(again.loop.state.dead.list(), [])
    expectNeverBack(again)
  })

/** The last ones are longer than any message lives. */
const jumps = [2 * hour, -2 * hour, 3 * day, -3 * day, 30 * day, -30 * day]

for (const jump of jumps) {
  const by = `${jump / hour} hours`

  test(`back-off, the check-back and expiry come when they are due, over a jump by ${by}`, () => {
    const broker = new SimBroker()
    const publisher = broker.join('pub')
    const consumer = broker.join('sub')
    broker.bind(consumer, 'trade', [{}])
    const asked = (): number =>
      (broker.sent.get(publisher) ?? []).filter(({ kind }) => kind === 'inquire').length
    broker.publish(publisher, { id: 1, livesSeconds: sixDaysInSeconds })
    for (let attempt = 1; attempt <= 4; attempt++)
      broker.ack(consumer, broker.deliveries(consumer)[0]!, false, 'no')
    broker.publish(publisher, { id: 2, livesSeconds: sixDaysInSeconds, commit: false })
    broker.clock.advance(2_000)
    broker.clock.jumpWall(jump)
    broker.clock.advance(2_999)
    assert.deepEqual([broker.received(consumer), asked()], [[], 0])
    broker.clock.advance(1)
    assert.deepEqual([broker.received(consumer), asked()], [[1], 1])
    broker.clock.jumpWall(-jump / 2)
    broker.clock.advance(9_999)
    assert.equal(asked(), 1)
    broker.clock.advance(1)
    assert.equal(asked(), 2)

    broker.leave(consumer)
    broker.clock.jumpWall(jump)
    broker.publish(publisher, { id: 3, livesSeconds: 100 })
    broker.clock.jumpWall(-jump)
    broker.clock.advance(98_000)
    assert.deepEqual(broker.loop.state.dead.list(), [], 'it lives as long as it was given')
    broker.clock.advance(4_000)
    const dead = broker.loop.state.dead.list().map(({ reason }) => reason)
    assert.deepEqual(dead, ['expired'], 'and no longer')
    expectNeverBack(broker)
  })

  test(`old segments and dead letters are kept as long as was said, over a jump by ${by}`, async () => {
    const made = await withSegments()
    const { broker, segments, letters } = made
    const before = [segments(), letters()]
    assert.ok(segments() > 4 && letters() === 2, before.join())
    await made.look(2 * hour)
    broker.clock.jumpWall(jump)
    broker.clock.advance(2 * hour - 1)
    await made.look(2 * hour)
    assert.deepEqual([segments(), letters()], before, 'nothing is older than it was')
    broker.clock.advance(2)
    await made.look(2 * hour)
    assert.ok(segments() < before[0]!, 'but everything is now')
    assert.equal(letters(), 0)
    expectNeverBack(broker)
  })
}

test('after a start under a clock that was put back by days nothing lives on for those days', () => {
  const broker = new SimBroker()
  const publisher = broker.join('pub')
  const consumer = broker.join('sub')
  broker.bind(consumer, 'trade', [{}])
  broker.leave(consumer)
  broker.publish(publisher, { id: 1, livesSeconds: 100 })
  broker.publish(publisher, { id: 2, livesSeconds: 100, commit: false })
  broker.clock.jumpWall(-3 * day)
  const again = broker.crash()
  again.clock.advance(98_000)
  assert.deepEqual([again.loop.state.dead.count, again.loop.state.transactions.open], [0, 1])
  again.clock.advance(4_000)
  assert.deepEqual([again.loop.state.dead.count, again.loop.state.transactions.open], [1, 0])
  expectNeverBack(again)
})

function expectNeverBack(broker: SimBroker): void {
  const times = broker.log.records.map((one) => one.timeMs)
  assert.ok(
    times.every((time, at) => at === 0 || time >= times[at - 1]!),
    'time in the log never goes back',
  )
}

interface Kept {
  readonly broker: SimBroker
  readonly segments: () => number
  readonly letters: () => number
  /** What the broker does every two seconds, with so many ms kept. */
  look(keepMs: number): Promise<void>
}

/** A broker over a log of several segments, all of it settled, and two dead letters. */
async function withSegments(): Promise<Kept> {
  const kept = await KeptBroker.start()
  const { sim: broker, log, state } = kept
  const publisher = broker.join('pub')
  const consumer = broker.join('sub')
  broker.bind(consumer, 'trade', [{}])
  for (let id = 1; id <= 80; id++) {
    broker.publish(publisher, { id, body: 'x'.repeat(1024), deliverLimit: 1 })
    await kept.settle()
    const [delivery] = broker.deliveries(consumer)
    broker.ack(consumer, delivery!, id > 2, 'no')
    await kept.settle()
  }
  await kept.checkpoint()
  return {
    broker,
    segments: () => log.segments.length,
    letters: () => state.dead.countOf(state.groupNames.numberOfText('sub') as GroupNumber),
    async look(keepMs) {
      purgeOutdated(broker.loop, { keepMs, max: 0 })
      await kept.settle()
      await kept.retain({ keepMs, keepBytes: 0 })
    },
  }
}
