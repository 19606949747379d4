// A disk that is really full: a small file system of its own. Publishes are refused with the reason, the rest goes on,
// and space that comes back is used without a restart.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { askOwner } from '../../src/log/folder-owner.ts'
import { commands, encodeTxAck } from '../../src/net/packet.ts'
import { temporaryFolder } from '../support/broker-process.ts'
import { brokerFor, bytesOf, DoorClient, headerOf, idIn, newId } from '../e2e/door.ts'

const mebibyte = 1024 * 1024
const diskBytes = 48 * mebibyte

function mounted(dir: string): boolean {
  return (
    process.platform === 'linux' &&
    spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'kiteq-test', dir]).status === 0
  )
}

test(
  'a data folder on a 48 MiB disk starts, refuses aloud when it is full, and goes on when there is space again',
  { timeout: 120_000 },
  async (t) => {
    const dataDir = temporaryFolder('full-disk')
    if (!mounted(dataDir)) {
      rmSync(dataDir, { recursive: true })
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
    const filler = path.join(dataDir, 'filler')
    writeFileSync(filler, Buffer.alloc(16 * mebibyte))
    const first = await brokerFor(t, { dataDir, args: ['--http', '127.0.0.1:0'] })
    const consumer = await DoorClient.join(first.port, 'c', { trade: [{}] })
    const publisher = await DoorClient.join(first.port, 'p')
    const body = new Uint8Array(200 * 1024).fill(1)
    const acked = new Set<string>()
    const fill = async (from: DoorClient): Promise<string> => {
      for (let n = 0; n < 1000; n++) {
        const id = newId()
        const answer = await from.publish({ messageId: bytesOf(id) }, body)
        if (!answer.status) return answer.feedback
        acked.add(id)
      }
      return 'never full'
    }
    const prepared = ['commit', 'rollback'].map(() =>
      headerOf({ commit: false, group: bytesOf('p') }),
    )
    for (const header of prepared) assert.ok((await publisher.publish(header)).status)
    assert.match(await fill(publisher), /disk full/)
    assert.ok(acked.size > 20, `${acked.size} messages of 200 KiB fitted`)
    assert.equal((await fetch(`http://${first.http!}/readyz`)).status, 503)
    assert.equal((await fetch(`http://${first.http!}/healthz`)).status, 200)

    // Decisions, deliveries and their acks go on.
    assert.match((await publisher.publish({ commit: false })).feedback, /disk full/)
    prepared.forEach((header, at) =>
      publisher.send(commands.txAck, encodeTxAck(header, 1 + at, new Uint8Array(0)), 0),
    )
    acked.add(Buffer.from(prepared[0]!.messageId).toString())
    await publisher.heartBeat()
    const taken = acked.size - 5
    for (let n = 0; n < taken; n++) {
      const delivery = await consumer.next(commands.bytesMessage)
      acked.delete(idIn(delivery))
      consumer.answer(delivery)
    }
    await consumer.heartBeat()
    assert.match(await fill(publisher), /disk full/)

    // A start on the full disk.
    await allDurable(dataDir)
    await first.kill9()
    const second = await brokerFor(t, { dataDir })
    const again = await DoorClient.join(second.port, 'c')
    const heir = await DoorClient.join(second.port, 'p')
    const left = await again.until(commands.bytesMessage, acked.size)
    assert.deepEqual(new Set(left.map(idIn)), acked)
    for (const delivery of left) again.answer(delivery)
    assert.match(await fill(heir), /disk full/)

    rmSync(filler)
    const backMs = performance.now()
    while (!(await heir.publish({}, body)).status) {
      assert.ok(performance.now() - backMs < 10_000, 'space came back 10 s ago')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    assert.ok(statfsSync(dataDir).bavail > 0)
  },
)

/** Polls the owner's door, which has no events. */
async function allDurable(dataDir: string): Promise<void> {
  for (;;) {
    const status = (await askOwner(dataDir, { op: 'status' })) as Record<string, number>
    if (status['durableOffset'] === status['endOffset']) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
