// A copy of a log on a disk that crashes: over several lives it follows, is filled, cut and cleared, goes its own way as a leader
// that nobody heard of, and loses its power or its process at any operation. What was told to be synced is there, and at the
// end both are the same files.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Log } from '../../src/log/log.ts'
import { writeMemberFile } from '../../src/log/member-file.ts'
import { ReplicaLog } from '../../src/log/replica-log.ts'
import { segmentName } from '../../src/log/segment.ts'
import type { Epoch, Offset } from '../../src/model/ids.ts'
import { commonEpochOf, cutFor } from '../../src/replication/divergence.ts'
import { CallFault, faultKinds } from '../support/crash-disk-fault.ts'
import { someKept, type Choice } from '../support/crash-disk-lab.ts'
import { CrashDisk } from '../support/crash-disk.ts'
import { folder, numbered, recoverSmall, writeBatch } from '../support/disk-log.ts'
import { MemoryDisk } from '../support/disk-memory.ts'
import { seeded } from '../support/property.ts'
import { randomOf } from '../support/seeded-random.ts'

const shape = { segmentBytes: 6000, batchBytesMax: 1500 }
const member = { set: 's', id: 'b', copy: 'c0'.repeat(16), isKnown: true }

/** The log that is followed: its disk loses nothing, but it starts again now and then. */
class Leader {
  readonly disk = new MemoryDisk()
  readonly #random: () => number
  #log: Log | undefined
  #number = 0
  #starts = 0
  epoch = 0

  constructor(random: () => number) {
    this.#random = random
  }

  get log(): Log {
    return this.#log!
  }

