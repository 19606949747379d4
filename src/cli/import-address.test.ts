import assert from 'node:assert/strict'
import { writeFileSync, rmSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { mysqlAddress, showsPassword } from './import-address.ts'
import { groupsIn } from './import-rows.ts'

test('an address is taken as people write it and as the original has it', () => {
  const short = mysqlAddress('mysql://root@db.example:3307?db=q', undefined)
  assert.deepEqual(
    [short.host, short.port, short.user, short.db],
    ['db.example', 3307, 'root', 'q'],
  )
  assert.equal(short.shards, undefined)
  const original = mysqlAddress(
    'mysql://10.0.0.1:3306,10.0.0.2:3307?db=kite&username=u&password=p%26&maxConn=500&shardnum=8',
    undefined,
  )
  const { host, port, user, password, shards } = original
  assert.deepEqual([host, port, user, password, shards], ['10.0.0.1', 3306, 'u', 'p&', 8])
  assert.equal(mysqlAddress('mysql://u:a%40b@[::1]/kite', undefined).password, 'a@b')
  assert.equal(mysqlAddress('mysql://?socket=/run/s', undefined).socket, '/run/s')
})

test('a wrong address is refused, and no password is in what is shown', () => {
  const wrong = [
    '',
    'http://h',
    'mysql://',
    'mysql://h:x',
    'mysql://h?db=a;b',
    'mysql://h?shardnum=3',
  ]
  for (const text of wrong) assert.throws(() => mysqlAddress(text, undefined), /--mysql: /, text)
  const texts = ['mysql://u:secret@h?db=k', 'mysql://h?username=u&password=secret']
  for (const text of texts) {
    assert.ok(showsPassword(text), text)
    assert.doesNotMatch(mysqlAddress(text, undefined).shown, /secret/)
  }
  assert.equal(showsPassword('mysql://u@h?db=k'), false)
})

test('a password file comes before what the address says', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'kiteq-password-'))
  const file = path.join(dir, 'password')
  writeFileSync(file, 'from file\n')
  assert.equal(mysqlAddress('mysql://u:secret@h', file).password, 'from file')
  rmSync(dir, { recursive: true })
  assert.throws(() => mysqlAddress('mysql://u@h', file), /cannot be read \(ENOENT\)/)
})

test('lists of groups are read as they are stored, also when they were cut', () => {
  assert.deepEqual(groupsIn('["a","b"]'), ['a', 'b'])
  for (const nothing of [null, '', 'null', '[]', '{}']) assert.deepEqual(groupsIn(nothing), [])
  assert.deepEqual(groupsIn('["a","b \\" c","cu'), ['a', 'b " c'])
})
