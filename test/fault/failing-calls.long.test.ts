// The n-th write or sync of a life fails, once, wherever it falls: at the start, for publishes, at a roll. Either the
// broker ends with 74, or it was no call that a promise rests on; what was acked is there at the next start.

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { commands } from '../../src/net/packet.ts'
import { startBroker, temporaryFolder, type BrokerProcess } from '../support/broker-process.ts'
import { failingBroker, whyNoFailingCalls } from '../support/failing-calls.ts'
import { bytesOf, DoorClient, headerOf, idIn, newId } from '../e2e/door.ts'

const last = Math.min(50, Math.round(5 * Number(process.env['RUNS'] ?? '1')))
const config = '[log]\nsegmentBytes = "4 MiB"\nbatchBytes = "3 MiB"\n'
const body = new Uint8Array(64 * 1024).fill(5)
/** More than a segment, so that every life rolls. */
const publishes = 100
const inFlight = 4

/** Publishes a few at a time until all are answered or the connection ends. */
async function publishSome(port: number, count: number): Promise<string[]> {
  const client = await DoorClient.join(port, 'p')
  const acked: string[] = []
  const one = async (): Promise<void> => {
    const id = newId()
    const header = headerOf({ messageId: bytesOf(id) })
    const answer = await client.answerTo(client.publishOnly(header, body)).catch(() => undefined)
    if (answer?.status === true) acked.push(id)
  }
  for (let n = 0; n < count && !client.isEnded; n += inFlight)
    await Promise.all(Array.from({ length: inFlight }, one))
  client.close()
  return acked
}

/** Resolves with how that life ended: 74, or 0 for one that served to its end. */
async function faultyLife(
  dataDir: string,
  command: readonly string[],
  acked: string[],
): Promise<number> {
  let broker: BrokerProcess
  try {
    broker = await startBroker({ dataDir, config, command, env: { UV_THREADPOOL_SIZE: '1' } })
  } catch (error) {
    assert.match(String(error), /\(code 74\)[^]*KITEQ_LOG_FAILED: .*EIO/)
    return 74
  }
  const stored = await publishSome(broker.port, publishes).catch((): string[] => [])
  acked.push(...stored)
  if (stored.length === publishes) {
    await broker.kill9() // the call that failed was none of the log's, or never came
    return 0
  }
  assert.deepEqual(await broker.exited, { code: 74, signal: null }, broker.stderr.join('\n'))
  assert.match(broker.stderr.at(-1) ?? '', /KITEQ_LOG_FAILED: .*EIO/)
  return 74
}

async function failOnce(t: TestContext, call: string, n: number): Promise<number> {
  const dataDir = temporaryFolder('failing-calls')
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const before = await startBroker({ dataDir, config })
  const consumer = await DoorClient.join(before.port, 'c', { trade: [{}] })
  consumer.close()
  const acked = await publishSome(before.port, inFlight)
  await before.kill9()
  const code = await faultyLife(dataDir, failingBroker({ call, when: String(n) }), acked)
  const again = await startBroker({ dataDir, config })
  t.after(() => again.kill9())
  const heir = await DoorClient.join(again.port, 'c')
  heir.credit(1_000)
  const missing = new Set(acked)
  while (missing.size > 0) missing.delete(idIn(await heir.next(commands.bytesMessage)))
  assert.ok((await heir.publish()).status)
  await again.stop()
  return code
}

for (const call of ['fdatasync,fsync', 'pwrite64'])
  test(
    `any of the first ${last} calls of ${call} may fail, and what was acked is there`,
    { timeout: 60_000 + last * 30_000 },
    async (t) => {
      const why = whyNoFailingCalls()
      if (why !== undefined) {
        assert.ok(process.env['CI'] !== 'true', why)
        console.log(`SKIPPED: ${why}`)
        t.skip(why)
        return
      }
      const codes: number[] = []
      for (let n = 1; n <= last; n++) codes.push(await failOnce(t, call, n))
      const ended = codes.filter((code) => code === 74).length
      console.log(
        `failing-calls: ${call}, ${last} lives, ${ended} ended with 74: ${codes.join(' ')}`,
      )
      assert.ok(ended > 0, 'no call of the log was hit')
    },
  )