  async restart(): Promise<void> {
    await this.#log?.close({ clean: false })
    const { log } = await recoverSmall(this.disk, { ...shape, seed: 100 + this.#starts++ })
    this.epoch += 1 + Math.floor(this.#random() * 3)
    await log.startWriting({ epoch: this.epoch as Epoch })
    this.#log = log
    await this.write(1)
  }

  async write(batches: number): Promise<void> {
    for (let i = 0; i < batches; i++) {
      const count = 1 + Math.floor(this.#random() * 4)
      const bytes = (): number => 20 + Math.floor(this.#random() ** 3 * 700)
      await writeBatch(
        this.log,
        Array.from({ length: count }, () => numbered(this.#number++, bytes())),
      )
    }
  }
}

class Follower {
  readonly #leader: Leader
  #disk: CrashDisk = new CrashDisk()
  /** Told to be synced, and not let go of since. */
  #synced = 0
  /** What lay on the disk may come back where the same bytes belong: only a disk that shows no old blocks is asked of then. */
  #hasLetGo = false
  crashes = 0

  constructor(leader: Leader) {
    this.#leader = leader
  }

  async begin(): Promise<void> {
    await writeMemberFile(this.#disk, folder, member)
  }

  /** Until the crash, or to the end of the work. */
  async live(life: Life): Promise<void> {
    const random = randomOf(life.seed)
    const disk: CrashDisk = new CrashDisk({
      names: this.#disk.names,
      random: randomOf(life.seed + 1),
      onStep: () => {
        if (disk.steps >= life.steps) disk.stop()
      },
    })
    const isOver = await Promise.race([
      this.#work(disk, random, life).then(() => true),
      disk.stopped.then(() => false),
    ])
    if (!isOver) this.crashes++
    if (life.isPowerLost) {
      disk.stop()
      this.#disk = CrashDisk.of(disk.powerLost(this.#choice(life.seed + 2)))
    } else this.#disk = disk.killed(random)
  }

  async end(): Promise<void> {
    const disk = new CrashDisk({ names: this.#disk.names })
    const replica = await this.#open(disk)
    await this.#follow(replica, () => 0.5, Infinity)
    const leader = this.#leader.log
    assert.deepEqual(replica.end, leader.durablePlace)
    assert.deepEqual(replica.epochStarts(), leader.epochStarts())
    await replica.close()
    const back = await recoverSmall(disk, shape)
    const whole = await recoverSmall(this.#leader.disk, shape)
    assert.deepEqual(back.records, whole.records)
  }

  async #work(disk: CrashDisk, random: () => number, life: Life): Promise<void> {
    const replica = await this.#open(disk)
    if (life.act === 'filled') await replica.fill()
    if (life.act === 'cleared') {
      this.#letGo(0)
      await replica.clear()
    }
    await this.#follow(replica, random, life.rounds)
    if (life.act === 'filled' && random() < 0.5) await replica.filled()
    if (life.act === 'cut') {
      const to = Math.floor(random() * (replica.end.offset + 1)) as Offset
      this.#letGo(to)
      await replica.cut(to)
      await this.#follow(replica, random, life.rounds)
    }
    await replica.close()
    if (life.act === 'went its own way') await this.#lead(disk, random, life.seed)
  }

  /** What a start finds: all that was told is there, byte for byte, and nothing of a leader that nobody followed stays. */
  async #open(disk: CrashDisk): Promise<ReplicaLog> {
    const replica = await ReplicaLog.open({ disk, dir: folder, aheadBytes: 300 })
    assert.deepEqual(replica.holes, [], 'a crash makes no hole')
    const found = replica.end.offset
    assert.ok(found >= this.#synced, `${found} of ${this.#synced} that were synced`)
    const { log } = this.#leader
    const starts = log.epochStarts()
    const { end, lastEpoch } = replica
    const common = commonEpochOf({ starts, end: log.durableOffset }, { lastEpoch, end: end.offset })
    const to = common && cutFor({ starts: replica.epochStarts(), end: replica.end.offset }, common)
    if (to !== undefined) {
      assert.ok(to >= this.#synced, `cut to ${to}, ${this.#synced} were synced`)
      this.#hasLetGo = true
      await replica.cut(to)
    }
    this.#assertSame(disk, replica)
    return replica
  }

  async #follow(replica: ReplicaLog, random: () => number, rounds: number): Promise<void> {
    for (let i = 0; i < rounds; i++) {
      if (random() < 0.3) await this.#leader.write(1)
      const raw = await this.#leader.log.readRaw(replica.end, Math.floor(random() * 3000))
      if (raw === undefined) return
      await replica.append(raw)
      assert.deepEqual(replica.end, raw.end)
      this.#synced = raw.end.offset
    }
  }

  /** A leader whose records reach nobody else. */
  async #lead(disk: CrashDisk, random: () => number, seed: number): Promise<void> {
    const { log, report } = await recoverSmall(disk, { ...shape, seed })
    if (report.end.offset === 0) return
    this.#hasLetGo = true
    await log.startWriting({ epoch: ++this.#leader.epoch as Epoch })
    for (let i = 0; i < 3; i++) {
      log.append(numbered(1000 + i, 60 + Math.floor(random() * 900)), 5)
      if (random() < 0.7) log.flush()
    }
    await log.close({ clean: random() < 0.5 })
  }

  #letGo(to: number): void {
    this.#synced = Math.min(this.#synced, to)
    this.#hasLetGo = true
  }

  #choice(seed: number): Choice {
    const choice = someKept(seed)
    return this.#hasLetGo && choice.holes === 'stale' ? { ...choice, holes: 'garbage' } : choice
  }

  #assertSame(disk: CrashDisk, { segments, end }: ReplicaLog): void {
    for (const [i, { number }] of segments.entries()) {
      const stop = segments[i + 1]?.previousEnd ?? end.position
      const path = `${folder}/${segmentName(number)}`
      const own = disk.names.shown.get(path)!.shown.subarray(0, stop)
      const image = this.#leader.disk.image(path).subarray(0, stop)
      assert.equal(Buffer.compare(own, image), 0, `segment ${number} up to byte ${stop}`)
    }
  }
}

const acts = ['followed', 'filled', 'cut', 'cleared', 'went its own way'] as const

interface Life {
  readonly act: (typeof acts)[number]
  readonly rounds: number
  /** Of the disk, until the crash. */
  readonly steps: number
  readonly isPowerLost: boolean
  readonly seed: number
  readonly batches: number
  readonly leaderStarts: boolean
}

const anyLife: fc.Arbitrary<Life> = fc.record({
  act: fc.constantFrom(...acts),
  rounds: fc.integer({ min: 1, max: 12 }),
  steps: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 250 })),
  isPowerLost: fc.boolean(),
  seed: fc.nat(),
  batches: fc.integer({ min: 0, max: 12 }),
  leaderStarts: fc.boolean(),
})

test('whatever a copy goes through, what it told to be synced is there, and it becomes the same files', async () => {
  let crashes = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyLife, { minLength: 1, maxLength: 7 }),
      fc.nat(),
      async (lives, seed) => {
        const leader = new Leader(randomOf(seed))
        await leader.restart()
        const follower = new Follower(leader)
        await follower.begin()
        for (const life of lives) {
          if (life.leaderStarts) await leader.restart()
          await leader.write(life.batches)
          await follower.live(life)
        }
        await leader.restart()
        await follower.end()
        crashes += follower.crashes
        await leader.log.close({ clean: false })
      },
    ),
    seeded('copies', 20),
  )
  assert.ok(crashes > 10, `only ${crashes} crashes inside the work`)
})

test('any single call of a copy may fail; nothing synced is lost, and it becomes the same files', async () => {
  const leader = new Leader(randomOf(5))
  await leader.restart()
  await leader.write(9)
  await leader.restart()
  await leader.write(4)
  const calls = (await faulty(leader, new CallFault(0, 'EIO'))).length
  assert.ok(calls > 60, `${calls} calls`)
  const kinds = new Set<string>()
  for (let at = 1; at <= calls; at++) {
    const fault = new CallFault(at, faultKinds[at % faultKinds.length]!)
    await faulty(leader, fault)
    kinds.add(`${fault.kind} ${fault.struck?.split(' ')[0]}`)
  }
  for (const wanted of ['EIO shown sync', 'ENOSPC write', 'short write', 'EIO rename'])
    assert.ok(kinds.has(wanted), `${wanted} is not among ${[...kinds].join(', ')}`)
})

/** A copy is filled, cut and goes on; where a call fails for good it dies and comes back. Its calls. */
async function faulty(leader: Leader, fault: CallFault): Promise<readonly string[]> {
  const disk = new CrashDisk({ fault })
  let synced = 0
  try {
    await writeMemberFile(disk, folder, member)
    const replica = await ReplicaLog.open({ disk, dir: folder, aheadBytes: 300 })
    const follow = async (): Promise<void> => {
      for (;;) {
        const raw = await leader.log.readRaw(replica.end, 1500)
        if (raw === undefined) return
        await replica.append(raw).catch(fullOnce)
        synced = replica.end.offset
      }
    }
    await follow()
    synced = 11
    await replica.cut(11 as Offset).catch(fullOnce)
    await replica.fill().catch(fullOnce)
    await follow()
    await replica.filled().catch(fullOnce)
    await replica.close()
  } catch (error) {
    assert.ok(!(error instanceof assert.AssertionError), String(error))
    assert.notEqual(fault.struck, undefined, `failed by itself: ${String(error)}`)
  }
  const after = CrashDisk.of(disk.powerLost(someKept(fault.at)))
  if (!after.names.shown.has(`${folder}/member.json`)) return disk.calls
  const back = await ReplicaLog.open({ disk: after, dir: folder, aheadBytes: 300 })
  assert.deepEqual(back.holes, [])
  assert.ok(back.end.offset >= synced, `${back.end.offset} of ${synced} that were synced`)
  for (;;) {
    const raw = await leader.log.readRaw(back.end, 1500)
    if (raw === undefined) break
    await back.append(raw)
  }
  await back.close()
  assert.deepEqual((await recoverSmall(after, shape)).report.holes, [])
  assert.deepEqual(back.end, leader.log.durablePlace)
  return disk.calls
}

/** It is tried again. */
function fullOnce(error: unknown): void {
  if ((error as { code?: string }).code !== 'KITEQ_DISK_FULL') throw error
}
