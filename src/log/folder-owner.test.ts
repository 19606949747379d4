import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { KiteQError } from '../model/errors.ts'
import { askOwner, claimFolder, type OwnerOptions } from './folder-owner.ts'

function temporary(context: TestContext, name = 'data'): string {
  const top = fs.mkdtempSync(join(os.tmpdir(), 'kiteq-owner-'))
  context.after(() => fs.rmSync(top, { recursive: true, force: true }))
  const dir = join(top, name)
  fs.mkdirSync(dir, { recursive: true })
  return dir
}

const echo: OwnerOptions = {
  describe: () => ({ since: '2020-02-02', address: '127.0.0.1:13800' }),
  handle: (request) => Promise.resolve({ echo: request }),
}

test('the second claim is refused and says who holds the folder', async (context) => {
  const dir = temporary(context)
  const claim = await claimFolder(dir, echo)
  await assert.rejects(claimFolder(dir, echo), (error: KiteQError) => {
    assert.equal(error.code, 'KITEQ_FOLDER_OWNED')
    assert.match(error.message, new RegExp(`"pid":${process.pid},"since":"2020.*"127.0.0.1:13800"`))
    return true
  })
  await claim.close()
  const again = await claimFolder(dir, echo)
  await again.close()
  await again.close()
})

test('the same folder under another path is the same folder', async (context) => {
  const dir = temporary(context)
  const link = `${dir}-link`
  fs.symlinkSync(dir, link)
  const claim = await claimFolder(dir, echo)
  await assert.rejects(claimFolder(link, echo), { code: 'KITEQ_FOLDER_OWNED' })
  await claim.close()
})

test('the owner answers at the door, and nobody answers where nobody is', async (context) => {
  const dir = temporary(context)
  assert.equal(await askOwner(dir, { op: 'watermark' }), undefined)
  assert.equal(await askOwner(join(dir, 'missing'), { op: 'watermark' }), undefined)
  const claim = await claimFolder(dir, echo)
  assert.deepEqual(await askOwner(dir, { op: 'watermark' }), { echo: { op: 'watermark' } })
  const many = await Promise.all([1, 2, 3].map((n) => askOwner(dir, n)))
  assert.deepEqual(many, [{ echo: 1 }, { echo: 2 }, { echo: 3 }])
  await claim.close()
  assert.equal(await askOwner(dir, { op: 'watermark' }), undefined)
})

test('a refused request comes back as the error it was', async (context) => {
  const dir = temporary(context)
  const claim = await claimFolder(dir, {
    describe: () => ({}),
    handle: () => Promise.reject(new KiteQError('KITEQ_NOT_FOUND', 'no such group')),
  })
  await assert.rejects(askOwner(dir, {}), { code: 'KITEQ_NOT_FOUND', message: 'no such group' })
  await claim.close()
})

test('a folder deeper than a socket address is long has its door all the same', async (context) => {
  const dir = temporary(context, join(...Array.from({ length: 12 }, () => 'a-rather-long-name')))
  assert.ok(dir.length > 200)
  const claim = await claimFolder(dir, echo)
  assert.deepEqual(await askOwner(dir, 1), { echo: 1 })
  assert.equal(fs.statSync(join(dir, 'owner.socket')).mode & 0o777, 0o600)
  await claim.close()
})

test('an owner that was killed owns nothing', { timeout: 30_000 }, async (context) => {
  const dir = temporary(context)
  const child: ChildProcess = fork(
    new URL('../../test/support/disk-owner.ts', import.meta.url),
    [dir],
    { execArgv: ['--import', 'tsx'] },
  )
  assert.deepEqual(await once(child, 'message'), ['claimed', undefined])
  await assert.rejects(claimFolder(dir, echo), new RegExp(`"pid":${child.pid}`))
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.ok(fs.existsSync(join(dir, 'owner.socket')))
  assert.equal(await askOwner(dir, 1), undefined)
  const claim = await claimFolder(dir, echo)
  assert.deepEqual(await askOwner(dir, 1), { echo: 1 })
  await claim.close()
})
