import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mysqlAddress } from './mysql-address.ts'

test('an archive has a server and a database, and shows neither user nor password', () => {
  const address = mysqlAddress('mysql://kite:p%40ss@db.example/history')
  const { host, port, user, password, db } = address
  assert.deepEqual(
    [host, port, user, password, db],
    ['db.example', 3306, 'kite', 'p@ss', 'history'],
  )
  assert.equal(address.shown, 'mysql://db.example:3306/history')
  assert.equal(mysqlAddress('mysql://u@[::1]:3307/a').host, '::1')
})

test('without a database it is refused, under the name of the setting, and never with what was said', () => {
  for (const text of [
    'mysql://u:secret@h',
    'secret',
    'mysql://u:secret@h/a;b',
    'mysql://u:secret%@h/a',
    'mysql://u:p@secret@h/a',
  ])
    assert.throws(
      () => mysqlAddress(text, { option: 'archive.mysql' }),
      (error: Error) =>
        error.message.startsWith('archive.mysql: ') && !error.message.includes('secret'),
    )
})

test('that loopback is the server is said in the address, or is not so', () => {
  const at = (query: string): boolean | undefined =>
    mysqlAddress(`mysql://u@127.0.0.1/a${query}`).trustsLoopback
  assert.deepEqual(['', '?trust-loopback=off', '?trust-loopback=on'].map(at), [
    undefined,
    undefined,
    true,
  ])
  assert.throws(() => at('?trust-loopback=yes'), /trust-loopback: expected on or off/)
})
