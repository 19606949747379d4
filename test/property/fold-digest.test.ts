// The digest of the state after every kind of history: the same by every way there, and that it sees every field.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { apply } from '../../src/broker/apply.ts'
import { BrokerState } from '../../src/broker/state.ts'
import type { GroupNumber } from '../../src/model/ids.ts'
import { SectionReader, SectionWriter } from '../../src/model/section.ts'
import { anySteps, historyOf } from '../support/histories.ts'
import type { Entry } from '../support/histories.ts'
import { digestOfFold } from '../support/one-fold.ts'
import { seeded } from '../support/property.ts'

// Small, so that histories of some hundred records run over them.
const windowMs = 10_000
const idsMax = 20

function newState(indexSeed = 1): BrokerState {
  const state = new BrokerState({ indexSeed })
  state.settled.windowMs = windowMs
  state.settled.idsMax = idsMax
  return state
}

function fold(entries: readonly Entry[], state: BrokerState = newState()): BrokerState {
  for (const { record, place } of entries) apply(state, record, place)
  return state
}

function reloaded(state: BrokerState, indexSeed: number): BrokerState {
  const writer = new SectionWriter()
  state.save(writer)
  const loaded = newState(indexSeed)
  loaded.load(new SectionReader(writer.finish()))
  return loaded
}

test('folding a prefix and then the rest equals folding all, with a checkpoint at the cut or without', () => {
  fc.assert(
    fc.property(anySteps(), fc.nat(), fc.integer(), (steps, at, indexSeed) => {
      const entries = historyOf(steps)
      const cut = entries.length === 0 ? 0 : at % (entries.length + 1)
      const all = newState()
      all.ids.build() // kept up from the first record on: the others make theirs when they are asked
      fold(entries, all)
      const prefix = fold(entries.slice(0, cut), newState(indexSeed))
      const loaded = reloaded(prefix, indexSeed + 1)
      assert.equal(loaded.digest(), prefix.digest())
      fold(entries.slice(cut), loaded)
      fold(entries.slice(cut), prefix)
      assert.equal(prefix.digest(), all.digest())
      assert.equal(loaded.digest(), all.digest())
      assert.deepEqual(visible(loaded), visible(all))
    }),
    seeded('fold-digest', 200),
  )
})

/** What a decision could see of a state, as plain values. */
function visible(state: BrokerState): unknown {
  const queues = [...state.queues.all()].map((queue) => {
    const waiting: unknown[] = []
    queue.forEachUnsettled((ordinal) => {
      const row = state.topics.rowAt(queue.topic, ordinal)
      assert.ok(row !== -1)
      assert.equal(state.topics.ordinalOf(row), ordinal)
      assert.equal(state.offsets.find(state.messages.offsetOf(row)), row)
      waiting.push([ordinal, state.messages.offsetOf(row), queue.isOut(ordinal)])
      waiting.push([queue.isParked(ordinal), queue.isTransient(ordinal)])
      waiting.push([queue.attemptsOf(ordinal), queue.retryAtOf(ordinal)])
    })
    const { group, topic, unsettled, out, parked, transient, floor, end, deliveredTo } = queue
    const counts = { unsettled, out, parked, transient, floor, end, deliveredTo }
    return { group, topic, ...counts, fresh: queue.nextFresh(floor), waiting }
  })
  // Settled ones too: a repeat of them must be known.
  // A copy is never what an id names, be its original remembered or not.
  state.messages.forEach((row) => {
    const found = state.ids.find(state.messages.idOf(row))
    if (state.messages.isRecalled(row)) assert.notEqual(found, row)
    else assert.equal(found, row)
  })
  const open: unknown[] = []
  state.transactions.forEachOpen((prepared, { publisher, inquiries }) =>
    open.push([prepared, publisher, inquiries]),
  )
  const dead = state.dead
    .list()
    .map(({ group, message, reason, attempts }) => [group, message, reason, attempts])
  const due = state.expiry.due(1_700_002_500, 1000).map((row) => state.messages.offsetOf(row))
  const paused = state.queues.paused.list().map((group) => state.queues.paused.find(group))
  const lists = { queues, open, dead: dead.sort(), due: due.sort((a, b) => a - b), paused }
  return { ...lists, live: state.liveCount }
}

