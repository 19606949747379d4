import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestOfFold } from '../../test/support/one-fold.ts'
import type { GroupNumber } from '../model/ids.ts'
import { SectionReader, SectionWriter } from '../model/section.ts'
import { PausedGroups } from './paused-groups.ts'

const one = 1 as GroupNumber
const two = 2 as GroupNumber

function paused(...pauses: readonly [GroupNumber, string, number][]): PausedGroups {
  const groups = new PausedGroups()
  for (const [group, who, atMs] of pauses) groups.pause(group, who, atMs)
  return groups
}

test('group, who and since show in the digest, the order does not, and a resume leaves nothing', () => {
  const digests = [
    paused(),
    paused([one, 'a', 5]),
    paused([two, 'a', 5]),
    paused([one, 'b', 5]),
    paused([one, 'a', 6]),
    paused([one, 'a', 5], [two, 'a', 5]),
  ].map(digestOfFold)
  assert.equal(new Set(digests).size, digests.length)
  assert.equal(digestOfFold(paused([two, 'a', 5], [one, 'a', 5])), digests[5])
  const groups = paused([one, 'a', 5], [two, 'a', 5])
  assert.equal(groups.resume(two), true)
  assert.equal(groups.resume(two), false)
  assert.equal(digestOfFold(groups), digests[1])
})

test('who paused first stays, and all of it is saved and loaded', () => {
  const groups = paused([one, 'a', 5], [one, 'b', 9], [two, 'c', 7])
  assert.deepEqual(groups.find(one), { who: 'a', sinceMs: 5 })
  const writer = new SectionWriter()
  groups.save(writer)
  const loaded = paused()
  loaded.load(new SectionReader(writer.finish()))
  assert.deepEqual(loaded.list(), [one, two])
  assert.equal(digestOfFold(loaded), digestOfFold(groups))
  assert.equal(loaded.has(3 as GroupNumber), false)
})
