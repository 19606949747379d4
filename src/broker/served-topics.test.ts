import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isServed } from './served-topics.ts'
import { brokerDefaults, type BrokerSettings } from './settings.ts'

/** Asked for as a publish asks: in the middle of other bytes. */
function serves(settings: BrokerSettings, topic: string | Uint8Array): boolean {
  const name = Buffer.from(topic as string)
  const source = Buffer.concat([Buffer.from('tr'), name, Buffer.from('ade')])
  return isServed(settings, source, 2, 2 + name.length)
}

const two: BrokerSettings = { ...brokerDefaults, topics: ['trade', 'trüde支'] }

test('of a list of two, exactly these two are served, asked once or again', () => {
  for (let round = 0; round < 3; round++) {
    for (const topic of ['trade', 'trüde支']) assert.equal(serves(two, topic), true, topic)
    const similar = ['tradf', 'trad', 'trades', 'Trade', 'trbde', 'trude支', 'trüde', '']
    for (const topic of similar) assert.equal(serves(two, topic), false, topic)
  }
})

test('a name is its bytes: nothing that only reads the same is served', () => {
  const withMark = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('trade')])
  assert.equal(serves(two, withMark), false)
  const replaced: BrokerSettings = { ...brokerDefaults, topics: ['trade\ufffd'] }
  assert.equal(serves(replaced, 'trade\ufffd'), true)
  assert.equal(serves(replaced, Buffer.from([...Buffer.from('trade'), 0xff])), false)
})

test('two brokers in one process serve each its own list, and any is any', () => {
  const other: BrokerSettings = { ...brokerDefaults, topics: ['order'] }
  for (let round = 0; round < 2; round++) {
    assert.equal(serves(two, 'trade'), true)
    assert.equal(serves(other, 'trade'), false)
    assert.equal(serves(other, 'order'), true)
    assert.equal(serves(two, 'order'), false)
    assert.equal(serves({ ...brokerDefaults, topics: [] }, 'trade'), false)
    assert.equal(serves({ ...brokerDefaults, topics: '*' }, 'order'), true)
  }
})
