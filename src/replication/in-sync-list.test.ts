import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InSyncMember } from '../model/coordinator.ts'
import type { Offset } from '../model/ids.ts'
import { isSameList, wantedList, type ListRequest, type MemberProgress } from './in-sync-list.ts'

const entry = (id: string, copy = id, bound = 0): InSyncMember => ({
  id,
  copy,
  bound: bound as Offset,
})
const seen = (id: string, synced: number, caughtUpAtMs: number, copy = id): MemberProgress => ({
  id,
  copy,
  synced: synced as Offset,
  caughtUpAtMs,
})

/** `a` leads since long ago; now is 10,000 ms, and 2,000 behind is too late. */
function wanted(request: Partial<ListRequest>): string {
  const list = wantedList({
    list: [entry('a'), entry('b'), entry('c')],
    members: ['a', 'b', 'c', 'd'],
    progress: [],
    leader: 'a',
    minInSync: 2,
    enterFrom: 100 as Offset,
    nowMs: 10_000,
    sinceMs: 0,
    lagMs: 2000,
    ...request,
  })
  return list.map(({ id, copy, bound }) => `${id}/${copy}/${bound}`).join(' ')
}

const own = seen('a', 120, 10_000)

test('a member that is behind for too long leaves, and its place with it', () => {
  const progress = [own, seen('b', 120, 9000), seen('c', 90, 7000)]
  assert.equal(wanted({ progress }), 'a/a/120 b/b/120')
})

test('a new leader gives everybody its time', () => {
  assert.equal(wanted({ progress: [own], sinceMs: 9000 }), 'a/a/120 b/b/0 c/c/0')
})

test('it never shrinks below what a record needs', () => {
  assert.equal(wanted({ progress: [own] }), 'a/a/120 b/b/0')
  assert.equal(wanted({ progress: [own], minInSync: 3 }), 'a/a/120 b/b/0 c/c/0')
})

test('a copy enters with everything that may ever have been acked, and not before', () => {
  const list = [entry('a'), entry('b')]
  const others = [own, seen('b', 120, 10_000)]
  assert.equal(wanted({ list, progress: [...others, seen('d', 99, 10_000)] }), 'a/a/120 b/b/120')
  assert.equal(
    wanted({ list, progress: [...others, seen('d', 100, 10_000)] }),
    'a/a/120 b/b/120 d/d/100',
  )
  const stranger = [...others, seen('x', 120, 10_000)]
  assert.equal(wanted({ list, progress: stranger }), 'a/a/120 b/b/120', 'only members')
})

test('a folder that was made anew takes the place of the one that is no more', () => {
  const progress = [own, seen('b', 130, 10_000, 'b2'), seen('c', 120, 10_000)]
  assert.equal(wanted({ progress, sinceMs: 9000 }), 'a/a/120 c/c/120 b/b2/130')
  const late = [own, seen('b', 20, -Infinity, 'b2'), seen('c', 120, 10_000)]
  assert.equal(wanted({ progress: late, sinceMs: 9000 }), 'a/a/120 b/b/0 c/c/120', 'not yet')
})

test('a member that was removed leaves, and bounds only grow', () => {
  const list = [entry('a', 'a', 150), entry('b', 'b', 50), entry('c', 'c', 70)]
  const progress = [own, seen('b', 120, 10_000), seen('c', 60, 10_000)]
  assert.equal(wanted({ list, progress, members: ['a', 'c'] }), 'a/a/150 c/c/70')
})

test('two lists are the same when the same copies are in them', () => {
  assert.ok(isSameList([entry('a'), entry('b')], [entry('b', 'b', 9), entry('a')]), 'any order')
  assert.ok(!isSameList([entry('a'), entry('b')], [entry('a'), entry('b', 'b2')]), 'another folder')
  assert.ok(!isSameList([entry('a')], [entry('a'), entry('b')]), 'one more')
})
