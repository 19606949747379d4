// Who may make the broker read its settings again, and what he is answered.

import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { KiteQError } from '../model/errors.ts'
import { answerReload, type Reloaded, type ReloadAnswer, type ReloadPort } from './reload.ts'
import { HttpServer, type HttpOptions } from './server.ts'
import type { StatSource } from './stat.ts'

const done: Reloaded = { topics: ['a', 'b'], changed: ['topics'], needsRestart: ['listen'] }
const port: ReloadPort = { reload: () => done }

function ask(
  remoteAddress: string | undefined,
  headers: Record<string, string> = {},
  to: ReloadPort | undefined = port,
): ReloadAnswer {
  return answerReload({ headers, socket: { remoteAddress, localAddress: '10.1.2.3' } }, to)
}

test('the answer is that of the original, with what has changed behind it', () => {
  assert.deepEqual(ask('127.0.0.1'), {
    status: 200,
    body: '{"status":200,"topics":["a","b"],"changed":["topics"],"needs_restart":["listen"]}',
  })
})

test('this machine may, by loopback or from the address it asks, and nobody else', () => {
  for (const address of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1', '10.1.2.3'])
    assert.equal(ask(address).status, 200, address)
  for (const address of ['10.0.0.1', '::ffff:10.0.0.1', 'fe80::1', '1270.0.0.1', '', undefined])
    assert.equal(ask(address).status, 403, address)
})

test('a page in a browser may not, the address line of one may', () => {
  assert.equal(ask('127.0.0.1', { 'sec-fetch-site': 'none' }).status, 200)
  for (const site of ['cross-site', 'same-site', 'same-origin'])
    assert.equal(ask('127.0.0.1', { 'sec-fetch-site': site }).status, 403, site)
  assert.equal(ask('127.0.0.1', { origin: 'https://evil.example' }).status, 403)
})

test('a refused reload never gets as far as the settings', () => {
  const untouched: ReloadPort = { reload: () => assert.fail('was called') }
  assert.equal(ask('10.0.0.1', {}, untouched).status, 403)
  const asked = { headers: {}, socket: { remoteAddress: '::1' } }
  assert.equal(answerReload(asked, undefined).status, 404)
  assert.equal(answerReload({ headers: {}, socket: {} }, port).status, 403)
})

test('a broken file is answered with its reason', () => {
  const broken: ReloadPort = {
    reload: () => {
      throw new KiteQError('KITEQ_CONFIG', 'x.toml: topics is 5; expected a list')
    },
  }
  assert.deepEqual(ask('::1', {}, broken), {
    status: 500,
    body: '{"status":500,"error":"x.toml: topics is 5; expected a list; nothing was changed"}',
  })
})

async function served(t: TestContext, options: Partial<HttpOptions>): Promise<string> {
  const source = { stat: () => assert.fail(), binds: () => [] } as unknown as StatSource
  const server = new HttpServer({ source, problem: () => undefined, ...options })
  t.after(() => server.close())
  return `http://127.0.0.1:${(await server.listen('127.0.0.1', 0)).port}`
}

test('it is a GET of the type of the original, and no other method', async (t) => {
  const base = await served(t, { reload: port })
  const answer = await fetch(`${base}/reload`)
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('content-type'), 'text/json; charset=utf-8')
  assert.deepEqual(((await answer.json()) as { topics: unknown }).topics, ['a', 'b'])
  assert.equal((await fetch(`${base}/reload`, { method: 'POST' })).status, 405)
})

test('a bug behind a reload is told and answered, and its text is not', async (t) => {
  const problems: string[] = []
  const reload: ReloadPort = {
    reload: () => {
      throw new Error('walked off the table')
    },
  }
  const base = await served(t, { reload, problem: (message) => problems.push(message) })
  const answer = await fetch(`${base}/reload`)
  assert.equal(answer.status, 500)
  assert.doesNotMatch(await answer.text(), /table/)
  assert.match(problems.at(-1)!, /^reload failed: .*walked off the table/)
})
