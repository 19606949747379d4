import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimBroker } from '../../test/support/sim-broker.ts'

test('however many wait, each ack leaves with its own record and no sooner', () => {
  const broker = new SimBroker()
  const p = broker.join('pub')
  broker.publish(p, { id: 1 })
  const { log } = broker
  log.isFast = false
  const acks = (): number =>
    (broker.sent.get(p) ?? []).filter((effect) => effect.kind === 'store-ack').length
  const [acked, first] = [acks(), log.records.length]
  const publish = (from: number, to: number): void => {
    for (let n = from; n < to; n++) broker.publishOnly(p, { id: 10 + n })
    broker.clock.runTurns()
  }
  publish(0, 6000)
  assert.equal(acks() - acked, 0)
  for (const safe of [1, 2, 1023, 1024, 1025, 4999, 5000, 5001, 5999]) {
    log.makeDurable(first + safe)
    assert.equal(acks() - acked, safe)
  }
  publish(6000, 9000)
  for (const safe of [6000, 6001, 7500, 8999, 9000]) {
    log.makeDurable(first + safe)
    assert.equal(acks() - acked, safe)
  }
})
