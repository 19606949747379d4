// Whatever is asked for, in whatever texts: what the broker decides can be written down and is read back as it was decided.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ClientBinding } from '../../src/broker/command.ts'
import { decodeRecord, RecordEncoder } from '../../src/log/record-codec.ts'
import type { LogRecord } from '../../src/model/record.ts'
import { seeded } from '../support/property.ts'
import { SimBroker } from '../support/sim-broker.ts'

/** Halves of characters, too: JSON and YAML can escape them. */
const text = fc
  .string({ unit: 'binary', maxLength: 8 })
  .chain((one) => fc.constantFrom(one, `${one}\ud800`, `\udc00${one}`, `${one}\ud83d\ude00`))
const list: fc.Arbitrary<ClientBinding[]> = fc.array(
  fc.record({
    bindType: fc.constantFrom('direct', 'regex', 'fanout'),
    messageType: text,
    watermark: fc.integer({ min: -2147483648, max: 2147483647 }),
    persistent: fc.boolean(),
  }),
  { maxLength: 3 },
)
const act = fc.record({
  how: fc.constantFrom('registry', 'file', 'client', 'operator', 'nack', 'pause', 'purge'),
  topic: text,
  group: text,
  who: text,
  list,
})
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never

function perform(broker: SimBroker, { how, topic, group, who, list: bindings }: Act): void {
  if (how === 'registry' || how === 'file') {
    const named = bindings.map((one) => ({ ...one, topic, group }))
    broker.loop.submit({ kind: 'registry', snapshot: { source: how, bindings: named } })
    broker.clock.runTurns()
  } else if (how === 'client') broker.bind(broker.join('client'), topic, bindings)
  else if (how === 'operator') broker.operate({ name: 'bind', topic, group, bindings }, who)
  else if (how === 'pause') broker.operate({ name: 'pause', group }, who)
  else if (how === 'purge') {
    const letters = broker.loop.state.dead.list()
    const more = { act: undefined, letters, isDryRun: false, detail: topic }
    broker.operate({ name: 'purge', ...more }, who)
  } else {
    const consumer = broker.join('nacks')
    broker.bind(consumer, 'trade', [{}])
    broker.publish(consumer, { id: broker.log.records.length, deliverLimit: 1 })
    for (const one of broker.deliveries(consumer)) broker.ack(consumer, one, false, who)
    broker.leave(consumer)
  }
}

function readBack(record: LogRecord): unknown {
  const encoder = new RecordEncoder()
  const bytes = new Uint8Array(encoder.prepare(record))
  const end = encoder.write(record, bytes, 0)
  return decodeRecord(encoder.kind, bytes, 0, end)
}

test('whatever the texts, every record that is decided is read back as it was', () => {
  fc.assert(
    fc.property(fc.array(act, { minLength: 1, maxLength: 6 }), (acts) => {
      const broker = new SimBroker()
      for (const one of acts) perform(broker, one)
      for (const { record } of broker.log.records)
        if (!('message' in record && typeof record.message === 'object'))
          assert.deepEqual(readBack(record), record)
    }),
    seeded('decided records', 150),
  )
})
