// The broker against a small model: random histories with crashes; what was acked is never lost, what was rolled back is
// never seen, what was settled for good does not come back, and replaying gives the live digest.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Delivery } from '../../src/broker/effect.ts'
import type { ConnectionNumber, GroupNumber, Offset } from '../../src/model/ids.ts'
import { javaPacketBytesMax } from '../../src/model/limits.ts'
import { seeded } from '../support/property.ts'
import { foldAll, SimBroker } from '../support/sim-broker.ts'

const groups = ['g0', 'g1', 'g2'] as const
type Group = (typeof groups)[number]

const largeBody = 'x'.repeat(javaPacketBytesMax)
const isLarge = (id: number): boolean => id % 5 === 0

type Step =
  | {
      readonly kind: 'publish'
      readonly id: number
      readonly commit: boolean
      readonly type: number
    }
  | { readonly kind: 'decide'; readonly id: number; readonly commit: boolean }
  | {
      readonly kind: 'answer'
      readonly group: number
      readonly pick: number
      readonly status: boolean
      /** By which connection of the group; some are none, and then it is the one that had it. */
      readonly by: number
    }
  | { readonly kind: 'bind'; readonly group: number; readonly form: number }
  | { readonly kind: 'join' | 'leave'; readonly group: number; readonly isSmall: boolean }
  | { readonly kind: 'pause' | 'resume'; readonly group: number }
  | { readonly kind: 'redrive' | 'purge'; readonly pick: number }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'slow' | 'fast' | 'crash' }

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('publish' as const),
      id: fc.nat(40),
      commit: fc.boolean(),
      type: fc.nat(2),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('decide' as const),
      id: fc.nat(40),
      commit: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      group: fc.nat(2),
      pick: fc.nat(50),
      status: fc.boolean(),
      by: fc.nat(8),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('bind' as const), group: fc.nat(2), form: fc.nat(3) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('join' as const, 'leave' as const),
      group: fc.nat(2),
      isSmall: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('pause' as const, 'resume' as const),
      group: fc.nat(2),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('redrive' as const, 'redrive' as const, 'purge' as const),
      pick: fc.nat(50),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      ms: fc.constantFrom(1, 100, 5_000, 6_000, 30_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('slow' as const, 'fast' as const, 'crash' as const),
    }),
  },
)

/** What the outside world knows. */
class World {
  broker = new SimBroker()
  publisher: ConnectionNumber
  /** Connections that cannot read large messages. */
  readonly small = new Set<ConnectionNumber>()
  readonly members: Map<Group, ConnectionNumber[]> = new Map(groups.map((group) => [group, []]))
  readonly unanswered: {
    group: Group
    connection: ConnectionNumber
    delivery: Delivery
    id: number
  }[] = []
  /** Ids whose store ack said true, and which of them were published at once. */
  readonly acked = new Set<number>()
  readonly ackedCommitted = new Set<number>()
  readonly received = new Map<Group, Set<number>>(groups.map((group) => [group, new Set()]))
  readonly rolledBack = new Set<number>()
  /** Group and id of dead letters an operator has removed: the group may have missed them. */
  readonly purged = new Set<string>()

  constructor() {
    this.publisher = this.broker.join('pub')
    for (const group of groups) this.join(group)
    this.broker.bind(this.members.get('g0')![0]!, 'trade', [{}])
  }

  join(group: Group, isSmall = false): void {
    const options = isSmall ? { window: 8, frameBytesMax: javaPacketBytesMax } : { window: 3 }
    const connection = this.broker.join(group, options)
    this.members.get(group)!.push(connection)
    if (isSmall) this.small.add(connection)
  }

  /** As the network does with a frame that its client cannot read. */
  refuse(connection: ConnectionNumber, { opaque }: Delivery): void {
    const { loop, clock } = this.broker
    loop.submit({ kind: 'undeliverable', connection, opaque, cause: 'too-large' })
    clock.runTurns()
  }

  collect(): void {
    for (const group of groups)
      for (const connection of this.members.get(group)!)
        for (const delivery of this.broker.deliveries(connection)) {
          const id = this.broker.idOf(delivery)
          if (isLarge(id) && this.small.has(connection)) {
            this.refuse(connection, delivery)
            continue
          }
          assert.ok(!this.rolledBack.has(id), `message ${id} was rolled back and delivered`)
          this.received.get(group)!.add(id)
          this.unanswered.push({ group, connection, delivery, id })
        }
    for (const effect of this.broker.sent.get(this.publisher) ?? [])
      if (effect.kind === 'store-ack' && effect.status)
        this.acked.add(this.idByOpaque.get(effect.opaque)!)
  }

  readonly idByOpaque = new Map<number, number>()

  crash(): void {
    this.collect()
    const { state } = this.broker.loop
    const { records, durableOffset } = this.broker.log
    assert.equal(foldAll(records).digest(), state.digest(), 'replay gives the live digest')
    this.rolledBack.clear()
    records.slice(0, durableOffset).forEach(({ record }) => {
      if (record.kind === 'rolled-back') this.rolledBack.add(this.idAt(records, record.prepared))
    })
    this.broker = this.broker.crash()
    this.unanswered.length = 0
    this.small.clear()
    this.publisher = this.broker.join('pub')
    for (const group of groups) this.members.set(group, [])
    for (const group of groups) this.join(group)
  }

  idAt(records: readonly { record: { kind: string } }[], offset: number): number {
    const record = records[offset]!.record as { id3?: number }
    return record.id3!
  }
}

