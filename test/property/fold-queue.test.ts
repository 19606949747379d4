// A queue against a Map of what it should hold.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Queue } from '../../src/consumer-offsets/queue.ts'
import type { GroupNumber, Ordinal, TopicNumber } from '../../src/model/ids.ts'
import { SectionReader, SectionWriter } from '../../src/model/section.ts'
import { digestOfFold } from '../support/one-fold.ts'
import { seeded } from '../support/property.ts'

interface Held {
  out: boolean
  parked: boolean
  transient: boolean
  attempts: number
  retryAt: number
}

/** Ordinals spread over chunks near and far, dense in places. */
const anyOrdinal = fc.oneof(
  fc.nat(70),
  fc.nat(70).map((n) => n + 990),
  fc.nat(5000),
  fc.nat(20).map((n) => n + 0x200000000),
) as fc.Arbitrary<Ordinal>

const moves = [
  'add',
  'add',
  'deliver',
  'deliver',
  'settle',
  'fail',
  'park',
  'unpark',
  'end',
] as const
const anyMove = fc.record({
  move: fc.constantFrom(...moves),
  ordinal: anyOrdinal,
  flag: fc.boolean(),
  number: fc.nat(300),
})
type Move = typeof anyMove extends fc.Arbitrary<infer T> ? T : never

class Model {
  readonly held = new Map<Ordinal, Held>()
  end = 0
  deliveredTo = 0

  take({ move, ordinal, flag, number }: Move): boolean {
    const held = this.held.get(ordinal)
    if (move === 'end') {
      for (const each of this.held.values()) if (each.out) giveBack(each, true)
      return true
    }
    if (move === 'add') {
      if (held !== undefined) return false
      this.held.set(ordinal, {
        out: false,
        parked: false,
        transient: flag,
        attempts: 0,
        retryAt: 0,
      })
      this.end = Math.max(this.end, ordinal + 1)
      return true
    }
    if (held === undefined) return false
    switch (move) {
      case 'deliver':
        Object.assign(held, { out: true, attempts: Math.min(255, number), retryAt: 0 })
        this.deliveredTo = Math.max(this.deliveredTo, ordinal + 1)
        return true
      case 'settle':
        return this.held.delete(ordinal)
      case 'fail':
        if (!held.out) return false
        giveBack(held, flag)
        if (number > 0) held.retryAt = number * 1e10
        return true
      case 'park':
        return !held.parked && (held.parked = true)
      case 'unpark':
        return held.parked && !(held.parked = false)
    }
  }

  sorted(): [Ordinal, Held][] {
    return [...this.held].sort(([a], [b]) => a - b)
  }
}

function giveBack(held: Held, attempt: boolean): void {
  held.out = false
  if (attempt) held.attempts = Math.max(0, held.attempts - 1)
}

function move(queue: Queue, { move, ordinal, flag, number }: Move): boolean {
  switch (move) {
    case 'add':
      return queue.add(ordinal, flag)
    case 'deliver':
      return queue.deliver(ordinal, number)
    case 'settle':
      return queue.settle(ordinal)
    case 'fail':
      return queue.fail(ordinal, flag, number * 1e10)
    case 'park':
      return queue.park(ordinal)
    case 'unpark':
      return queue.unpark(ordinal)
    case 'end':
      queue.endLeases()
      return true
  }
}

function newQueue(): Queue {
  return new Queue(3 as GroupNumber, 5 as TopicNumber, [])
}

