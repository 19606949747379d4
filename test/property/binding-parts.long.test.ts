// A change of bindings that takes more than one record, because so many types wait, and a crash between them: what was set
// aside or brought back by half is done as a whole by the next reading.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordListMax } from '../../src/model/limits.ts'
import type { RegistryBinding } from '../../src/model/registry.ts'
import { SimBroker } from '../support/sim-broker.ts'

const everything = { topic: 'trade', group: 'g1', watermark: 0, persistent: true } as const
const fanout: RegistryBinding = { ...everything, bindType: 'fanout', messageType: '*' }
const other: RegistryBinding = { ...everything, bindType: 'direct', messageType: 'other' }

function read(broker: SimBroker, binding: RegistryBinding): void {
  broker.loop.submit({ kind: 'registry', snapshot: { source: 'registry', bindings: [binding] } })
  broker.clock.runTurns()
}

function parked({ loop: { state } }: SimBroker): number {
  return [...state.queues.all()][0]?.parked ?? -1
}

test('a change that parks more types than a record holds is made as a whole, also after a crash within it', () => {
  const count = recordListMax + 4
  let broker = new SimBroker()
  const publisher = broker.join('pub')
  read(broker, fanout)
  for (let id = 1; id <= count; id++) {
    broker.publishOnly(publisher, { id, type: `type ${id}` })
    if (id % 1000 === 0) broker.clock.runTurns()
  }
  broker.clock.runTurns()
  for (const [binding, expected] of [
    [other, count],
    [fanout, 0],
  ] as const) {
    const from = broker.log.endOffset
    read(broker, binding)
    assert.deepEqual(broker.kinds(from), ['bindings-changed', 'bindings-changed'])
    assert.equal(parked(broker), expected)
    const records = broker.log.records.slice(0, from + 1)
    const again = new SimBroker({}, { clock: broker.clock, records })
    read(again, binding)
    assert.equal(parked(again), expected)
    broker = again
  }
})
