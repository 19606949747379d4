// A disk that takes seconds for every write: publishes are refused with the reason after the limit, heartbeats are
// answered as always, nothing acked is lost, and all goes on by itself once the disk is quick again.

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { setTimeout as after } from 'node:timers/promises'
import { commands, encodeTxAck } from '../../src/net/packet.ts'
import { temporaryFolder, type BrokerProcess } from '../support/broker-process.ts'
import { slowCalls, whyNoSlowCalls } from '../support/slow-calls.ts'
import { brokerFor, bytesOf, DoorClient, headerOf, idIn, newId } from '../e2e/door.ts'

const slowSeconds = (process.env['SLOW_SECONDS'] ?? '7').split(',').map(Number)
/** The default of log.unflushedSeconds. */
const limitMs = 5_000

/** Takes the answer when it comes; undefined while there is none. */
class Pending {
  answer: { status: boolean; feedback: string } | undefined
  readonly id: string = newId()
  readonly done: Promise<void>

  constructor(client: DoorClient) {
    const header = headerOf({ messageId: bytesOf(this.id) })
    const opaque = client.publishOnly(header, bytesOf('body'))
    this.done = client.answerTo(opaque).then((answer) => {
      this.answer = answer
    })
    this.done.catch(() => undefined)
  }

  isAnswered(): boolean {
    return this.answer !== undefined
  }

  isStored(): boolean {
    return this.answer?.status === true
  }
}

/** Publishes and heartbeats five times a second until one is refused; resolves with when that was and the slowest heartbeat. */
async function untilRefused(
  probe: DoorClient,
  publisher: DoorClient,
  sent: Pending[],
): Promise<{ refusedMs: number; heartbeatMs: number; feedback: string }> {
  const startMs = performance.now()
  let heartbeatMs = 0
  for (;;) {
    heartbeatMs = Math.max(heartbeatMs, await beat(probe))
    const feedback = sent.find((one) => one.answer?.status === false)?.answer?.feedback
    const refusedMs = performance.now() - startMs
    if (feedback !== undefined) return { refusedMs, heartbeatMs, feedback }
    assert.ok(refusedMs < limitMs * 4, 'nothing was refused')
    sent.push(new Pending(publisher))
    await after(200)
  }
}

/** How long a heartbeat took, ms. */
async function beat(probe: DoorClient): Promise<number> {
  const startMs = performance.now()
  await probe.heartBeat()
  return performance.now() - startMs
}

/** Until all of these have come; what else came is in the answer, too. */
async function gather(client: DoorClient, ids: readonly string[]): Promise<Set<string>> {
  const missing = new Set(ids)
  const got = new Set<string>()
  while (missing.size > 0) {
    const id = idIn(await client.next(commands.bytesMessage))
    got.add(id)
    missing.delete(id)
  }
  return got
}

/** Publishes until one is taken: what was still on its way to the disk may keep the refusals for one more write. */
async function untilTaken(publisher: DoorClient): Promise<void> {
  const startMs = performance.now()
  while (!(await publisher.publish()).status) {
    assert.ok(
      performance.now() - startMs < limitMs,
      'publishes are refused although the disk is quick',
    )
    await after(100)
  }
}

async function readyOf(broker: BrokerProcess): Promise<number> {
  return (await fetch(`http://${broker.http!}/readyz`)).status
}

async function slowThenQuick(t: TestContext, seconds: number): Promise<void> {
  const dataDir = temporaryFolder('slow-disk')
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const broker = await brokerFor(t, { dataDir, args: ['--http', '127.0.0.1:0'] })
  const consumer = await DoorClient.join(broker.port, 'c', { trade: [{}] })
  consumer.credit(1_000)
  const publisher = await DoorClient.join(broker.port, 'p')
  assert.ok((await publisher.publish()).status)
  const settled = await consumer.next(commands.bytesMessage)
  const prepared = headerOf({ commit: false, group: bytesOf('p') })
  assert.ok((await publisher.publish(prepared)).status)

  const probe = await DoorClient.join(broker.port, 'probe') // a handshake is a record, which takes the disk
  const quickAgain = await slowCalls(broker.pid, seconds * 1000)
  t.after(quickAgain)
  const sent = [new Pending(publisher)]
  const { refusedMs, heartbeatMs, feedback } = await untilRefused(probe, publisher, sent)
  console.log(
    `slow-disk: ${seconds} s a write: refused after ${Math.round(refusedMs)} ms, ` +
      `slowest heartbeat ${Math.round(heartbeatMs)} ms, ${sent.length} publishes`,
  )
  assert.match(feedback, /overload: the disk is slow, retry later/)
  assert.ok(refusedMs > limitMs - 500 && refusedMs < limitMs + 2_000, `${refusedMs} ms`)
  assert.ok(heartbeatMs < 1_000, `a heartbeat took ${heartbeatMs} ms`)
  assert.ok(!sent[0]!.isAnswered(), 'what was taken is neither acked nor refused')
  assert.equal(await readyOf(broker), 503)
  await broker.line(/the disk is slow: publishes are refused/)
  consumer.answer(settled)
  await consumer.heartBeat()
  publisher.send(commands.txAck, encodeTxAck(prepared, 1, new Uint8Array(0)), 0)

  let laterMs = 0
  while (!sent[0]!.isAnswered()) {
    laterMs = Math.max(laterMs, await beat(probe))
    await after(200)
  }
  assert.ok(laterMs < 1_000, `a heartbeat took ${laterMs} ms`)
  assert.ok(sent[0]!.isStored(), 'it was acked once it was stored')
  await quickAgain()
  await Promise.all(sent.map((one) => one.done))
  const stored = sent.filter((one) => one.isStored()).map((one) => one.id)
  await untilTaken(publisher)
  assert.equal(await readyOf(broker), 200)
  await broker.line(/the disk keeps up again/)
  const wanted = [...stored, Buffer.from(prepared.messageId).toString()]
  await gather(consumer, wanted)
  await after(200) // acks that left this long before a kill must hold
  await broker.kill9()

  const again = await brokerFor(t, { dataDir })
  const heir = await DoorClient.join(again.port, 'c')
  heir.credit(1_000)
  const got = await gather(heir, wanted)
  assert.ok(!got.has(idIn(settled)), 'its ack was taken')
}

for (const seconds of slowSeconds)
  test(
    `a disk that takes ${seconds} s for a write refuses publishes, answers heartbeats and loses nothing`,
    { timeout: 60_000 + seconds * 4_000 },
    async (t) => {
      const why = whyNoSlowCalls()
      if (why === undefined) return slowThenQuick(t, seconds)
      assert.ok(process.env['CI'] !== 'true', why)
      console.log(`SKIPPED: ${why}`)
      t.skip(why)
    },
  )
