import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimBroker } from '../../test/support/sim-broker.ts'

test('publishes that outrun the disk are refused in the words of the original until it has caught up', () => {
  const broker = new SimBroker({ unflushedBytesMax: 3_000 })
  const p = broker.join('pub')
  assert.equal(broker.publish(p, { id: 1 }), 'true stored')
  broker.log.isFast = false
  const answers = Array.from({ length: 20 }, (_, n) => broker.publish(p, { id: 10 + n }))
  assert.ok(broker.log.unflushedBytes <= 3_300, `${broker.log.unflushedBytes} bytes wait`)
  assert.equal(answers.at(-1), 'false Store Result KiteQ OverFlow [127.0.0.1:13800]')
  broker.log.isFast = true
  broker.log.makeDurable()
  assert.equal(broker.publish(p, { id: 99 }), 'true stored')
})
