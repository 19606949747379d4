// What comes from the socket of a folder's owner: long lists of a broker come whole, and a stranger who made the socket can
// neither crash a command nor write to the terminal.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { bindingsOf, transactionsOf } from '../../src/cli/folder.ts'
import { plainJson } from '../../src/model/plain-text.ts'
import { drawHistory, writeHistory } from '../support/log-history.ts'
import { kiteq } from '../support/command-line.ts'
import { brokerFor, bytesOf, DoorClient, headerOf, newId, within } from './door.ts'

test('bindings and open transactions come whole, however many there are', within, async (t) => {
  const broker = await brokerFor(t)
  const client = await DoorClient.join(broker.port, 's-many')
  const wanted = new Set<string>()
  for (const topic of ['one', 'two', 'three']) {
    const types = Array.from({ length: 2700 }, (_, n) => `${topic}-${n}-${'x'.repeat(100)}`)
    const list = types.map((type) => ({ bindType: 'direct' as const, messageType: bytesOf(type) }))
    const { status, feedback } = await client.bind(bytesOf(topic), list)
    assert.ok(status, feedback)
    for (const type of types) wanted.add(type)
  }
  const bindings = await bindingsOf(broker.dataDir)
  assert.equal(bindings.length, wanted.size)
  assert.deepEqual(new Set(bindings.map(({ messageType }) => messageType)), wanted)
  assert.ok(
    bindings.every(({ connections }) => connections === 1),
    'the broker said so, not the log',
  )

  const ids = Array.from({ length: 5000 }, newId)
  const opaques = ids.map((id) =>
    client.publishOnly(headerOf({ messageId: bytesOf(id), commit: false }), bytesOf('x')),
  )
  for (const opaque of opaques) assert.ok((await client.answerTo(opaque)).status)
  const open = await transactionsOf(broker.dataDir)
  assert.deepEqual(
    open.map(({ id }) => id),
    ids,
  )
})

test(
  'no name that a client chose reaches a terminal as it is, and every JSON says which it was',
  within,
  async (t) => {
    const broker = await brokerFor(t, { args: ['--http', '127.0.0.1:0'] })
    const name = 'g\u009b31m\u202e\u2066\u0007'
    const client = await DoorClient.join(broker.port, name, { [name]: [{}] })
    assert.ok((await client.publish({ topic: bytesOf(name) })).status)
    const folder = ['--data-dir', broker.dataDir]
    for (const words of [['groups', 'list'], ['groups', 'show', name], ['bindings'], ['dump']]) {
      const { code, stdout, stderr } = await kiteq([...words, ...folder])
      assert.deepEqual([code, stderr], [0, ''], words.join(' '))
      assert.ok(stdout.includes('\\u009b31m'), stdout)
      assert.doesNotMatch(stdout, raw)
    }
    const { stdout } = await kiteq(['groups', 'list', '--json', ...folder])
    assert.doesNotMatch(stdout, raw)
    assert.equal((JSON.parse(stdout) as { group: string }[])[0]!.group, name)
    const none = await kiteq(['groups', 'show', `not ${name}`, ...folder])
    assert.equal(none.code, 1)
    assert.doesNotMatch(none.stderr, raw)
    for (const page of ['stat', 'binds']) {
      const text = await (await fetch(`http://${broker.http}/${page}`)).text()
      assert.ok(text.includes('\\u009b31m'), text)
      assert.doesNotMatch(text, raw)
      JSON.parse(text)
    }
  },
)

/** A folder with a log, where somebody else listens and says this to everybody. */
async function strangerIn(t: TestContext, answer: string): Promise<string> {
  const dir = mkdtempSync(path.join(tmpdir(), 'kiteq-stranger-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  await writeHistory(dir, drawHistory(40, 5))
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', () => socket.write(`${answer}\n`))
  })
  t.after(() => void server.close())
  server.listen(path.join(dir, 'owner.socket'))
  await once(server, 'listening')
  return dir
}

// eslint-disable-next-line no-control-regex -- what must not reach a terminal
const raw = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/

const strange: readonly string[] = [
  'not json',
  'null',
  '{}',
  '{"ok":{"durableOffset":"x","groups":7,"list":null}}',
  JSON.stringify({ error: { code: 'KITEQ_REFUSED', message: 'a\u001b[2J\u0007\u009b31m\u202eb' } }),
]

for (const answer of strange)
  test(
    `a stranger at the owner's socket who says ${plainJson(answer)} is one line of error`,
    within,
    async (t) => {
      const dir = await strangerIn(t, answer)
      const backup = path.join(dir, '..', `${path.basename(dir)}-backup`)
      t.after(() => rmSync(backup, { recursive: true, force: true }))
      for (const words of [
        ['groups', 'list'],
        ['dump'],
        ['bindings'],
        ['backup', '--to', backup],
      ]) {
        const { code, stdout, stderr } = await kiteq([...words, '--data-dir', dir])
        assert.equal(stdout, '', words.join(' '))
        assert.ok(code === 76 || code === 1, `${words.join(' ')}: ${code} ${stderr}`)
        assert.match(stderr, /^kiteq: KITEQ_(PACKET|REFUSED): [^\n]+\n$/)
        assert.doesNotMatch(stderr, raw)
      }
    },
  )
