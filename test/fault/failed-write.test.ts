// The log cannot be written any more: nothing covered by the failed write or sync was acked, nothing is tried again, the
// process ends with 74 and a reason, and a new start finds everything that was acked.

import assert from 'node:assert/strict'
import { readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Disk, DiskFile } from '../../src/log/disk.ts'
import { nodeDisk } from '../../src/log/disk-node.ts'
import { Log } from '../../src/log/log.ts'
import type { KiteQError } from '../../src/model/errors.ts'
import type { LogRecord } from '../../src/model/record.ts'
import { commands } from '../../src/net/packet.ts'
import { startBroker, temporaryFolder, type BrokerOptions } from '../support/broker-process.ts'
import { failingBroker, whyNoFailingCalls, type FailingCalls } from '../support/failing-calls.ts'
import { brokerFor, bytesOf, DoorClient, headerOf, idIn, newId, within } from '../e2e/door.ts'

interface Fault {
  readonly what: string
  /** Within the data folder; `path` is its name when the call comes. */
  readonly calls: FailingCalls
  readonly args?: readonly string[]
}

/** Segments of 4 MiB, so that some hundred messages of this size need a next one. */
const config = '[log]\nsegmentBytes = "4 MiB"\nbatchBytes = "3 MiB"\n'
const body = new Uint8Array(32 * 1024).fill(7)

const faults: readonly Fault[] = [
  { what: 'a failed write', calls: { call: 'pwrite64', when: '60+' } },
  {
    what: 'a failed sync',
    calls: { call: 'fdatasync,fsync', when: '30+' },
    args: ['--durability', 'interval:20'],
  },
  {
    what: 'a failed sync of the zeros of the next segment',
    calls: { call: 'fdatasync', when: '2+', path: 'preparing.tmp' },
  },
  {
    what: 'a failed sync of the header of the next segment',
    calls: { call: 'fdatasync', when: '2+', path: 'next.prepared' },
  },
  {
    what: 'a failed sync of the folder with the name of the next segment',
    calls: { call: 'fsync', when: '2+', path: '' },
  },
]

/** The command of a broker with failing calls; undefined, and the test is skipped aloud, where there are none. */
function failing(t: TestContext, dataDir: string, calls: FailingCalls): BrokerOptions | undefined {
  const why = whyNoFailingCalls()
  if (why === undefined) {
    const at = calls.path === undefined ? {} : { path: path.join(dataDir, calls.path) }
    const env = { UV_THREADPOOL_SIZE: '1' } // so that calls come in one order
    return { dataDir, config, env, command: failingBroker({ ...calls, ...at }) }
  }
  assert.ok(process.env['CI'] !== 'true', why)
  console.log(`SKIPPED: ${why}`)
  t.skip(why)
  return undefined
}

/** Publishes until the connection ends; resolves with what was acked. */
async function publishToTheEnd(port: number): Promise<string[]> {
  const publisher = await DoorClient.join(port, 'p')
  const acked: string[] = []
  while (!publisher.isEnded) {
    const id = newId()
    const opaque = publisher.publishOnly(headerOf({ messageId: bytesOf(id) }), body)
    const answer = await publisher.answerTo(opaque).catch(() => undefined)
    if (answer?.status === true) acked.push(id)
  }
  return acked
}

/** A start without faults has everything, and takes more. */
async function expectAll(t: TestContext, dataDir: string, acked: readonly string[]): Promise<void> {
  const broker = await brokerFor(t, { dataDir, config })
  const consumer = await DoorClient.join(broker.port, 'c')
  consumer.credit(10_000)
  const got = new Set((await consumer.until(commands.bytesMessage, acked.length)).map(idIn))
  for (const id of acked) assert.ok(got.has(id), `${id} was acked and is gone`)
  assert.ok((await consumer.publish()).status)
}

function foldersFor(t: TestContext): string {
  const dataDir = temporaryFolder('failed-write')
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  return dataDir
}

for (const { what, calls, args } of faults)
  test(
    `${what} ends the broker with 74 and its reason, and what was acked before is there`,
    within,
    async (t) => {
      const dataDir = foldersFor(t)
      const options = failing(t, dataDir, calls)
      if (options === undefined) return
      const broker = await brokerFor(t, { ...options, args: args ?? [] })
      const bound = await DoorClient.join(broker.port, 'c', { trade: [{}] })
      bound.close()
      const acked = await publishToTheEnd(broker.port)
      assert.equal((await broker.exited).code, 74)
      const reason = broker.stderr.find((line) => line.startsWith('kiteq: KITEQ_LOG_FAILED: '))
      assert.match(reason ?? '', /EIO/)
      assert.ok(acked.length > 0)
      await expectAll(t, dataDir, acked)
    },
  )

const startFaults: readonly Fault[] = [
  {
    what: 'a failed sync of the first segment',
    calls: { call: 'fdatasync', when: '1+', path: 'next.prepared' },
  },
  {
    what: 'a last batch that cannot be written again',
    calls: { call: 'pwrite64', when: '1+', path: '0000000001.segment' },
  },
  {
    what: 'a last batch that cannot be synced again',
    calls: { call: 'fdatasync', when: '1+', path: '0000000001.segment' },
  },
]

