// `why-not` on a log whose first segments retention has dropped.

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import { whyNot } from '../../src/cli/why-not.ts'
import { connect } from '../../src/client/client.ts'
import { temporaryFolder } from '../support/broker-process.ts'
import { brokerFor } from './door.ts'

const config = `
[log]
segmentBytes = "4 MiB"
batchBytes = 2621440
checkpointSeconds = 1
checkpointBytes = "1 MiB"
[settled]
windowSeconds = 1
idsMax = 1
[retention]
bytes = "1 MiB"
`

test(
  'a message older than the log is told as far as the state knows it',
  { timeout: 90_000 },
  async (t) => {
    const dataDir = temporaryFolder('why-not-retention')
    t.after(() => rmSync(dataDir, { recursive: true, force: true }))
    const broker = await brokerFor(t, { dataDir, config })
    const away = await connect({ address: broker.address, group: 's-away' })
    await away.bind('later', [{ kind: 'fanout' }])
    await away.close()
    const client = await connect({ address: broker.address, group: 'shop' })
    t.after(() => client.close({ drainMs: 0 }))
    const { id } = await client.publish({ topic: 'later', type: 'x', body: 'kept' })
    const { id: gone } = await client.publish({
      topic: 'stream',
      type: 'x',
      body: 'nobody wants it',
    })
    const dropped = { isSeen: false }
    void broker.line(/old segments dropped/).then(
      () => (dropped.isSeen = true),
      () => undefined,
    )
    const body = new Uint8Array(64 * 1024)
    for (let n = 0; n < 4000 && !dropped.isSeen; n++)
      await client.publish({ topic: 'stream', type: 'x', body })
    const held = await whyNot(dataDir, id, 's-away')
    assert.equal(held.verdict, 'offline', held.reasons[0]!.text)
    assert.ok(held.horizon.firstOffset > held.message!.offset)
    assert.deepEqual([held.message!.topic, held.message!.type], ['later', 'x'])
    const other = await whyNot(dataDir, id, 's-other')
    assert.equal(other.verdict, 'before-log')
    const settled = await whyNot(dataDir, gone, 's-away')
    assert.equal(settled.verdict, 'not-in-log')
    assert.match(settled.reasons[0]!.text, /what was stored before is gone/)
    const { id: late } = await client.publish({ topic: 'later', type: 'x', body: 'new' })
    await client.publish({ topic: 'Later', type: 'x', body: 'other topic' })
    const { reasons } = await whyNot(dataDir, late, 'shop')
    assert.match(reasons[0]!.text, /it went to s-away$/, 'names of before are known')
  },
)
