import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import { dirname, join } from 'node:path'
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
    assert.match(
      error.message,
      new RegExp(`process ${process.pid}, since 2020.*, address 127.0.0.1:13800`),
    )
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
  await assert.rejects(claimFolder(dir, echo), new RegExp(`process ${child.pid}`))
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.ok(fs.existsSync(join(dir, 'owner.socket')))
  assert.equal(await askOwner(dir, 1), undefined)
  const claim = await claimFolder(dir, echo)
  assert.deepEqual(await askOwner(dir, 1), { echo: 1 })
  await claim.close()
})

const racer = new URL('../../test/support/folder-racer.ts', import.meta.url)

function claimants(context: TestContext, dir: string, count: number): ChildProcess[] {
  const children = Array.from({ length: count }, () =>
    fork(racer, [dir], { execArgv: ['--import', 'tsx'] }),
  )
  context.after(() => children.forEach((child) => child.kill('SIGKILL')))
  return children
}

const said = async (child: ChildProcess): Promise<string> =>
  ((await once(child, 'message')) as [string])[0]

test(
  'of processes that start at the same moment one owns the folder, also over what a kill left',
  { timeout: 60_000 },
  async (context) => {
    const dir = temporary(context)
    let children = claimants(context, dir, 4)
    await Promise.all(children.map(said))
    while (children.length > 0) {
      const answers = Promise.all(children.map(said))
      for (const child of children) child.send('go')
      const told = await answers
      assert.equal(told.filter((one) => one === 'claimed').length, 1, told.join('\n'))
      for (const one of told) assert.match(one, /^claimed$|^KITEQ_FOLDER_OWNED: .* process \d+/)
      const owner = children[told.indexOf('claimed')]!
      children = children.filter((child) => child !== owner)
      owner.kill('SIGKILL')
      await once(owner, 'exit')
      assert.ok(fs.readdirSync(join(dir, 'owner')).length > 0, 'the kill left a sign')
    }
  },
)

test('however many ask for it at once, one has it', { timeout: 60_000 }, async (context) => {
  const dir = temporary(context)
  for (let round = 0; round < 10; round++) {
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, () => claimFolder(dir, echo)),
    )
    const claims = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    assert.equal(claims.length, 1, `round ${round}`)
    for (const one of results)
      if (one.status === 'rejected')
        assert.equal((one.reason as KiteQError).code, 'KITEQ_FOLDER_OWNED')
    await claims[0]!.close()
  }
  assert.deepEqual(fs.readdirSync(dir), [], 'an owner that ends in order leaves nothing')
})

test(
  'an owner that was stopped owns the folder, and is named',
  { timeout: 30_000 },
  async (context) => {
    const dir = temporary(context)
    const [child] = claimants(context, dir, 1) as [ChildProcess]
    await said(child)
    child.send('go')
    assert.equal(await said(child), 'claimed')
    child.kill('SIGSTOP')
    const uid = process.getuid?.()
    await assert.rejects(claimFolder(dir, echo), {
      code: 'KITEQ_FOLDER_OWNED',
      message: `${dir} is in use by process ${child.pid} of user ${uid}, which does not answer`,
    })
  },
)

test('no name outside the folder stands in the way of a start', async (context) => {
  const dir = temporary(context)
  const { dev, ino } = fs.statSync(dir, { bigint: true })
  const squatter = net.createServer().listen(`\0kiteq-owner-${dev}-${ino}`)
  context.after(() => squatter.close())
  await once(squatter, 'listening')
  const claim = await claimFolder(dir, echo)
  await claim.close()
})

test('an owner whose sign is gone is seen by its door', async (context) => {
  const dir = temporary(context)
  const claim = await claimFolder(dir, echo)
  fs.rmSync(join(dir, 'owner'), { recursive: true })
  await assert.rejects(claimFolder(dir, echo), /process \d+, since/)
  assert.match((await claim.lost())!, /the sign of this owner, was removed/)
  await claim.close()
})

test('no socket can be reached by strangers at any time', async (context) => {
  const dir = temporary(context)
  const before = process.umask(0)
  context.after(() => process.umask(before))
  type Listen = (this: net.Server, path: string, listener: () => void) => net.Server
  const listen = Reflect.get(net.Server.prototype, 'listen') as Listen
  const modes: number[] = []
  const looked: Listen = function (path, listener) {
    const server = listen.call(this, path, listener)
    modes.push(fs.statSync(path).mode & fs.statSync(dirname(path)).mode & 0o077) // bound by now
    return server
  }
  context.mock.method(net.Server.prototype, 'listen', looked as never)
  const claim = await claimFolder(dir, echo)
  assert.deepEqual(modes, [0, 0])
  const signs = join(dir, 'owner')
  const sockets = [
    join(dir, 'owner.socket'),
    ...fs.readdirSync(signs).map((name) => join(signs, name)),
  ]
  for (const path of sockets) assert.equal(fs.statSync(path).mode & 0o777, 0o600, path)
  await claim.close()
})

test('a folder that was removed, moved away or replaced is lost', async (context) => {
  const dir = temporary(context)
  const claim = await claimFolder(dir, echo)
  assert.equal(await claim.lost(), undefined)
  fs.renameSync(dir, `${dir}-away`)
  assert.match((await claim.lost())!, /removed or moved away/)
  fs.cpSync(`${dir}-away`, dir, { recursive: true, filter: (path) => !path.endsWith('.socket') })
  assert.match((await claim.lost())!, /replaced by another one/)
  await claim.close()
  assert.deepEqual(fs.readdirSync(`${dir}-away`), [], 'what is left behind is its own')
})

test('what this program did not make in the folder of signs stays, and a link is no folder of signs', async (context) => {
  const dir = temporary(context)
  await fs.promises.mkdir(`${dir}/owner/photos`, { recursive: true })
  await fs.promises.writeFile(`${dir}/owner/photos/a`, 'a')
  await fs.promises.writeFile(`${dir}/owner/mysql.socket`, 'b')
  await fs.promises.writeFile(`${dir}/owner/12-abcdef.socket`, 'no socket')
  await fs.promises.mkdir(`${dir}/owner/13-abcdef`)
  const claim = await claimFolder(dir, echo)
  assert.deepEqual(
    (await fs.promises.readdir(`${dir}/owner`)).filter(
      (name) => !name.startsWith(`${process.pid}-`),
    ),
    ['12-abcdef.socket', 'mysql.socket', 'photos'],
  )
  assert.equal(await fs.promises.readFile(`${dir}/owner/photos/a`, 'utf8'), 'a')
  await claim.close()
  const linked = `${dir}/data`
  await fs.promises.mkdir(linked)
  await fs.promises.symlink(`${dir}/owner`, `${linked}/owner`)
  await assert.rejects(claimFolder(linked, echo), {
    code: 'KITEQ_CONFIG',
    message: /owner in it is no folder/,
  })
  assert.ok((await fs.promises.readdir(`${dir}/owner`)).includes('mysql.socket'))
})
