// Texts that are too long are cut, and never within a character: what the state holds is what its records and checkpoints say.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askOwner } from '../../src/log/folder-owner.ts'
import { commands } from '../../src/net/packet.ts'
import { recovered } from '../fixtures/folder.ts'
import { brokerFor, bytesOf, DoorClient, within } from './door.ts'

test(
  'a feedback that is cut at a character of two units is the same after a start',
  within,
  async (t) => {
    const broker = await brokerFor(t)
    const consumer = await DoorClient.join(broker.port, 's-long', { trade: [{}] })
    const publisher = await DoorClient.join(broker.port, 'p')
    t.after(() => [consumer, publisher].map((client) => client.close()))
    await publisher.publish({ topic: bytesOf('trade'), deliverLimit: 1 })
    consumer.answer(await consumer.next(commands.bytesMessage), false, `${'a'.repeat(1023)}😀b`)
    await consumer.heartBeat()
    const who = `${'w'.repeat(199)}😀`
    await askOwner(broker.dataDir, { op: 'group-pause', group: 's-long', who })
    const { digest } = (await askOwner(broker.dataDir, { op: 'digest' })) as { digest: string }
    const { state } = await recovered(broker.dataDir, true)
    assert.equal(state.dead.list()[0]?.feedback, 'a'.repeat(1023))
    assert.equal(state.digest(), digest)
  },
)
