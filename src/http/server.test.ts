// The HTTP door against friends, strangers and the impatient.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { KiteQError } from '../model/errors.ts'
import { httpConnectionsMax } from '../model/limits.ts'
import { HttpServer, type HttpOptions } from './server.ts'
import type { Health, StatSnapshot, StatSource } from './stat.ts'

const nothing: StatSnapshot = {
  tasks: 0,
  inFlight: 0,
  received: 0,
  delivered: 0,
  topics: new Map([['trade', { received: 0, delivered: 0, stored: 0 }]]),
  groups: new Map(),
  receiveRate: 0,
  network: {
    packetsRead: 0,
    bytesRead: 0,
    packetsWritten: 0,
    bytesWritten: 0,
    connections: 0,
    unfinishedBytes: 0,
    unsentBytes: 0,
    unfinishedEvictions: 0,
    unreadEvictions: 0,
    memoryWaits: 0,
    queued: 0,
    queuedMax: 1,
  },
}

function sourceOf(health: Health = { ok: true }): StatSource {
  return { stat: () => nothing, binds: () => [], health: () => health, ready: () => health }
}

async function serve(
  t: TestContext,
  options: Partial<HttpOptions> = {},
  host = '127.0.0.1',
): Promise<number> {
  const server = new HttpServer({ source: sourceOf(), ...options })
  t.after(() => server.close())
  return (await server.listen(host, 0)).port
}

/** Sends bytes and returns all that comes back until the server ends the connection. */
async function exchange(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(request)
  let answer = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk))
  await once(socket, 'close')
  return answer
}

function get(port: number, path: string, host = `127.0.0.1:${port}`): Promise<string> {
  return exchange(port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1])
const bodyOf = (answer: string): string => answer.slice(answer.indexOf('\r\n\r\n') + 4)

test('a sound broker says so in words that probes and people read', async (t) => {
  const port = await serve(t)
  assert.equal(bodyOf(await get(port, '/healthz')), '{"status":"ok"}')
  assert.equal(bodyOf(await get(port, '/readyz')), '{"status":"ready"}')
})

test('a broker that is not sound answers 503 with its reason', async (t) => {
  const port = await serve(t, {
    source: sourceOf({ ok: false, reason: 'degraded: 1 hole in segment 3' }),
  })
  const answer = await get(port, '/healthz')
  assert.equal(statusOf(answer), 503)
  assert.equal(bodyOf(answer), '{"status":"failing","reason":"degraded: 1 hole in segment 3"}')
  assert.equal(statusOf(await get(port, '/readyz')), 503)
})

test('stat and binds have the type of the original, with or without a query', async (t) => {
  const port = await serve(t)
  for (const path of ['/stat', '/stat?x=1', '/binds']) {
    const answer = await get(port, path)
    assert.equal(statusOf(answer), 200)
    assert.match(answer, /content-type: text\/json; charset=utf-8\r\n/i)
    assert.doesNotThrow(() => JSON.parse(bodyOf(answer)) as unknown)
  }
})

test('only GET is answered, and the rest of such a request is not read', async (t) => {
  const port = await serve(t)
  for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH']) {
    const answer = await exchange(
      port,
      `${method} /stat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n`,
    )
    assert.equal(statusOf(answer), 405, method)
    assert.match(answer, /allow: GET\r\n/i)
  }
})

test('names of loopback are ours, names that others can point at us are not', async (t) => {
  const port = await serve(t, { hosts: ['broker-1.example'] })
  for (const host of [
    'localhost',
    'LOCALHOST:1',
    '127.0.0.1',
    '127.9.9.9:80',
    '[::1]:13801',
    'broker-1.example:13801',
  ])
    assert.equal(statusOf(await get(port, '/stat', host)), 200, host)
  for (const host of [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    '0.0.0.0',
    '[::1',
    'a b',
    '',
  ])
    assert.ok([400, 421].includes(statusOf(await get(port, '/stat', host))), host)
  assert.equal(statusOf(await exchange(port, 'GET /stat HTTP/1.0\r\n\r\n')), 421)
})

test('a server on every address is ours by any numeric one', async (t) => {
  const port = await serve(t, {}, '0.0.0.0')
  assert.equal(statusOf(await get(port, '/stat', '10.1.2.3:13801')), 200)
  assert.equal(statusOf(await get(port, '/stat', 'evil.example')), 421)
})

