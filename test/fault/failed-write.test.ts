// The log cannot be written any more: nothing covered by the failed write or sync was acked, nothing is tried again, the
// process ends with 74 and a reason, and a new start finds everything that was acked.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import type { Disk, DiskFile } from '../../src/log/disk.ts'
import { nodeDisk } from '../../src/log/disk-node.ts'
import { Log } from '../../src/log/log.ts'
import type { KiteQError } from '../../src/model/errors.ts'
import type { LogRecord } from '../../src/model/record.ts'
import { commands } from '../../src/net/packet.ts'
import { temporaryFolder } from '../support/broker-process.ts'
import { brokerFor, bytesOf, DoorClient, headerOf, idIn, newId, within } from '../e2e/door.ts'

const canTrace =
  process.platform === 'linux' &&
  spawnSync('strace', ['-qq', '-o', '/dev/null', '-e', 'inject=kill:error=EIO', 'true']).status ===
    0

/** The kernel answers EIO from the `from`-th such call of any thread on; with -D the traced process is the child itself. */
function failing(call: string, from: number): readonly string[] {
  const inject = `inject=${call}:error=EIO:when=${from}+`
  const trace = [
    'strace',
    '-D',
    '-f',
    '-qq',
    '-o',
    '/dev/null',
    '-e',
    `trace=${call}`,
    '-e',
    inject,
  ]
  return [...trace, process.execPath, '--import', 'tsx', 'src/cli/main.ts', 'serve']
}

const faults = [
  { what: 'a failed write', call: 'pwrite64', from: 60, args: [] },
  {
    what: 'a failed sync',
    call: 'fdatasync,fsync',
    from: 30,
    args: ['--durability', 'interval:20'],
  },
] as const

for (const { what, call, from, args } of faults)
  test(
    `${what} ends the broker with 74 and its reason, and what was acked before is there`,
    within,
    async (t) => {
      if (!canTrace) {
        const why = 'strace cannot make a system call fail here'
        assert.ok(process.env['CI'] !== 'true', why)
        console.log(`SKIPPED: ${why}`)
        t.skip(why)
        return
      }
      const dataDir = temporaryFolder('failed-write')
      t.after(() => rmSync(dataDir, { recursive: true, force: true }))
      const command = failing(call, from)
      const broker = await brokerFor(t, {
        dataDir,
        command,
        args,
        env: { UV_THREADPOOL_SIZE: '1' },
      })
      const bound = await DoorClient.join(broker.port, 'c', { trade: [{}] })
      bound.close()
      const publisher = await DoorClient.join(broker.port, 'p')
      const acked: string[] = []
      while (!publisher.isEnded) {
        const id = newId()
        const opaque = publisher.publishOnly(headerOf({ messageId: bytesOf(id) }), bytesOf('x'))
        const answer = await publisher.answerTo(opaque).catch(() => undefined)
        if (answer?.status === true) acked.push(id)
      }
      assert.equal((await broker.exited).code, 74)
      const reason = broker.stderr.find((line) => line.startsWith('kiteq: KITEQ_LOG_FAILED: '))
      assert.match(reason ?? '', /EIO/)
      assert.ok(acked.length > 0)
      const again = await brokerFor(t, { dataDir })
      const consumer = await DoorClient.join(again.port, 'c')
      consumer.credit(10_000)
      const got = new Set((await consumer.until(commands.bytesMessage, acked.length)).map(idIn))
      for (const id of acked) assert.ok(got.has(id), `${id} was acked and is gone`)
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
