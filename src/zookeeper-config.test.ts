// What a registry in ZooKeeper asks of a configuration, and what is refused with a line that says so.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig, type Flags } from './config.ts'
import { KiteQError } from './model/errors.ts'

const noFile = (path: string): string => assert.fail(`${path} is not to be read`)
const registry = 'zk://h1:2181,h2'

function refusal(flags: Flags, toml?: string): string {
  try {
    loadConfig(toml === undefined ? flags : { ...flags, config: 'kiteq.toml' }, () => toml ?? '')
  } catch (error) {
    assert.ok(error instanceof KiteQError, String(error))
    assert.equal(error.code, 'KITEQ_CONFIG')
    return error.message
  }
  return assert.fail('it was taken')
}

test('an address names servers and a chroot, and parameters are kept by name only', () => {
  const flags = { registry: `${registry}/a/b?timeout=5&x=secret`, topics: 'a,b' }
  assert.deepEqual(loadConfig(flags, noFile).registry, {
    kind: 'zookeeper',
    address: { servers: ['h1:2181', 'h2:2181'], chroot: '/a/b', ignored: ['timeout', 'x'] },
    sessionTimeoutMs: 6000,
    startMs: 10_000,
    credentials: undefined,
    acl: 'open',
  })
})

test('session, credentials and acl stand in the file, within bounds', () => {
  const toml = `
    registry = "${registry}"
    topics = ["a"]
    [zookeeper]
    sessionSeconds = 10
    startSeconds = 0.5
    credentials = "kiteq:s3:cret"
    acl = "creator"`
  assert.deepEqual(loadConfig({ config: 'kiteq.toml' }, () => toml).registry, {
    kind: 'zookeeper',
    address: { servers: ['h1:2181', 'h2:2181'], chroot: '', ignored: [] },
    sessionTimeoutMs: 10_000,
    startMs: 500,
    credentials: 'kiteq:s3:cret',
    acl: 'creator',
  })
  const wrong = (text: string): string => refusal({ registry, topics: 'a' }, `[zookeeper]\n${text}`)
  assert.match(wrong('sessionSeconds = 0.5'), /zookeeper.sessionSeconds is 0.5; expected seconds/)
  assert.match(wrong('acl = "mine"'), /zookeeper.acl is "mine"; expected open or creator/)
  assert.match(wrong('acl = "creator"'), /zookeeper.acl is "creator"; expected open, or zookeeper/)
})

test('without topics, or with any, a start with ZooKeeper is refused', () => {
  const expected =
    'expected names, such as --topics orders,payments: in ZooKeeper a broker is found by its topics'
  assert.equal(refusal({ registry }), `--topics is missing; ${expected}`)
  assert.equal(refusal({ registry }, 'topics = "*"'), `kiteq.toml: topics is "*"; ${expected}`)
  assert.equal(refusal({ registry, topics: '*' }), `--topics is "*"; ${expected}`)
  assert.match(refusal({ registry, topics: 'a,b/c' }), /"b\/c": a slash parts nodes/)
})

test('what clients are to dial is a number', () => {
  for (const advertise of ['broker-1:13800', '[::1]:13800'])
    assert.match(
      refusal({ registry, topics: 'a', advertise }),
      /--advertise is ".*"; expected a numeric IPv4 address with a port/,
    )
  assert.equal(
    loadConfig({ registry, topics: 'a', advertise: '10.0.0.7:13800' }, noFile).advertise,
    '10.0.0.7:13800',
  )
  assert.equal(loadConfig({ advertise: 'broker-1:13800' }, noFile).advertise, 'broker-1:13800')
})

test('an address that is none is refused with what is wrong', () => {
  const wrong = (uri: string): string => refusal({ registry: uri, topics: 'a' })
  assert.match(wrong('zk://h1:99999'), /port 99999 is not from 1 to 65535/)
  assert.match(wrong('zk://h1:1,,h2:1'), /"" is no host:port; expected zk:\/\/host:port/)
  assert.match(wrong('zk://h1/a//b'), /the chroot \/a\/\/b has a part that names no node/)
  assert.match(wrong('etcd://h1'), /expected file:\/\/PATH or zk:\/\/host:port,host:port/)
})

test('no password is ever shown', () => {
  const lines = [
    refusal({ registry: 'zk://user:s3cret@h1:2181', topics: 'a' }),
    refusal({ registry: 'etcd://user:s3cret@h1:2181', topics: 'a' }),
    refusal({ registry, topics: 'a' }, '[zookeeper]\ncredentials = "s3cret"'),
    refusal({ registry, topics: 'a' }, 'zookeeper = "user:s3cret"'),
  ]
  for (const line of lines) assert.doesNotMatch(line, /s3cret/)
})
