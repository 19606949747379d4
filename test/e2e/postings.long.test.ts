// Postings of a running broker: made seconds after it falls idle, gone on with, and never needed: killed at any moment, or with
// its postings taken away under the reader, `why` tells the same.

import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { connect } from '../../src/client/client.ts'
import { verifyFolder } from '../../src/cli/verify.ts'
import { lifeOf } from '../../src/cli/why.ts'
import { postingsName, postingsTemporaryName } from '../../src/log/postings-format.ts'
import { postingsIn } from '../support/postings-log.ts'
import { brokerFor, within } from './door.ts'
import type { BrokerProcess } from '../support/broker-process.ts'

/** Resolves once the file is there, and is another one than `known`. */
function made(dir: string, name: string, known?: Uint8Array): Promise<Uint8Array> {
  const file = path.join(dir, name)
  const isNew = (): boolean =>
    existsSync(file) && (known === undefined || !readFileSync(file).equals(known))
  return new Promise((resolve) => {
    const watcher = watch(dir, () => {
      if (!isNew()) return
      watcher.close()
      resolve(readFileSync(file))
    })
    if (!isNew()) return
    watcher.close()
    resolve(readFileSync(file))
  })
}

/** So many messages, each acked by the consumer before this resolves; their ids. */
async function settle(broker: BrokerProcess, count: number): Promise<string[]> {
  const consumer = await connect({ address: broker.address, group: 's-a' })
  let acked = 0
  let all = (): void => undefined
  const done = new Promise<void>((resolve) => (all = resolve))
  await consumer.subscribe({ topic: 'trade', bindings: [{ kind: 'fanout' }] }, () => {
    if (++acked === count) all()
    return true
  })
  const publisher = await connect({ address: broker.address, group: 'p-a' })
  const ids: string[] = []
  for (let n = 0; n < count; n++) {
    const { id } = await publisher.publish({ topic: 'trade', type: 'x', body: `${n}` })
    ids.push(id)
  }
  await done
  await publisher.close()
  await consumer.close()
  return ids
}

/** By postings as by a reading of everything. */
async function expectSame(dir: string, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const found = await lifeOf(dir, id)
    const whole = await lifeOf(dir, id, true)
    assert.deepEqual({ ...found, records: 0, passed: 0 }, { ...whole, records: 0, passed: 0 })
    assert.equal(found.lives[0]?.groups['s-a'], 'acked')
  }
}

test(
  'an idle broker covers all it has stored, also after kill -9, and why tells the same with and without',
  within,
  async (t) => {
    const broker = await brokerFor(t)
    const { dataDir } = broker
    const first = await made(dataDir, postingsName(1))
    const ids = (await settle(broker, 40)).filter((_, n) => n % 13 === 0)
    await made(dataDir, postingsName(1), first)
    await expectSame(dataDir, ids)
    await broker.kill9()
    await expectSame(dataDir, ids)
    writeFileSync(path.join(dataDir, postingsTemporaryName), 'half of a file, as a kill leaves it')
    const again = await brokerFor(t, { dataDir })
    await made(dataDir, postingsName(2))
    assert.equal(existsSync(path.join(dataDir, postingsTemporaryName)), false)
    await expectSame(dataDir, ids)
    const asked = Promise.all(ids.map((id) => lifeOf(dataDir, id)))
    for (const name of postingsIn(dataDir)) rmSync(path.join(dataDir, name))
    for (const { lives } of await asked) assert.equal(lives[0]?.groups['s-a'], 'acked')
    await expectSame(dataDir, ids)
    await again.stop()
    assert.equal((await verifyFolder(dataDir)).clean, true)
    rmSync(dataDir, { recursive: true, force: true })
  },
)
