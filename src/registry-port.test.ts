// Under which address a broker stands in its registry.

import assert from 'node:assert/strict'
import { networkInterfaces } from 'node:os'
import { test } from 'node:test'
import { loadConfig, type Config } from './config.ts'
import { KiteQError } from './model/errors.ts'
import type { Logger } from './model/logger.ts'
import type { Registry } from './model/registry.ts'
import { addressFor, dialsOf, startRegistry } from './registry-port.ts'
import { SimBroker } from '../test/support/sim-broker.ts'

class Lines implements Logger {
  readonly warned: string[] = []
  info(): void {
    assert.fail('nothing is to be told')
  }
  warn(_details: object, message: string): void {
    this.warned.push(message)
  }
}

const port = 13800
const withZooKeeper = (advertise?: string): Config =>
  loadConfig({ registry: 'zk://h', topics: 'a', advertise }, () => '')

test('ZooKeeper is told what was asked for, or where the broker listens', () => {
  const lines = new Lines()
  assert.equal(
    addressFor(withZooKeeper('10.0.0.7:1'), { address: '::', port }, lines),
    '10.0.0.7:1',
  )
  assert.equal(
    addressFor(withZooKeeper(), { address: '10.0.0.8', port }, lines),
    `10.0.0.8:${port}`,
  )
  assert.deepEqual(lines.warned, [])
})

test('a broker that listens everywhere is told by a number of this machine that others can dial', () => {
  const outer = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find((one) => one.family === 'IPv4' && !one.internal)
  for (const address of ['0.0.0.0', '::']) {
    const told = (): string => addressFor(withZooKeeper(), { address, port }, new Lines())
    if (outer !== undefined) assert.equal(told(), `${outer.address}:${port}`)
    else assert.throws(told, KiteQError)
  }
})

test('an address that clients cannot dial is refused, and one of this machine alone is told', () => {
  assert.throws(
    () => addressFor(withZooKeeper(), { address: '::1', port }, new Lines()),
    /--listen is \[?::1\]?:13800, for which no number is found .*expected --advertise/,
  )
  const lines = new Lines()
  assert.equal(
    addressFor(withZooKeeper(), { address: '127.0.0.1', port }, lines),
    `127.0.0.1:${port}`,
  )
  assert.match(lines.warned[0]!, /of this machine alone/)
})

test('without ZooKeeper a name is as good as a number', () => {
  const config = loadConfig({ advertise: 'broker-1:13800' }, () => '')
  assert.equal(addressFor(config, { address: '::1', port }, new Lines()), 'broker-1:13800')
})

const unread = (): Registry => {
  const nothing = (): Promise<void> => Promise.resolve()
  return {
    start: () =>
      Promise.reject(new KiteQError('KITEQ_REGISTRY', 'ZooKeeper (h) could not be read')),
    announce: nothing,
    withdraw: nothing,
    close: nothing,
  }
}

test('a first start that finds no ZooKeeper says that the folder knows no bindings from there', async () => {
  const { registry } = withZooKeeper()
  const { loop } = new SimBroker()
  const started = startRegistry(registry!, unread(), loop, new Lines(), {})
  await assert.rejects(
    started,
    /could not be read; this folder knows no bindings from ZooKeeper yet/,
  )
})

test('only numbers elsewhere are dialled where ZooKeeper names the brokers, and those of here by who is here', () => {
  assert.deepEqual(dialsOf(withZooKeeper('10.0.0.7:1')), { dials: 'elsewhere' })
  assert.deepEqual(dialsOf(withZooKeeper('127.0.0.1:1')), { dials: 'here' })
  assert.deepEqual(dialsOf(loadConfig({ registry: 'file://r.yaml' }, () => '')), {})
})
