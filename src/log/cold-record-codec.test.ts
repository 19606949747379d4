// A text in the log that is no text: an older program wrote half a character, and a folder that has it is still read.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recoverSmall, startSmall, writeBatch } from '../../test/support/disk-log.ts'
import { MemoryDisk } from '../../test/support/disk-memory.ts'
import { kiteq } from '../../proto/record.js'
import { apply } from '../broker/apply.ts'
import { listBindings } from '../broker/listings.ts'
import { BrokerState } from '../broker/state.ts'
import type { GroupNumber, TopicNumber } from '../model/ids.ts'
import type { Binding, LogRecord } from '../model/record.ts'
import { decodeCold, encodeCold } from './cold-record-codec.ts'

const topic = 1 as TopicNumber
const group = 1 as GroupNumber
const bindingTo = (messageType: string, bindType: Binding['bindType'] = 'direct'): Binding => {
  return { topic, group, bindType, messageType, watermark: 0, persistent: true }
}
const changedTo = (bindings: readonly Binding[]): LogRecord & { kind: 'bindings-changed' } => {
  return {
    kind: 'bindings-changed',
    source: 'registry',
    topic,
    group,
    bindings,
    parks: [],
    unparks: [],
  }
}

test('a record with half a character is read, with marks in place of what is no text', () => {
  const body = encodeCold(changedTo([bindingTo('\ud800x'), bindingTo('fine')]))
  assert.ok(Buffer.from(body).includes(Buffer.from([0xed, 0xa0, 0x80])), 'as it was written once')
  assert.throws(() => kiteq.log.BindingsChanged.decode(body), 'and the generated code refuses it')
  const read = decodeCold('bindings-changed', body)
  assert.ok(read.kind === 'bindings-changed', read.kind)
  assert.deepEqual(
    read.bindings.map(({ messageType }) => messageType),
    ['\ufffd\ufffd\ufffdx', 'fine'],
  )
})

test('a folder that has such a binding opens, and the binding matches nothing and says why', async () => {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk)
  const name = new Uint8Array([0x74])
  await writeBatch(log, [
    { kind: 'named', dictionary: 'topic', number: 1, name },
    { kind: 'named', dictionary: 'group', number: 1, name },
    { kind: 'named', dictionary: 'type', number: 1, name: new Uint8Array([0xef, 0xbf, 0xbd]) },
    changedTo([bindingTo('\ud800'), bindingTo('\udfff', 'regex')]),
  ])
  await log.close({ clean: false })
  const state = new BrokerState({ indexSeed: 1 })
  await assert.doesNotReject(async () => {
    const { records, places } = await recoverSmall(disk)
    for (const [at, record] of records.entries()) apply(state, record, places[at]!)
  }, 'the folder opens')
  const listed = listBindings(state)
  assert.equal(listed.length, 2)
  for (const { problem } of listed) assert.match(problem ?? '', /bytes that are no text/)
  const { durable } = state.bindings.routeOfName(topic, new Uint8Array([0xef, 0xbf, 0xbd]))
  assert.deepEqual(durable, [])
})
