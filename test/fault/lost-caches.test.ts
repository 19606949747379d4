// Everything in the data folder that is no segment is a cache or a reserve: all of it deleted, a start finds the same state,
// is not degraded, and delivers what waits.

import assert from 'node:assert/strict'
import { readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { brokerFor, bodyIn, bytesOf, DoorClient, newId, textOf, within } from '../e2e/door.ts'
import { recovered } from '../fixtures/folder.ts'
import { commands } from '../../src/net/packet.ts'
import { temporaryFolder } from '../support/broker-process.ts'
import { kiteqJson } from '../support/command-line.ts'

const config = '[log]\ncheckpointSeconds = 1\nidleCloseSeconds = 0.1\n'
const message = commands.bytesMessage

test(
  'all caches of a data folder deleted, nothing is lost and nothing else is found',
  within,
  async (t) => {
    const dataDir = temporaryFolder('caches')
    t.after(() => rmSync(dataDir, { recursive: true, force: true }))
    const broker = await brokerFor(t, { dataDir, config })
    const consumer = await DoorClient.join(broker.port, 'g', { trade: [{}] })
    const publisher = await DoorClient.join(broker.port, 'p')
    for (let n = 0; n < 40; n++) {
      const answer = await publisher.publish({ messageId: bytesOf(newId()) }, bytesOf(`body ${n}`))
      assert.ok(answer.status, answer.feedback)
      if (n < 30) consumer.answer(await consumer.next(message))
    }
    await consumer.heartBeat()
    const prepared = newId()
    await publisher.publish({ messageId: bytesOf(prepared), commit: false }, bytesOf('undecided'))
    await broker.line(/checkpoint written/)
    await broker.kill9()

    const before = await recovered(dataDir, false)
    assert.notEqual(before.checkpoint, undefined)
    const caches = readdirSync(dataDir).filter((name) => !name.endsWith('.segment'))
    assert.ok(
      caches.some((name) => name.endsWith('.checkpoint')),
      caches.join(),
    )
    for (const name of caches) rmSync(path.join(dataDir, name), { recursive: true })
    const after = await recovered(dataDir, false)
    assert.equal(after.checkpoint, undefined)
    assert.deepEqual(
      [after.state.digest(), after.recovery.end.offset, after.recovery.degraded],
      [before.state.digest(), before.recovery.end.offset, false],
    )
    const verified = await kiteqJson<{ clean: boolean }>(['verify', '--data-dir', dataDir])
    assert.equal(verified.clean, true)

    const next = await brokerFor(t, { dataDir, config })
    const heir = await DoorClient.join(next.port, 'g')
    for (let n = 30; n < 40; n++)
      assert.equal(textOf(bodyIn(await heir.next(message))), `body ${n}`)
    const open = await kiteqJson<{ id: string }[]>(['txn', 'list', '--data-dir', dataDir])
    assert.deepEqual(
      open.map(({ id }) => id),
      [prepared],
    )
    heir.close()
  },
)