test('nothing a request says comes back', async (t) => {
  const port = await serve(t)
  const mark = 'xyzzy<script>'
  const requests = [
    `GET /${mark} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    `GET /stat?${mark} HTTP/1.1\r\nHost: localhost\r\nX-A: ${mark}\r\nConnection: close\r\n\r\n`,
    `GET http://evil.example/stat HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    `GET /stat HTTP/1.1\r\nHost: ${mark}\r\nConnection: close\r\n\r\n`,
    `${mark} /stat HTTP/1.1\r\n\r\n`,
  ]
  for (const request of requests) assert.doesNotMatch(await exchange(port, request), /xyzzy|evil/)
})

test('headers without end are cut off by size and by time', async (t) => {
  const large = await exchange(
    await serve(t),
    `GET /stat HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
  )
  assert.equal(statusOf(large), 431)
  const hasty = await serve(t, { timeoutMs: 100 })
  const slow = await exchange(hasty, 'GET /stat HTTP/1.1\r\nHost: loc') // comes back: the server has ended it
  assert.ok(slow === '' || statusOf(slow) === 408)
})

/** Whoever is not served waits for ever. */
const within = { timeout: 10_000 }

/** Connections of one who holds them: each sends `bytes` and no more. The server takes them in their order. */
async function hold(t: TestContext, port: number, count: number, bytes: string): Promise<Socket[]> {
  const sockets: Socket[] = []
  for (let n = 0; n < count; n++) {
    const socket = connect(port, '127.0.0.1')
    t.after(() => socket.destroy())
    socket.on('error', () => {}) // a reset is an end like any other
    await once(socket, 'connect')
    socket.write(bytes)
    sockets.push(socket.resume())
  }
  return sockets
}

for (const [what, bytes] of [
  ['half a request', 'GET /stat HTTP/1.1\r\nHost: loc'],
  ['nothing', ''],
] as const)
  test(
    `slots held with ${what} are taken back for a probe, and for the next one`,
    within,
    async (t) => {
      const port = await serve(t)
      await hold(t, port, 3 * httpConnectionsMax, bytes)
      for (let n = 0; n < 3; n++)
        assert.equal(bodyOf(await get(port, '/healthz')), '{"status":"ok"}')
    },
  )

test(
  'there are never more connections than slots, and the oldest one goes first',
  within,
  async (t) => {
    const port = await serve(t)
    const more = 5
    const sockets = await hold(t, port, httpConnectionsMax + more, 'GET /stat HT')
    const gone = sockets.slice(0, more)
    for (const socket of gone) if (!socket.closed) await once(socket, 'close')
    const last = sockets.at(-1)!
    last.write('TP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    await once(last, 'close')
    assert.ok(sockets.slice(more, -1).every((socket) => !socket.destroyed && socket.readable))
  },
)

test('a connection kept alive goes before one that is about to ask', within, async (t) => {
  const port = await serve(t)
  const asking = await hold(t, port, httpConnectionsMax - 1, 'GET /stat HT')
  const kept = connect(port, '127.0.0.1')
  t.after(() => kept.destroy())
  kept.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await once(kept, 'data')
  const ended = once(kept, 'close')
  assert.equal(statusOf(await get(port, '/healthz')), 200)
  await ended
  assert.ok(asking.every((socket) => !socket.destroyed))
})

test('a bug behind the statistics is told and answered, and the server lives on', async (t) => {
  const problems: string[] = []
  const source: StatSource = {
    ...sourceOf(),
    stat: () => {
      throw new Error('walked off the table')
    },
  }
  const port = await serve(t, { source, problem: (message) => problems.push(message) })
  const answer = await get(port, '/stat')
  assert.equal(statusOf(answer), 500)
  assert.doesNotMatch(answer, /table/)
  assert.match(problems.at(-1)!, /walked off the table/)
  assert.equal(statusOf(await get(port, '/healthz')), 200)
})

test('an address that is taken is a refusal that names it', async (t) => {
  const port = await serve(t)
  const second = new HttpServer({ source: sourceOf() })
  t.after(() => second.close())
  await assert.rejects(second.listen('127.0.0.1', port), (error) => {
    assert.ok(error instanceof KiteQError)
    assert.equal(error.code, 'KITEQ_CONFIG')
    assert.match(
      error.message,
      /HTTP cannot listen on 127\.0\.0\.1:\d+ \(EADDRINUSE\); expected a free address, or --http off/,
    )
    return true
  })
})

test('close ends open connections at once and may be called twice', async (t) => {
  const server = new HttpServer({ source: sourceOf() })
  const { port } = await server.listen('127.0.0.1', 0)
  const socket = connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await once(socket, 'data')
  const closed = once(socket, 'close')
  await Promise.all([server.close(), server.close()])
  socket.resume()
  await closed
})
