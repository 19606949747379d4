// The command line before a MySQL server that takes connections and says nothing: Control-C ends it, and its process.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startKiteq } from '../support/command-line.ts'
import { FakeMysql } from '../support/fake-mysql.ts'

test('Control-C ends a command whose database says nothing, at once', async (t) => {
  let hasCome = (): void => undefined
  const come = new Promise<void>((resolve) => (hasCome = resolve))
  const server = await FakeMysql.playing(() => {
    hasCome()
    return Promise.resolve()
  })
  t.after(() => server.close())
  const { shown } = server.address
  const { child, ended } = startKiteq(['archive', 'prune', '--older-than', '9d', '--mysql', shown])
  await come
  const sinceMs = performance.now()
  child.kill('SIGINT')
  const { code, stdout, stderr } = await ended
  assert.deepEqual(
    [code, stdout, stderr],
    [69, '', 'kiteq: KITEQ_CLOSED: told to end before the server had answered\n'],
  )
  assert.ok(performance.now() - sinceMs < 15_000, 'it waited for the database')
})