function run(world: World, step: Step): void {
  const { broker } = world
  switch (step.kind) {
    case 'publish':
      world.idByOpaque.set(
        broker.publishOnly(world.publisher, {
          id: step.id,
          commit: step.commit,
          type: `t${step.type}`,
          ...(isLarge(step.id) ? { body: largeBody } : {}),
          deliverLimit: step.id % 4 === 0 ? 1 : 100,
        }),
        step.id,
      )
      broker.clock.runTurns()
      return
    case 'decide':
      broker.decideTransaction(world.publisher, step.id, step.commit ? 1 : 2)
      return
    case 'answer': {
      const open = world.unanswered.filter((one) => one.group === groups[step.group])
      const chosen = open[step.pick % Math.max(1, open.length)]
      if (chosen === undefined) return
      world.unanswered.splice(world.unanswered.indexOf(chosen), 1)
      const by = world.members.get(chosen.group)![step.by] ?? chosen.connection
      broker.ackAs(by, chosen.delivery.opaque, chosen.id, step.status)
      return
    }
    case 'bind': {
      const [member] = world.members.get(groups[step.group]!)!
      const forms = [
        [],
        [{}],
        [{ bindType: 'direct', messageType: 't1' }],
        [{ bindType: 'regex', messageType: 't[02]' }],
      ] as const
      if (member !== undefined) broker.bind(member, 'trade', forms[step.form]!)
      return
    }
    case 'join':
      world.join(groups[step.group]!, step.isSmall)
      return
    case 'leave': {
      const gone = world.members.get(groups[step.group]!)!.shift()
      if (gone === undefined) return
      broker.leave(gone)
      world.unanswered.splice(
        0,
        world.unanswered.length,
        ...world.unanswered.filter((one) => one.connection !== gone),
      )
      return
    }
    case 'pause':
    case 'resume':
      broker.operate({ name: step.kind, group: groups[step.group]! })
      return
    case 'redrive':
    case 'purge':
      operateOnDead(world, step.kind, step.pick)
      return
    case 'advance':
      broker.clock.advance(step.ms)
      return
    case 'slow':
      broker.log.isFast = false
      return
    case 'fast':
      broker.log.isFast = true
      broker.log.makeDurable()
      return
    case 'crash':
      world.crash()
  }
}

function isDead({ loop: { state } }: SimBroker, group: GroupNumber, id: number): boolean {
  return state.dead
    .list()
    .some((letter) => letter.group === group && state.messages.id3Of(letter.row) === id)
}

/** Some of the dead letters, and one that is none. */
function operateOnDead({ broker, purged }: World, name: 'redrive' | 'purge', pick: number): void {
  const { state } = broker.loop
  const letters = state.dead.list().filter((_, at) => (pick + at) % 3 > 0)
  const names = letters.map(({ group, message }) => ({ group, message }))
  names.push({ group: 1 as GroupNumber, message: pick as Offset })
  if (name === 'purge')
    for (const { group, row } of letters)
      purged.add(`${state.groupNames.textOf(group)} ${state.messages.id3Of(row)}`)
  broker.operate({ name, act: undefined, letters: names, isDryRun: false, detail: '' })
}

/** In the end everybody is there and acks: each group must get what the log says is its own, and nothing else. */
function drain(world: World): void {
  const { broker } = world
  broker.log.isFast = true
  broker.log.makeDurable()
  for (const group of groups) world.join(group) // who reads everything
  for (const group of groups) broker.operate({ name: 'resume', group })
  for (let round = 0; round < 40; round++) {
    world.collect()
    for (const one of world.unanswered.splice(0))
      broker.ackAs(one.connection, one.delivery.opaque, one.id)
    broker.clock.advance(30_000)
  }
  world.collect()
  const known = new Set<number>()
  const { records } = broker.log
  records.forEach(({ record }, offset) => {
    if (record.kind === 'published' || record.kind === 'prepared')
      known.add(world.idAt(records, offset))
  })
  for (const id of world.acked)
    assert.ok(known.has(id), `message ${id} was acked and is not in the log`)
  const parked = new Set(
    [...broker.loop.state.queues.all()].flatMap((queue) => (queue.parked > 0 ? [queue.group] : [])),
  )
  records.forEach(({ record }, offset) => {
    if (record.kind !== 'published' && record.kind !== 'committed') return
    const id = world.idAt(records, record.kind === 'committed' ? record.prepared : offset)
    for (const number of record.routing.durable) {
      const group = broker.loop.state.groupNames.textOf(number) as Group
      if (parked.has(number) || world.purged.has(`${group} ${id}`) || isDead(broker, number, id))
        continue
      assert.ok(world.received.get(group)!.has(id), `message ${id} never reached ${group}`)
    }
  })
  const left = [...broker.loop.state.queues.all()].reduce(
    (sum, queue) => sum + queue.unsettled - queue.parked,
    0,
  )
  assert.equal(left, 0, 'everything not parked is settled in the end')
}

test('the broker keeps its promises against a model, over random histories with crashes', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: 5, maxLength: 120, size: 'max' }), (steps) => {
      const world = new World()
      for (const step of steps) {
        run(world, step)
        world.collect()
      }
      drain(world)
      const { state } = world.broker.loop
      assert.equal(foldAll(world.broker.log.records).digest(), state.digest())
    }),
    seeded('broker-model', 120),
  )
})
