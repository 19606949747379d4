// Against a real ZooKeeper: what a session outlives, and what it must not wait for.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { after, before, test, type TestContext } from 'node:test'
import {
  missingZooKeeper,
  zooKeeper,
  type ZooKeeperEnsemble,
} from '../../test/support/zookeeper-server.ts'
import { ZooKeeperSession } from './zookeeper-session.ts'
import type { ZooKeeperLink } from './zookeeper-link.ts'

const skip = missingZooKeeper()
/** The longest that this server gives: a slow machine must not end one. */
const sessionTimeoutMs = 4000
const within = { skip, timeout: 60_000 }
let ensemble: ZooKeeperEnsemble

before(async () => {
  if (skip !== false) return
  ensemble = await zooKeeper(1, { tickMs: 200 })
  await ensemble.start()
})
after(() => (skip === false ? ensemble.remove() : undefined))

class Told {
  readonly lines: string[] = []
  links: ZooKeeperLink[] = []
  #wake: (() => void) | undefined
  up(link: ZooKeeperLink, isNew: boolean): void {
    this.links.push(link)
    this.#say(isNew ? 'up, new' : 'up')
  }
  down(why: string): void {
    this.#say(`down: ${why}`)
  }
  /** Waits for a line behind the first `from` that matches. */
  async line(pattern: RegExp, from = 0): Promise<number> {
    for (;;) {
      const at = this.lines.findIndex((line, i) => i >= from && pattern.test(line))
      if (at >= 0) return at + 1
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
  #say(line: string): void {
    this.lines.push(line)
    this.#wake?.()
  }
}

function session(
  t: TestContext,
  address = ensemble.address,
): { told: Told; session: ZooKeeperSession } {
  const told = new Told()
  const made = new ZooKeeperSession(
    {
      address: { servers: address.split(','), chroot: '', ignored: [] },
      sessionTimeoutMs,
      credentials: undefined,
    },
    told,
  )
  t.after(() => made.close(500))
  made.start()
  return { told, session: made }
}

test(
  'nodes are made, read, watched and removed; an ephemeral one goes with its session',
  within,
  async (t) => {
    const one = session(t)
    const other = session(t)
    await Promise.all([one.told.line(/up, new/), other.told.line(/up, new/)])
    const [a, b] = [one.told.links[0]!, other.told.links[0]!]
    const made = { isEphemeral: true, acl: 'open' } as const
    assert.equal(await a.create('/parent', { ...made, isEphemeral: false }, 1000), true)
    let changes = 0
    let isTold: (() => void) | undefined
    const changed = new Promise<void>((resolve) => (isTold = resolve))
    const watch = (): void => {
      changes++
      isTold?.()
    }
    assert.deepEqual(await b.children('/parent', watch, 1000), [])
    assert.equal(await a.create('/parent/mine', made, 1000), true)
    await changed
    assert.equal(changes, 1)
    assert.equal(await b.create('/parent/mine', made, 1000), false)
    assert.deepEqual(await b.children('/parent', undefined, 1000), ['mine'])
    assert.equal((await b.data('/parent/mine', undefined, 1000))?.data, undefined)
    assert.equal(await b.data('/parent/none', undefined, 1000), undefined)
    assert.equal(await b.remove('/parent', 1000), false)
    await one.session.close(1000)
    assert.deepEqual(await b.children('/parent', undefined, 1000), [])
  },
)

test(
  'a server that goes silent is noticed before the session ends, and the session goes on',
  within,
  async (t) => {
    const { told } = session(t)
    await told.line(/up, new/)
    const made = { isEphemeral: true, acl: 'open' } as const
    await told.links[0]!.create('/silent', made, 1000)
    const since = performance.now()
    await ensemble.servers[0]!.kill('SIGSTOP')
    const down = await told.line(/down: .*no answer to exists/)
    const noticedMs = performance.now() - since
    assert.ok(noticedMs < sessionTimeoutMs, `noticed after ${noticedMs} ms`)
    await ensemble.servers[0]!.kill('SIGCONT')
    await told.line(/^up/, down)
  },
)

test('a server killed and started again has the same session', within, async (t) => {
  const { told } = session(t)
  await told.line(/up, new/)
  const id = told.links[0]!.session.id
  await told.links[0]!.create('/kept', { isEphemeral: true, acl: 'open' }, 1000)
  await ensemble.servers[0]!.kill('SIGKILL')
  const down = await told.line(/down/)
  await ensemble.servers[0]!.start()
  await told.line(/^up/, down)
  const link = told.links.at(-1)!
  assert.deepEqual(link.session.id, id)
  assert.equal(await link.exists('/kept', undefined, 1000), true)
})

test(
  'what is no ZooKeeper, or says nothing, is given up in time and harms nobody',
  { timeout: 20_000 },
  async (t) => {
    const answers = [
      Buffer.alloc(0),
      Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
      Buffer.from('ffffffff00000000', 'hex'),
      Buffer.from('0000000400000000', 'hex'),
      Buffer.alloc(100_000, 0x20),
    ]
    for (const answer of answers) {
      const server = createServer((socket) => {
        socket.on('error', () => undefined)
        socket.on('data', () => answer.length > 0 && socket.write(answer))
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      t.after(() => server.close())
      const { port } = server.address() as AddressInfo
      const { told, session: made } = session(t, `127.0.0.1:${port}`)
      await told.line(/down: /)
      await made.close(500)
      assert.equal(told.links.length, 0, 'it was never up')
    }
  },
)

test(
  'an ensemble that is not there is waited for without an end to the wait, and closing takes no time',
  within,
  async (t) => {
    const { told, session: made } = session(t, '127.0.0.1:1')
    await told.line(/down: .*127\.0\.0\.1:1: ECONNREFUSED/)
    const since = performance.now()
    await made.close(500)
    const closedMs = performance.now() - since
    assert.ok(closedMs < 1000, `closed after ${closedMs} ms`)
  },
)