test(
  'a start whose log cannot be made safe ends with 74 and its reason, and the next one serves',
  within,
  async (t) => {
    const dataDir = foldersFor(t)
    const broker = await brokerFor(t, { dataDir, config })
    const client = await DoorClient.join(broker.port, 'c', { trade: [{}] })
    const id = newId()
    assert.ok((await client.publish({ messageId: bytesOf(id) })).status)
    await broker.kill9()
    for (const { what, calls } of startFaults) {
      const options = failing(t, dataDir, calls)
      if (options === undefined) return
      await assert.rejects(
        startBroker(options),
        /ended \(code 74\)[^]*kiteq: KITEQ_LOG_FAILED: .*EIO/,
        what,
      )
    }
    await expectAll(t, dataDir, [id])
  },
)

test(
  'a checkpoint that cannot be synced is only told: the log is whole without it',
  within,
  async (t) => {
    const dataDir = foldersFor(t)
    const calls = { call: 'fdatasync', when: '1+', path: 'checkpoint.tmp' }
    const options = failing(t, dataDir, calls)
    if (options === undefined) return
    const often = `${config}checkpointSeconds = 1\n`
    const broker = await brokerFor(t, { ...options, config: often })
    const client = await DoorClient.join(broker.port, 'c', { trade: [{}] })
    const first = newId()
    const second = newId()
    assert.ok((await client.publish({ messageId: bytesOf(first) })).status)
    assert.match(await broker.line(/checkpoint failed/), /EIO/)
    assert.ok((await client.publish({ messageId: bytesOf(second) })).status, 'the broker goes on')
    await broker.kill9()
    assert.deepEqual(
      readdirSync(dataDir).filter((name) => name.includes('checkpoint')),
      [],
    )
    await expectAll(t, dataDir, [first, second])
  },
)

test('after a failed or short write of the log nothing more is written and nothing of it counts as durable', async (t) => {
  for (const fault of ['EIO', 'short'] as const)
    for (const failAt of [1, 2, 5]) {
      const dir = temporaryFolder('failing-log')
      t.after(() => rmSync(dir, { recursive: true, force: true }))
      const faulty = new FaultyWrites(fault, failAt)
      const options = {
        dir,
        durability: { kind: 'fsync' },
        random: () => 7,
        batchBytesMax: 4096,
      } as const
      const log = await Log.open({ ...options, disk: faulty.disk, segmentBytes: 8192 * 64 })
      await log.recover(() => undefined)
      await log.startWriting()
      const failures: KiteQError[] = []
      const failed = new Promise<void>((resolve) => {
        log.onFailure = (error) => {
          failures.push(error)
          resolve()
        }
      })
      faulty.isArmed = true
      let safe = log.durableOffset
      log.onDurable = () => (safe = log.durableOffset)
      for (let n = 0; n < 20; n++) {
        log.append(noted(n), 1000 + n)
        log.flush()
        await faulty.rest()
      }
      await failed
      const { writesAfterFault } = faulty
      for (let n = 0; n < 20; n++) log.append(noted(n), 2000 + n)
      log.flush()
      await faulty.rest()
      assert.equal(failures.length, 1)
      assert.equal(failures[0]!.code, 'KITEQ_LOG_FAILED')
      assert.equal(faulty.writesAfterFault, writesAfterFault)
      assert.equal(faulty.writesAfterFault, 0, 'no write after the one that failed')
      assert.equal(log.durableOffset, safe)
      await log.close({ clean: false })
      const again = await Log.open({ ...options, disk: nodeDisk })
      const found: number[] = []
      await again.recover((_record, place) => found.push(place.offset))
      assert.ok(found.length >= safe, `${safe} were durable, ${found.length} are there`)
      await again.close()
    }
})

function noted(n: number): LogRecord {
  return { kind: 'operator', who: 'test', action: 'note', detail: `number ${n}` }
}

/** The real disk, whose `failAt`-th write to a segment in use fails. */
class FaultyWrites {
  readonly disk: Disk
  isArmed = false
  writesAfterFault = 0
  #seen = 0
  #pending = 0

  constructor(fault: 'EIO' | 'short', failAt: number) {
    this.disk = {
      ...nodeDisk,
      open: async (path, mode, options) => {
        const file = await nodeDisk.open(path, mode, options)
        if (mode !== 'synced') return file
        const write: DiskFile['write'] = (source, start, end, position, done) => {
          if (this.isArmed) this.#seen += 1
          if (this.#seen > failAt) this.writesAfterFault += 1
          this.#pending += 1
          const isHit = this.isArmed && this.#seen === failAt
          const until = isHit && fault === 'short' ? start + ((end - start) >> 1) : end
          if (isHit && fault === 'EIO')
            setImmediate(() => {
              this.#pending -= 1
              done(Object.assign(new Error('EIO: injected'), { code: 'EIO' }), 0)
            })
          else
            file.write(source, start, until, position, (error, count) => {
              this.#pending -= 1
              done(error, count)
            })
        }
        return {
          write,
          read: (...read) => file.read(...read),
          sync: (done) => file.sync(done),
          truncate: (bytes) => file.truncate(bytes),
          size: () => file.size(),
          close: () => file.close(),
        }
      },
    }
  }

  /** No write is under way. */
  async rest(): Promise<void> {
    do await new Promise<void>((resolve) => setImmediate(resolve))
    while (this.#pending > 0)
  }
}
