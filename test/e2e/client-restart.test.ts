// The typed client across the death of its broker: kill -9 in the middle of publishing, and everything arrives.

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import { connect } from '../../src/client/client.ts'
import { startBroker, temporaryFolder } from '../support/broker-process.ts'

const count = 10_000

test('kill -9 in the middle of publishing: the client repeats, the broker tells twice from once', async () => {
  const dataDir = temporaryFolder('client-restart')
  let broker = await startBroker({ dataDir })
  const { address } = broker
  const patience = { answerTimeoutMs: 60_000, reconnect: { minMs: 20, maxMs: 200 } }
  const consumer = await connect({ address, group: 's-trade', ...patience })
  const publisher = await connect({ address, group: 'ps-trade', ...patience })
  try {
    const seen = new Map<string, number>()
    let missing = (): void => undefined
    await consumer.subscribe(
      { topic: 'trade', bindings: [{ type: 'pay-succ-200' }] },
      (message) => {
        seen.set(message.id, (seen.get(message.id) ?? 0) + 1)
        missing()
      },
    )
    const ids: string[] = []
    let acked = 0
    let unanswered = 0
    const killed = new Promise<void>((resolve, reject) => {
      const kill = async (): Promise<void> => {
        const dead = broker.kill9()
        send(count / 2, count) // however quick the broker, these come too late for it
        await dead
        unanswered = count - acked
        broker = await startBroker({ dataDir, args: ['--listen', address] })
      }
      const send = (from: number, to: number): void => {
        for (let at = from; at < to; at++) {
          const message = { topic: 'trade', type: 'pay-succ-200', body: `order ${at}` }
          const id = publisher.send(message, (error) => {
            if (error !== undefined) reject(error)
            else if (++acked === count / 4) kill().then(resolve, reject)
          })
          ids.push(id)
        }
      }
      send(0, count / 2)
    })
    await killed
    await publisher.settled()
    assert.equal(acked, count)
    await new Promise<void>((resolve) => {
      missing = () => {
        if (seen.size === count) resolve()
      }
      missing()
    })
    assert.deepEqual([...seen.keys()].sort(), ids.sort())
    const twice = [...seen.values()].filter((times) => times > 1).length
    console.log(`${unanswered} unanswered at the kill, ${count} received, 0 lost, ${twice} twice`)
    assert.ok(unanswered > 0)
  } finally {
    await Promise.all([publisher.close({ drainMs: 0 }), consumer.close({ drainMs: 100 })])
    await broker.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
})
