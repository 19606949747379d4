// What a registry says as a whole, and a crash in the middle of writing it down: whatever of it was safe, no list is torn, and
// the next reading, before a door opens, makes it what it would have been.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { GroupNumber, TopicNumber } from '../../src/model/ids.ts'
import type { RegistryBinding } from '../../src/model/registry.ts'
import { seeded } from '../support/property.ts'
import { foldAll, SimBroker, type LoggedRecord } from '../support/sim-broker.ts'

const topics = ['orders', 'trade']
const groups = ['g1', 'g2', 'g3', 'g4']
const types = ['a', 'b', 'ab']

const anyBinding = fc.record({
  topic: fc.constantFrom(...topics),
  group: fc.constantFrom(...groups),
  bindType: fc.constantFrom('direct', 'regex', 'fanout'),
  messageType: fc.constantFrom(...types),
  watermark: fc.constantFrom(0, 10),
  persistent: fc.constant(true),
})
const anySnapshot = fc.array(anyBinding, { maxLength: 16 })
const anyMessage = fc.record({
  topic: fc.constantFrom(...topics),
  type: fc.constantFrom(...types),
})

function read(broker: SimBroker, bindings: readonly RegistryBinding[]): void {
  broker.loop.submit({ kind: 'registry', snapshot: { source: 'registry', bindings } })
  broker.clock.runTurns()
}

/** What was safe of a log, started again. */
function restarted(broker: SimBroker, records: readonly LoggedRecord[]): SimBroker {
  return new SimBroker({}, { clock: broker.clock, records })
}

/** Every list of the registry, by topic and group, as text. */
function lists({ loop: { state } }: SimBroker): Map<string, string> {
  const found = new Map<string, string>()
  for (const topic of topics)
    for (const group of groups) {
      const place = [state.topicNames.numberOfText(topic), state.groupNames.numberOfText(group)]
      const list = state.bindings.listOf(
        'registry',
        place[0] as TopicNumber,
        place[1] as GroupNumber,
      )
      const texts = list.map((one) => [one.bindType, one.messageType, one.watermark].join(' '))
      found.set(`${topic} ${group}`, texts.join(', '))
    }
  return found
}

/** What waits, for whom, and whether it is parked. */
function waiting({ loop: { state } }: SimBroker): string[] {
  const found: string[] = []
  for (const queue of state.queues.all())
    queue.forEachUnsettled((ordinal) => {
      const row = state.topics.rowAt(queue.topic, ordinal)
      const id = row === -1 ? '?' : state.messages.id3Of(row)
      const group = state.groupNames.textOf(queue.group)
      found.push(`${group} ${id}${queue.isParked(ordinal) ? ' parked' : ''}`)
    })
  return found.sort()
}

/** Nothing waits that its group does not want, and nothing is parked that it wants. */
function checkParked({ loop: { state } }: SimBroker): void {
  for (const queue of state.queues.all())
    queue.forEachUnsettled((ordinal) => {
      const row = state.topics.rowAt(queue.topic, ordinal)
      assert.notEqual(row, -1, 'it is there')
      if (row === -1) return
      const isWanted = state.bindings.wants(queue.topic, state.messages.typeOf(row), queue.group)
      assert.equal(queue.isParked(ordinal), !isWanted)
    })
}

test('wherever a crash cuts a reading of the registry, each list is whole, and the next reading completes it', () => {
  fc.assert(
    fc.property(
      fc.tuple(anySnapshot, anySnapshot, anySnapshot),
      fc.array(anyMessage, { maxLength: 12 }),
      ([first, before, after], messages) => {
        const broker = new SimBroker()
        const publisher = broker.join('pub')
        read(broker, first)
        messages.forEach((message, at) => broker.publish(publisher, { id: at + 1, ...message }))
        read(broker, before)
        const old = lists(broker)
        const from = broker.log.endOffset
        read(broker, after)
        const wanted = lists(broker)
        const wantedWaiting = waiting(broker)
        const { records } = broker.log
        for (let cut = from as number; cut <= records.length; cut++) {
          const again = restarted(broker, records.slice(0, cut))
          for (const [place, list] of lists(again))
            assert.ok(list === old.get(place) || list === wanted.get(place), `${place}: ${list}`)
          checkParked(again)
          read(again, after)
          assert.deepEqual(lists(again), wanted)
          assert.deepEqual(waiting(again), wantedWaiting)
          assert.equal(foldAll(again.log.records).digest(), again.loop.state.digest())
        }
        const kinds = new Set(records.slice(from).map(({ record }) => record.kind))
        assert.ok(
          [...kinds].every((kind) => kind === 'named' || kind === 'bindings-changed'),
          `nothing is routed in between: ${[...kinds].join()}`,
        )
      },
    ),
    seeded('binding-snapshots', 15),
  )
})
