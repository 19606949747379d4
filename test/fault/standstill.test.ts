// A broker that was stopped and goes on says for how long.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as after } from 'node:timers/promises'
import { brokerFor, DoorClient, within } from '../e2e/door.ts'

test(
  'after a standstill one line says how long it was, and the broker goes on',
  within,
  async (t) => {
    const broker = await brokerFor(t)
    const client = await DoorClient.join(broker.port, 'p')
    broker.signal('SIGSTOP')
    await after(3_000) // this is the standstill itself
    broker.signal('SIGCONT')
    const line = await broker.line(/stood still/)
    const { level, msg, stoodMs } = JSON.parse(line) as {
      level: number
      msg: string
      stoodMs: number
    }
    assert.equal(level, 40)
    assert.equal(msg, `the process stood still for ${stoodMs} ms`)
    assert.ok(stoodMs > 2_000 && stoodMs < 60_000, line)
    assert.ok((await client.publish()).status)
    assert.equal(broker.stderr.filter((one) => /stood still/.test(one)).length, 1)
  },
)
