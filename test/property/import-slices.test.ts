// Random rows of another store, offered in slices to a broker that crashes and is offered them again: each group gets what
// it lacked, once, whatever was lost on the way.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { importedToIn } from '../../src/broker/import-action.ts'
import { importedMessage, importOf } from '../support/imported-message.ts'
import { seeded } from '../support/property.ts'
import { foldAll, SimBroker } from '../support/sim-broker.ts'

const groups = ['a', 'b', 'c', 'unbound']
const boundGroups = groups.slice(0, 3)
const someGroups = fc.uniqueArray(fc.constantFrom(...groups), { maxLength: 3 })
const anyRow = fc.record({
  isCommitted: fc.boolean(),
  failed: someGroups,
  succeeded: someGroups,
  attempts: fc.nat(3),
  livesSeconds: fc.constantFrom(-5, 3600),
})
const anyLife = fc.record({
  slice: fc.integer({ min: 1, max: 5 }),
  durable: fc.nat(4),
  isLost: fc.boolean(),
})
type Row = typeof anyRow extends fc.Arbitrary<infer T> ? T : never

/** What a group still has to get, as the rows say it. */
function wanted(rows: readonly Row[]): string[] {
  return rows
    .flatMap(({ isCommitted, failed, succeeded, livesSeconds }, at) =>
      isCommitted && livesSeconds > 0
        ? [...new Set([...boundGroups, ...failed])]
            .filter((group) => !succeeded.includes(group))
            .map((group) => `${group} ${at + 1}`)
        : [],
    )
    .sort()
}

/** Every message that stands in a queue, by group. */
function waiting({ loop: { state } }: SimBroker): string[] {
  const found: string[] = []
  for (const queue of state.queues.all())
    queue.forEachUnsettled((ordinal) => {
      const row = state.topics.rowAt(queue.topic, ordinal)
      if (row !== -1)
        found.push(`${state.groupNames.textOf(queue.group)} ${state.messages.id3Of(row)}`)
    })
  return found.sort()
}

/** Where the log says that the import stands. */
function place(broker: SimBroker): number {
  let reached = 0
  for (const { record } of broker.log.records)
    if (record.kind === 'operator') reached = importedToIn(record.detail)?.places['t'] ?? reached
  return reached
}

test('rows offered in slices, with crashes between and in them, reach each group that lacks them once', () => {
  fc.assert(
    fc.property(
      fc.array(anyRow, { minLength: 1, maxLength: 20 }),
      fc.array(anyLife, { maxLength: 12 }),
      (rows, lives) => {
        let broker = new SimBroker()
        for (const group of boundGroups) {
          const connection = broker.join(group)
          broker.bind(connection, 'trade', [{}])
          broker.leave(connection)
        }
        const messages = rows.map(({ livesSeconds, ...fields }, at) =>
          importedMessage({ id: at + 1, livesSeconds }, broker.loop.nowMs(), fields),
        )
        const offer = (size: number): void => {
          const from = place(broker)
          const slice = messages.slice(from, from + size)
          broker.operate(importOf(slice, { places: [from] }))
        }
        for (const { slice, durable, isLost } of lives) {
          broker.log.isFast = !isLost
          offer(slice)
          if (isLost)
            broker.log.makeDurable(
              Math.min(broker.log.durableOffset + durable, broker.log.endOffset),
            )
          if (isLost) broker = broker.crash()
        }
        broker.log.isFast = true
        while (place(broker) < rows.length) offer(5)
        assert.deepEqual(waiting(broker), wanted(rows))
        const open = rows.filter((row) => !row.isCommitted && row.livesSeconds > 0).length
        assert.equal(broker.loop.state.transactions.open, open)
        assert.equal(foldAll(broker.log.records).digest(), broker.loop.state.digest())
      },
    ),
    seeded('import slices', 60),
  )
})