/** Paths of every leaf of a record that state must remember. */
function leaves(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [[...path]]
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]))
}

function changed(value: unknown, path: readonly string[]): unknown {
  if (path.length > 0) {
    const [key, ...rest] = path
    const holder = value as Record<string, unknown>
    const inner = changed(holder[key!], rest)
    return Array.isArray(value)
      ? value.map((element: unknown, i) => (String(i) === key ? inner : element))
      : { ...holder, [key!]: inner }
  }
  switch (typeof value) {
    case 'number':
      return value === 0x11 ? 0x12 : value === 0x12 ? 0x11 : value + 1
    case 'string':
      return `${value}x`
    case 'boolean':
      return !value
    default:
      return value instanceof Uint8Array ? Uint8Array.of(...value, 1) : value
  }
}

test('changing any field of a record that made a difference makes another digest', () => {
  fc.assert(
    fc.property(anySteps(120), fc.nat(), (steps, pick) => {
      const entries = historyOf(steps)
      const kinds = ['published', 'prepared', 'bindings-changed', 'named', 'started', 'hole']
      kinds.push('paused', 'recalled')
      const places = entries.flatMap(({ record }, i) => (kinds.includes(record.kind) ? [i] : []))
      if (places.length === 0) return
      const at = places[pick % places.length]!
      // No longer history than this: later records must not cover the change.
      const before = entries.slice(0, at)
      const { record, place } = entries[at]!
      const digest = fold([...before, { record, place }]).digest()
      for (const path of leaves(record)) {
        if (isNotKept(record, path)) continue
        if (record.kind === 'paused' && isPaused(before, record.group)) continue
        const other = changed(record, path) as typeof record
        assert.notEqual(
          fold([...before, { record: other, place }]).digest(),
          digest,
          path.join('.'),
        )
      }
    }),
    seeded('fold-digest', 100),
  )
})

/** Who was first stays. */
function isPaused(entries: readonly Entry[], group: GroupNumber): boolean {
  return fold(entries).queues.paused.has(group)
}

/** Fields that state does not keep, or keeps elsewhere, and words of closed sets that `changed` would make nonsense of. */
function isNotKept(record: Entry['record'], path: readonly string[]): boolean {
  const last = path.at(-1)!
  if (['kind', 'dictionary', 'source', 'bindType', 'reason', 'host'].includes(last)) return true
  if (path[0] === 'message') return true
  if (record.kind === 'published') return last === 'publisher'
  if (record.kind === 'recalled') return last === 'publisher' || last === 'of'
  if (record.kind !== 'bindings-changed') return false
  // The record's own topic and group count, not those its bindings repeat; parks act, they are not kept.
  if (path[0] === 'bindings') return last === 'topic' || last === 'group'
  return ['parks', 'unparks'].includes(path[0]!) || record.bindings.length === 0
}

test('where a record stands in its log does not show in the digest', () => {
  fc.assert(
    fc.property(anySteps(100), (steps) => {
      const entries = historyOf(steps)
      const elsewhere = entries.map(({ record, place }) => ({
        record,
        place: {
          ...place,
          segment: 9 as typeof place.segment,
          position: 5 as typeof place.position,
          length: 7,
        },
      }))
      assert.equal(fold(elsewhere).digest(), fold(entries).digest())
    }),
    seeded('fold-digest', 50),
  )
})

test('a record that is applied again at its next place changes no queue it has settled', () => {
  fc.assert(
    fc.property(anySteps(150), (steps) => {
      const entries = historyOf(steps).filter(({ record }) => record.kind !== 'redriven')
      const state = newState()
      for (const { record, place } of entries) {
        apply(state, record, place)
        if (record.kind !== 'acked' && record.kind !== 'skipped' && record.kind !== 'purged')
          continue
        const digest = digestOfFold(state.queues)
        const dead = digestOfFold(state.dead)
        apply(state, record, place)
        assert.equal(digestOfFold(state.queues), digest)
        assert.equal(digestOfFold(state.dead), dead)
      }
    }),
    seeded('fold-digest', 50),
  )
})