function check(queue: Queue, model: Model): void {
  const all = model.sorted()
  const waiting = all.filter(([, { out, parked }]) => !out && !parked)
  assert.equal(queue.unsettled, all.length)
  assert.equal(queue.out, all.filter(([, { out }]) => out).length)
  assert.equal(queue.parked, all.filter(([, { parked }]) => parked).length)
  assert.equal(queue.transient, all.filter(([, { transient }]) => transient).length)
  assert.equal(queue.end, model.end)
  assert.equal(queue.deliveredTo, model.deliveredTo)
  assert.equal(queue.floor, all[0]?.[0] ?? model.end)
  const seen: Ordinal[] = []
  queue.forEachUnsettled((ordinal) => seen.push(ordinal))
  assert.deepEqual(
    seen,
    all.map(([ordinal]) => ordinal),
  )
  for (const [ordinal, held] of all) {
    assert.deepEqual(
      {
        out: queue.isOut(ordinal),
        parked: queue.isParked(ordinal),
        transient: queue.isTransient(ordinal),
        attempts: queue.attemptsOf(ordinal),
        retryAt: queue.retryAtOf(ordinal),
      },
      held,
    )
  }
  const transient: Ordinal[] = []
  queue.forEachTransient((ordinal) => transient.push(ordinal))
  assert.deepEqual(
    transient,
    all.filter(([, held]) => held.transient).map(([ordinal]) => ordinal),
  )
  const attempted: [Ordinal, number][] = []
  queue.forEachAttempted((ordinal, retryAtMs) => attempted.push([ordinal, retryAtMs]))
  const expected = waiting.filter(([ordinal]) => ordinal < model.deliveredTo)
  assert.deepEqual(
    attempted,
    expected.map(([ordinal, { retryAt }]) => [ordinal, retryAt]),
  )
  const fresh = waiting.filter(([, { attempts }]) => attempts === 0).map(([ordinal]) => ordinal)
  for (const from of [0, 1, 31, 32, 1000, 1023, 1024, 4000, 0x200000000, 0x300000000]) {
    const next = fresh.find((ordinal) => ordinal >= from) ?? -1
    assert.equal(queue.nextFresh(from as Ordinal), next, `the first fresh one from ${from}`)
  }
}

test('a queue holds what a map would hold', () => {
  fc.assert(
    fc.property(fc.array(anyMove, { maxLength: 400, size: 'max' }), (walk) => {
      const queue = newQueue()
      const model = new Model()
      walk.forEach((step, i) => {
        assert.equal(move(queue, step), model.take(step), `${step.move} of ${step.ordinal}`)
        if (i % 40 === 0) check(queue, model)
      })
      check(queue, model)
    }),
    seeded('fold-queue', 150),
  )
})

test('a queue that was saved and loaded goes on as the one that was not', () => {
  fc.assert(
    fc.property(fc.array(anyMove, { maxLength: 200, size: 'max' }), fc.nat(200), (walk, cut) => {
      const before = newQueue()
      const model = new Model()
      for (const step of walk.slice(0, cut)) {
        move(before, step)
        model.take(step)
      }
      const writer = new SectionWriter()
      before.save(writer)
      const queue = newQueue()
      queue.load(new SectionReader(writer.finish()))
      assert.equal(digestOfFold(queue), digestOfFold(before))
      for (const step of walk.slice(cut)) assert.equal(move(queue, step), model.take(step))
      check(queue, model)
      for (const step of walk.slice(cut)) move(before, step)
      assert.equal(digestOfFold(queue), digestOfFold(before))
    }),
    seeded('fold-queue, loaded', 100),
  )
})

test('whatever a queue knows of a message shows in its digest', () => {
  const ordinal = 5 as Ordinal
  const walks: Record<string, (queue: Queue) => unknown> = {
    waiting: () => undefined,
    'waiting for a transient group': (queue) => queue.settle(ordinal) && queue.add(ordinal, true),
    settled: (queue) => queue.settle(ordinal),
    parked: (queue) => queue.park(ordinal),
    out: (queue) => queue.deliver(ordinal, 1),
    'out again': (queue) => queue.deliver(ordinal, 2),
    'out for the last time': (queue) => queue.deliver(ordinal, 255),
    failed: (queue) => queue.deliver(ordinal, 1) && queue.fail(ordinal, false, 0),
    'not sent': (queue) => queue.deliver(ordinal, 1) && queue.fail(ordinal, true, 0),
    'due later': (queue) => queue.deliver(ordinal, 1) && queue.fail(ordinal, false, 1e12),
    'due a moment later': (queue) =>
      queue.deliver(ordinal, 1) && queue.fail(ordinal, false, 1e12 + 1),
  }
  const seen = new Map<string, string>()
  for (const [name, walk] of Object.entries(walks)) {
    const queue = newQueue()
    queue.add(ordinal, false)
    walk(queue)
    const digest = digestOfFold(queue)
    assert.equal(seen.get(digest), undefined, `${name} has a digest of its own`)
    seen.set(digest, name)
  }
})
