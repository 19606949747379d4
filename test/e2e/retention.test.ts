// A broker whose log would fill the disk: old segments go, and nothing that somebody still needs goes with them, whatever
// moment the process is killed at.

import assert from 'node:assert/strict'
import { readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { connect, type Client } from '../../src/client/client.ts'
import { lifeOf } from '../../src/cli/why.ts'
import { linesOf, verifyFolder } from '../../src/cli/verify.ts'
import { openLogFolder } from '../../src/cli/folder.ts'
import { rebuild } from '../../src/cli/rebuild.ts'
import { recovered } from '../fixtures/folder.ts'
import { temporaryFolder, type BrokerProcess } from '../support/broker-process.ts'
import { brokerFor } from './door.ts'

const mebibyte = 1024 * 1024
const retentionBytes = 16 * mebibyte
const segmentBytes = 4 * mebibyte
const config = `
[log]
segmentBytes = ${segmentBytes}
batchBytes = ${2.5 * mebibyte}
checkpointSeconds = 1
checkpointBytes = ${mebibyte}
[settled]
windowSeconds = 1
idsMax = 100
[retention]
bytes = ${retentionBytes}
`

/** Of all segments, as the disk has them. */
function segmentsIn(dataDir: string): { bytes: number; first: number } {
  const names = readdirSync(dataDir).filter((name) => name.endsWith('.segment'))
  const bytes = names.reduce((sum, name) => sum + statSync(path.join(dataDir, name)).size, 0)
  return { bytes, first: Number.parseInt(names.sort()[0] ?? '0', 10) }
}

async function clientOf(t: TestContext, broker: BrokerProcess, group: string): Promise<Client> {
  const client = await connect({ address: broker.address, group })
  t.after(() => client.close({ drainMs: 0 }).catch(() => undefined))
  return client
}

/** So many messages of 64 KiB that are acked at once, and a few for a group that is away. */
async function load(
  t: TestContext,
  broker: BrokerProcess,
  count: number,
  kept: Map<string, string>,
): Promise<void> {
  const consumer = await clientOf(t, broker, 's-here')
  await consumer.subscribe({ topic: 'stream', bindings: [{ kind: 'fanout' }] }, () => true)
  const publisher = await clientOf(t, broker, 'p-stream')
  const body = new Uint8Array(64 * 1024)
  for (let n = 0; n < count; n += 16) {
    const some = Array.from({ length: 16 }, (_, i) => {
      body.fill(n + i)
      return publisher.publish({ topic: 'stream', type: 'x', body: body.slice() })
    })
    await Promise.all(some)
    if (n % 64 > 0) continue
    const text = `kept ${kept.size} `.repeat(40)
    const { id } = await publisher.publish({ topic: 'later', type: 'x', body: text })
    kept.set(id, text)
  }
  await publisher.close()
  await consumer.close()
}

test(
  'the disk keeps what lives and what retention says; after kill -9 and without checkpoints nothing is lost',
  { timeout: 110_000 },
  async (t) => {
    const dataDir = temporaryFolder('retention')
    t.after(() => rmSync(dataDir, { recursive: true, force: true }))
    const kept = new Map<string, string>()
    let broker = await brokerFor(t, { dataDir, config })
    const absent = await clientOf(t, broker, 's-away')
    await absent.subscribe({ topic: 'later', bindings: [{ kind: 'fanout' }] }, () => true)
    await absent.close()

    await load(t, broker, 640, kept)
    await broker.line(/old segments dropped/)
    await broker.kill9()
    broker = await brokerFor(t, { dataDir, config })
    await load(t, broker, 640, kept)
    const dropped = await broker.line(/old segments dropped/)
    assert.match(dropped, /"lastSegment":/)
    const most = retentionBytes + 3 * segmentBytes
    while (segmentsIn(dataDir).bytes > most)
      await new Promise((resolve) => setTimeout(resolve, 100))
    assert.ok(segmentsIn(dataDir).first > 1)
    await broker.kill9()

    const quick = await recovered(dataDir, false)
    const whole = await recovered(dataDir, true)
    assert.equal(whole.state.digest(), quick.state.digest())
    assert.equal(whole.state.liveCount, kept.size)
    const report = await verifyFolder(dataDir)
    assert.ok(report.clean, linesOf(report).join('\n'))
    assert.ok(report.bases.some(({ outcome }) => outcome === 'equal'))
    await expectTools(dataDir, report.end, whole.state.digest())

    for (const name of readdirSync(dataDir))
      if (name.endsWith('.checkpoint')) rmSync(path.join(dataDir, name))
    broker = await brokerFor(t, { dataDir, config })
    const came = new Map<string, string>()
    const back = await clientOf(t, broker, 's-away')
    await new Promise<void>((resolve) => {
      void back.subscribe({ topic: 'later', bindings: [{ kind: 'fanout' }] }, (message) => {
        came.set(message.id, message.text())
        if (came.size === kept.size) resolve()
        return true
      })
    })
    assert.deepEqual(new Map([...came].sort()), new Map([...kept].sort()))
    await back.close()
    await broker.line(/checkpoint written/) // of a log that begins later, from the image in it
    assert.equal((await broker.stop()).code, 0)
    const last = await verifyFolder(dataDir)
    assert.ok(last.clean, linesOf(last).join('\n'))
    assert.ok(last.checkpoints.some(({ outcome }) => outcome === 'equal'))
  },
)

/** They say how far back they reach, and reach as far as they say. */
async function expectTools(dataDir: string, end: number, digest: string): Promise<void> {
  const folder = await openLogFolder(dataDir)
  const first = folder.headers[0]!.firstOffset
  assert.ok(first > 0 && folder.horizon >= first && folder.horizon < end)
  assert.equal((await rebuild(folder, end)).state.digest(), digest)
  assert.equal((await rebuild(folder, folder.horizon)).state.nextOffset, folder.horizon)
  if (first < folder.horizon)
    await assert.rejects(rebuild(folder, first), { code: 'KITEQ_NOT_FOUND' })
  await folder.log.close()
  const unknown = lifeOf(dataDir, 'ab'.repeat(16))
  await assert.rejects(unknown, new RegExp(`records before offset ${first} are gone`))
}

test(
  'a group that is gone and whose messages fill more than retention allows is named, in the log and in /stat',
  { timeout: 60_000 },
  async (t) => {
    const broker = await brokerFor(t, {
      config: config.replace(`bytes = ${retentionBytes}`, `bytes = ${2 * segmentBytes}`),
      args: ['--http', '127.0.0.1:0'],
    })
    const gone = await clientOf(t, broker, 's-gone')
    await gone.bind('stream', [{ kind: 'fanout' }])
    await gone.close({ drainMs: 0 })
    const publisher = await clientOf(t, broker, 'p-stream')
    const body = new Uint8Array(256 * 1024)
    for (let n = 0; n < 80; n++) await publisher.publish({ topic: 'stream', type: 'x', body })
    const line = await broker.line(/old segments cannot go/)
    const told = JSON.parse(line) as { segments: number; limitBytes: number; why: string }
    assert.equal(told.limitBytes, 2 * segmentBytes)
    const why = /^\d+ bytes in them are still needed by group "s-gone" \((\d+) waiting\)$/
    assert.match(told.why, why)
    const waiting = Number(why.exec(told.why)![1])
    assert.ok(waiting > 8 && waiting <= 80, `${waiting} of 80 were there when it was told`)
    const stat = (await (await fetch(`http://${broker.http}/stat`)).json()) as {
      retention?: { why: string; segments: number }
    }
    assert.match(stat.retention?.why ?? '', /group "s-gone"/)
    assert.ok(stat.retention!.segments >= 1)
  },
)
