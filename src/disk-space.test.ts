// How much is free, and that nobody waits for a disk that does not say.

import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { DiskSpace } from './disk-space.ts'

test('a file system says how large it is and what is free of it', async () => {
  const found = await new DiskSpace(tmpdir()).look(60_000)
  assert.ok(found !== undefined && found.size > 0, 'it has a size')
  assert.ok(found.free >= 0 && found.free <= found.size, `${found.free} of ${found.size}`)
})

test('of a folder that is not there nothing is known', async () => {
  const nowhere = path.join(tmpdir(), 'kiteq-not-there', 'at-all')
  assert.equal(await new DiskSpace(nowhere).look(60_000), undefined)
})

test('whoever does not wait gets what was found last', async () => {
  const space = new DiskSpace(tmpdir())
  const found = await space.look(60_000)
  const again = await space.look(0)
  assert.equal(again?.size, found?.size)
})
