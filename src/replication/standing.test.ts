import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterState } from '../model/coordinator.ts'
import type { Epoch, Offset } from '../model/ids.ts'
import { leaseEndMs } from './lease.ts'
import type { MemberStatus } from './ports.ts'
import { goesFirst, whyNotStanding } from './standing.ts'

const logId = 'f'.repeat(32)
const inSync = (id: string, bound: number): ClusterState['inSync'][number] => {
  return { id, copy: `copy of ${id}`, bound: bound as Offset }
}
const state: ClusterState = {
  format: 1,
  logId,
  epoch: 4 as Epoch,
  leader: 'a',
  minInSync: 2,
  inSync: [inSync('a', 100), inSync('b', 90)],
  members: ['a', 'b', 'c'],
}
const status = (id: string, end: number, more: Partial<MemberStatus> = {}): MemberStatus => {
  const copy = `copy of ${id}`
  const own = { id, copy, lastEpoch: 4 as Epoch, end: end as Offset, isUnsure: false }
  return { ...own, epoch: 4 as Epoch, ...more }
}

test('only a copy that was in sync, and is what it was, may lead', () => {
  assert.equal(whyNotStanding(state, status('a', 100), logId), undefined)
  const why = (own: MemberStatus, log: string | undefined = logId): string =>
    whyNotStanding(state, own, log) ?? 'it may'
  assert.match(why(status('c', 200)), /not in the in-sync list/)
  assert.match(why(status('x', 200)), /no member/)
  assert.match(why(status('a', 100, { copy: 'a new one' })), /not the one that was in sync/)
  assert.match(why(status('a', 99)), /ends at record 99, it once had all below 100/)
  assert.match(why(status('a', 100, { isUnsure: true })), /damaged, or not complete/)
  assert.match(why(status('a', 100), 'e'.repeat(32)), /its log is e+, the set's is f+/)
})

test('of those that may lead the longest log of the highest epoch goes first', () => {
  const first = (other: MemberStatus, own: MemberStatus): boolean => goesFirst(other, own, state)
  assert.ok(first(status('b', 101), status('a', 100)), 'longer')
  assert.ok(!first(status('b', 99), status('a', 100)), 'shorter')
  const older = { lastEpoch: 3 as Epoch }
  assert.ok(first(status('a', 100), status('b', 500, older)), 'of a later epoch, however short')
  assert.ok(!first(status('b', 500, older), status('a', 100)), 'of an older epoch')
  assert.ok(first(status('a', 100), status('b', 100)), 'one of two that are the same')
  assert.ok(!first(status('b', 100), status('a', 100)), 'and not the other')
  assert.ok(!first(status('c', 500), status('a', 100)), 'it may not lead')
  assert.ok(!first(status('b', 89), status('a', 80)), 'an older state of its disk')
  assert.ok(!first(status('b', 500, { isUnsure: true }), status('a', 100)), 'a damaged one')
})

test('a lease is two thirds of the session from when the last answered question was sent', () => {
  const coordinator = { answeredAtMs: 1000, sessionTimeoutMs: 3000 }
  assert.equal(leaseEndMs(coordinator as Parameters<typeof leaseEndMs>[0]), 3000)
})
