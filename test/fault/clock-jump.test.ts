// The wall clock jumps by hours and days, both ways: timers do not notice, nothing expires early, time never goes back.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimBroker } from '../support/sim-broker.ts'

const hour = 3_600_000

for (const jump of [hour, -hour, 24 * hour, -24 * hour])
  test(`a clock that jumps by ${jump / hour} hours expires nothing early and moves no timer`, () => {
    const broker = new SimBroker()
    const publisher = broker.join('pub')
    const consumer = broker.join('sub')
    broker.bind(consumer, 'trade', [{}])
    assert.equal(broker.publish(publisher, { id: 1, livesSeconds: 48 * 3600 }), 'true stored')
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
    const times = again.log.records.map((one) => one.timeMs)
    assert.ok(
      times.every((time, at) => at === 0 || time >= times[at - 1]!),
      'time in the log never goes back',
    )
  })
