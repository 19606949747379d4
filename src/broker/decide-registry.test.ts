// A registry that means harm: what it may cost the broker, and what the groups keep that others do not touch.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimBroker } from '../../test/support/sim-broker.ts'
import type { GroupNumber, TopicNumber } from '../model/ids.ts'
import {
  groupsPerTopicMax,
  namesBytesMax,
  patternInstructionsPerTopicMax,
  regexesPerListMax,
} from '../model/limits.ts'
import type { RegistryBinding } from '../model/registry.ts'
import { listUnbound } from './listings.ts'

const binding = (more: Partial<RegistryBinding>): RegistryBinding => ({
  topic: 'trade',
  group: 'g',
  bindType: 'direct',
  messageType: 'x',
  watermark: 0,
  persistent: true,
  ...more,
})
const regex = (group: string, messageType: string): RegistryBinding =>
  binding({ group, messageType, bindType: 'regex' })

function tell(broker: SimBroker, bindings: readonly RegistryBinding[]): void {
  broker.loop.submit({ kind: 'registry', snapshot: { source: 'registry', bindings } })
  broker.clock.runTurns()
}

/** Types bound by the registry for a group of `trade`. */
function typesOf({ loop: { state } }: SimBroker, group: string): string[] {
  const topic = state.topicNames.numberOfText('trade') as TopicNumber
  const number = state.groupNames.numberOfText(group) as GroupNumber
  return state.bindings.listOf('registry', topic, number).map(({ messageType }) => messageType)
}

const problemsOf = (broker: SimBroker): string[] =>
  (broker.loop.session.registries.get('registry')?.problems ?? []).map(
    ({ topic, group, text }) => `${topic} ${group}: ${text}`,
  )

function instructions({ loop: { state } }: SimBroker): number {
  const topic = state.topicNames.numberOfText('trade') as TopicNumber
  return state.bindings.instructionsOf(topic, 0 as GroupNumber)
}

/** Some 7 ms to compile, each. */
const costly = (group: string, count: number): RegistryBinding[] =>
  Array.from({ length: count }, (_, at) => regex(group, `a0${group}${at}x{1000}`))

test('a flood of costly patterns holds nobody up, and takes no place from a group that asks for little', () => {
  const broker = new SimBroker()
  const flood = Array.from({ length: 100 }, (_, at) => costly(`a${at}`, regexesPerListMax)).flat()
  const sinceMs = performance.now()
  tell(broker, [...flood, regex('honest', 'pay-.*')])
  const tookMs = performance.now() - sinceMs
  assert.ok(tookMs < 3_000, `${tookMs} ms for ${flood.length} patterns of 7 ms each`)
  assert.deepEqual(typesOf(broker, 'honest'), ['pay-.*'])
  assert.ok(
    instructions(broker) <= patternInstructionsPerTopicMax,
    `${instructions(broker)} instructions`,
  )
  assert.match(problemsOf(broker)[0]!, /too costly together; none of them is bound$/)
})

test('patterns over a limit leave a group what it had, or what it has besides, and that is told', () => {
  const broker = new SimBroker()
  const many = (group: string): RegistryBinding[] =>
    Array.from({ length: regexesPerListMax + 1 }, (_, at) => regex(group, `p${at}`))
  tell(broker, [regex('old', 'kept'), binding({ group: 'new', messageType: 'plain' })])
  tell(broker, [
    ...many('old'),
    ...many('new'),
    ...many('fresh'),
    binding({ group: 'fresh', messageType: 'plain' }),
    ...costly('huge', 6),
  ])
  assert.deepEqual(typesOf(broker, 'old'), ['kept'])
  assert.deepEqual(typesOf(broker, 'new'), ['plain'])
  assert.deepEqual(typesOf(broker, 'fresh'), ['plain'])
  assert.deepEqual(typesOf(broker, 'huge'), [])
  const most = `65 regular expressions, expected at most 64 in one list`
  assert.deepEqual(problemsOf(broker).sort(), [
    `trade fresh: ${most}; none of them is bound`,
    'trade huge: the regular expressions of this topic are too costly together; none of them is bound',
    `trade new: ${most}; what was bound before stays`,
    `trade old: ${most}; what was bound before stays`,
  ])
  const { state, session } = broker.loop
  assert.equal(listUnbound(state, session).length, 4, 'an operator sees them')
  tell(broker, [regex('old', 'next')])
  assert.deepEqual([typesOf(broker, 'old'), problemsOf(broker)], [['next'], []])
})

test('patterns that go make room for those that come with the same reading', () => {
  const broker = new SimBroker()
  tell(broker, costly('before', 4))
  assert.equal(typesOf(broker, 'before').length, 4)
  tell(broker, costly('after', 4))
  assert.deepEqual([typesOf(broker, 'before').length, typesOf(broker, 'after').length], [0, 4])
})

test('a pattern that does not compile is bound, matches nothing, and is told', () => {
  const broker = new SimBroker()
  tell(broker, [regex('g', 'a('), regex('g', 'b')])
  assert.deepEqual(typesOf(broker, 'g'), ['a(', 'b'])
  assert.match(problemsOf(broker).join(), /^trade g: pattern "a\(" is invalid: /)
})

test('one topic takes so many groups and no more, and those left out are told', () => {
  const broker = new SimBroker()
  tell(broker, [binding({ group: 'first' })])
  const { bindings, topicNames } = broker.loop.state
  const topic = topicNames.numberOfText('trade') as TopicNumber
  for (let n = 1; n < groupsPerTopicMax - 1; n++) {
    const group = (1000 + n) as GroupNumber
    bindings.change('client', topic, group, [{ ...binding({}), topic, group }])
  }
  tell(
    broker,
    ['first', 'second', 'third', 'fourth'].map((group) => binding({ group })),
  )
  assert.equal(bindings.groupsOf(topic), groupsPerTopicMax)
  assert.deepEqual(problemsOf(broker), [
    'trade third: more than 32768 groups of one topic: it is not bound',
    'trade fourth: more than 32768 groups of one topic: it is not bound',
  ])
  tell(broker, [binding({ group: 'third' })])
  assert.deepEqual([typesOf(broker, 'third'), problemsOf(broker)], [['x'], []])
})

test('names for which there is no room are told, and nothing is made of them', () => {
  const broker = new SimBroker()
  broker.loop.state.groupNames.bytes = namesBytesMax
  tell(broker, [binding({ group: 'one' }), binding({ topic: 't'.repeat(300), group: 'two' })])
  assert.deepEqual(broker.kinds().includes('bindings-changed'), false)
  assert.deepEqual(
    problemsOf(broker).filter((line) => line.includes('too many distinct groups')).length,
    2,
  )
  assert.ok(
    problemsOf(broker).some((line) => line.includes('1 to 255 bytes')),
    'the long topic',
  )
})

test('half a character reaches no record', () => {
  const broker = new SimBroker()
  tell(broker, [binding({ messageType: 'whole' })])
  const at = broker.log.records.length
  tell(broker, [binding({ messageType: 'x\ud800' })])
  assert.deepEqual(broker.kinds(at), [])
  assert.deepEqual(typesOf(broker, 'g'), ['whole'])
  assert.match(problemsOf(broker)[0]!, /half a character; what was bound before stays/)
})
