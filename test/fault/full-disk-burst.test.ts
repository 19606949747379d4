// More publishes at once than the disk has room for: every one is answered, the broker stays open, nothing acked is lost.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import { temporaryFolder } from '../support/broker-process.ts'
import { WirePeer } from '../support/wire-peer.ts'
import { brokerFor } from '../e2e/door.ts'

const publishes = 1500
const body = new Uint8Array(40_000).fill(7)

test('a burst larger than the disk is answered to the last publish, and the door stays open', async (t) => {
  const dataDir = temporaryFolder('disk-burst')
  const size = `size=${48 * 1024 * 1024}`
  const mounted =
    process.platform === 'linux' &&
    spawnSync('mount', ['-t', 'tmpfs', '-o', size, 'kiteq-test', dataDir]).status === 0
  if (!mounted) {
    const why = 'a small file system cannot be mounted here (it takes root on Linux)'
    assert.ok(process.env['CI'] !== 'true', why)
    console.log(`SKIPPED: ${why}`)
    t.skip(why)
    return
  }
  t.after(() => {
    spawnSync('umount', ['-l', dataDir])
    rmSync(dataDir, { recursive: true, force: true })
  })
  const broker = await brokerFor(t, { dataDir })
  const acked = new Set<string>()
  let answers = 0
  await new Promise<void>((resolve) => {
    const peer = new WirePeer(broker.port, 'p', {
      stored: (id, status) => {
        if (status) acked.add(id)
        if (++answers === publishes) resolve()
      },
      closed: resolve,
    })
    t.after(() => peer.close())
    void (async () => {
      await peer.ready
      await peer.bind('trade', [{}])
      for (let n = 0; n < publishes; n++)
        peer.publish({ id: randomBytes(16).toString('hex'), body })
    })()
  })
  assert.equal(answers, publishes)
  assert.ok(acked.size > 100 && acked.size < publishes, `${acked.size} were acked`)
  const missing = new Set(acked)
  await new Promise<void>((resolve, reject) => {
    const consumer = new WirePeer(broker.port, 'p', {
      received: (message) => {
        missing.delete(message.id)
        message.answer(true)
        if (missing.size === 0) resolve()
      },
    })
    t.after(() => consumer.close())
    consumer.ready.catch(reject)
  })
})
