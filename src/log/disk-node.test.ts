import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { numbered, recoverSmall, startSmall, writeBatch } from '../../test/support/disk-log.ts'
import { nodeDisk } from './disk-node.ts'
import { readInto, syncFile, writeAll } from './disk.ts'

function temporary(context: TestContext): string {
  const dir = fs.mkdtempSync(join(os.tmpdir(), 'kiteq-disk-'))
  context.after(() => fs.rmSync(dir, { recursive: true, force: true }))
  return dir
}

test('files are written, read, cut, renamed and removed', async (context) => {
  const dir = join(temporary(context), 'a', 'b')
  await nodeDisk.ensureFolder(dir)
  const file = await nodeDisk.open(`${dir}/one`, 'synced', { create: true })
  await writeAll(file, Buffer.from('hello world'), 5)
  await syncFile(file)
  assert.equal(await file.size(), 16)
  await file.truncate(10)
  const target = new Uint8Array(20)
  assert.equal(await readInto(file, target, 2, 18, 5), 5)
  assert.equal(Buffer.from(target.subarray(2, 7)).toString(), 'hello')
  await file.close()
  await file.close()
  await nodeDisk.rename(`${dir}/one`, `${dir}/two`)
  await nodeDisk.syncFolder(dir)
  assert.deepEqual(await nodeDisk.list(dir), ['two'])
  await nodeDisk.remove(`${dir}/two`)
  await nodeDisk.remove(`${dir}/two`)
  assert.equal(await nodeDisk.exists(`${dir}/two`), false)
  assert.ok((await nodeDisk.freeBytes(dir)) > 0)
})

test('a missing folder has no names, a missing file is an error', async (context) => {
  const dir = temporary(context)
  assert.deepEqual(await nodeDisk.list(`${dir}/none`), [])
  await assert.rejects(nodeDisk.open(`${dir}/none`, 'read'), { code: 'ENOENT' })
})

test('folders are made with their parents, and one that cannot be made is an error at once', async (context) => {
  const root = temporary(context)
  await nodeDisk.ensureFolder(`${root}/a/b/c`)
  await nodeDisk.ensureFolder(`${root}/a/b/c`)
  assert.deepEqual(await nodeDisk.list(`${root}/a/b`), ['c'])
  fs.writeFileSync(`${root}/file`, '')
  await assert.rejects(nodeDisk.ensureFolder(`${root}/file/d`), /ENOTDIR|ENOENT/)
  if (fs.existsSync('/proc/self')) await assert.rejects(nodeDisk.ensureFolder('/proc/kiteq/d'))
})

test('the log lives on a real disk: write, roll, stop, recover, write on', async (context) => {
  const dir = temporary(context)
  const options = { dir, segmentBytes: 20_000, batchBytesMax: 4096 }
  const first = await startSmall(nodeDisk, options)
  for (let i = 0; i < 50; i++) await writeBatch(first.log, [numbered(i + 1, 500)])
  assert.ok(first.log.stats().rolls >= 1)
  await first.log.close()
  const second = await startSmall(nodeDisk, { ...options, seed: 2 })
  assert.equal(second.records.length, 50)
  await writeBatch(second.log, [numbered(51)])
  const place = second.places[3]!
  const message = await second.log.load(place.segment, place.position)
  assert.equal(message.end - message.start, 500)
  await second.log.close()
  const third = await recoverSmall(nodeDisk, { ...options, seed: 3 })
  assert.equal(third.records.length, 51)
  await third.log.close()
})

test('what is no regular file is refused at once, and a link is not followed', async (context) => {
  const dir = temporary(context)
  execFileSync('mkfifo', [join(dir, 'pipe')])
  fs.mkdirSync(join(dir, 'folder'))
  fs.writeFileSync(join(dir, 'target'), 'untouched')
  fs.symlinkSync(join(dir, 'target'), join(dir, 'link'))
  for (const name of ['pipe', 'folder', 'link'])
    for (const mode of ['read', 'write', 'synced'] as const)
      await assert.rejects(nodeDisk.open(join(dir, name), mode), /is no regular file; expected one/)
  assert.equal(fs.readFileSync(join(dir, 'target'), 'utf8'), 'untouched')
})
