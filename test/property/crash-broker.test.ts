// The broker on a disk that crashes: publishes, transactions, deliveries and their answers, the power gone at random steps of
// the disk, over several lives. What a client was told is held against what each image gives back.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CrashBroker, Told, type ToldSoFar } from '../support/crash-disk-broker.ts'
import { unlessFailed } from '../support/crash-disk-drive.ts'
import {
  allLost,
  assertHolds,
  CrashPoints,
  readBack,
  someKept,
  type LogShape,
} from '../support/crash-disk-lab.ts'
import { failingFast } from '../support/crash-disk-shrink.ts'
import { CrashDisk, type Image } from '../support/crash-disk.ts'
import { nodeTurn } from '../support/disk-turns.ts'
import { seeded, variedFrom } from '../support/property.ts'
import { randomOf } from '../support/seeded-random.ts'
import { foldAll } from '../support/sim-broker.ts'
import type { SimClock } from '../support/sim-clock.ts'

const anyStep = fc.record({
  act: fc.nat(99),
  id: fc.nat(60),
  pick: fc.nat(1000),
  turns: fc.nat(3),
})

const life = fc.record({
  steps: fc.array(anyStep, { minLength: 1, maxLength: 60 }),
  crashAt: fc.integer({ min: 5, max: 160 }),
  how: fc.constantFrom('power' as const, 'power' as const, 'kill' as const),
  seed: fc.nat(),
})
type Drawn<T> = T extends fc.Arbitrary<infer Value> ? Value : never
type Step = Drawn<typeof anyStep>
type Life = Drawn<typeof life>
const anyShape = fc.record({
  segmentBytes: fc.integer({ min: 6_200, max: 12_000 }),
  batchBytesMax: fc.integer({ min: 1_200, max: 2_000 }),
  seed: fc.nat(1_000_000),
})

function run(broker: CrashBroker, { act, id, pick }: Step): void {
  const { sim } = broker
  if (act < 40) broker.publish(id, act < 25)
  else if (act < 52) sim.decideTransaction(broker.publisher, id, pick % 3 === 0 ? 2 : 1)
  else if (act < 90) {
    const [one] = broker.open.splice(pick % Math.max(1, broker.open.length), 1)
    if (one !== undefined) sim.ackAs(one.consumer, one.opaque, one.id, pick % 8 > 0)
  } else sim.clock.advance([1, 100, 1000, 6000][pick % 4]!)
}

interface Judged {
  readonly image: Image
  readonly expected: ToldSoFar
  readonly isFolded: boolean
}

class World {
  readonly told = new Told()
  readonly #points: CrashPoints
  readonly #shape: LogShape
  #disk = new CrashDisk()
  #clock: SimClock | undefined
  #starts = 0
  #steps = 0

  constructor(shape: LogShape, points: CrashPoints) {
    this.#shape = shape
    this.#points = points
    points.begin()
  }

  async live(life: Life): Promise<void> {
    const images = randomOf(life.seed)
    const judged: Judged[] = []
    const now: { broker: CrashBroker | undefined } = { broker: undefined }
    const onStep = (): void => {
      if (now.broker !== undefined) now.broker.collect()
      const choice = images() < 0.2 ? allLost : someKept(Math.floor(images() * 2 ** 31))
      const image = disk.powerLost(choice)
      if (this.#points.isNew(this.#steps++, image))
        judged.push({ image, expected: this.told.expectation(), isFolded: images() < 0.03 })
      if (disk.steps >= life.crashAt) disk.stop()
    }
    const { names } = this.#disk
    const disk: CrashDisk = new CrashDisk({ names, random: randomOf(life.seed + 1), onStep })
    await Promise.race([this.#work(disk, life.steps, now), disk.stopped])
    now.broker?.collect()
    now.broker?.sim.loop.stop()
    this.#clock = now.broker?.sim.clock ?? this.#clock
    if (life.how === 'kill') this.#disk = disk.killed(images)
    else {
      disk.stop()
      this.#disk = CrashDisk.of(disk.powerLost(someKept(life.seed)))
    }
    for (const one of judged) await this.#judge(one)
  }

  async #work(
    disk: CrashDisk,
    steps: readonly Step[],
    now: { broker: CrashBroker | undefined },
  ): Promise<void> {
    const shape = { ...this.#shape, seed: this.#shape.seed + 1000 * ++this.#starts }
    const broker = await CrashBroker.start(disk, shape, this.told, this.#clock)
    now.broker = broker
    const { log, sim } = broker
    await unlessFailed(log, disk, async (isOver) => {
      for (const step of steps) {
        if (isOver()) return
        run(broker, step)
        for (let i = 0; i < step.turns && !isOver(); i++) await nodeTurn()
        broker.collect()
      }
      while (log.durableOffset < log.endOffset && !isOver()) {
        broker.collect()
        await nodeTurn()
      }
      assert.equal(foldAll(sim.log.records).digest(), sim.loop.state.digest())
    })
  }

  /** Every message a client heard of is there, and what was delivered is committed. */
  async #judge({ image, expected, isFolded }: Judged): Promise<void> {
    const ids: number[] = []
    const stored = new Set<number>()
    const visible = new Set<number>()
    const disk = CrashDisk.of(image)
    const back = await readBack(disk, this.#shape, false, (record) => {
      const isMessage = record.kind === 'published' || record.kind === 'prepared'
      ids.push(isMessage ? record.id3 : -1)
      if (isMessage) stored.add(record.id3)
      if (record.kind === 'published') visible.add(record.id3)
      if (record.kind === 'committed') visible.add(ids[record.prepared]!)
    })
    assertHolds(back, expected.log)
    for (const id of this.told.stored.slice(0, expected.stored))
      assert.ok(stored.has(id), `message ${id} was acked and is not there`)
    for (const id of this.told.delivered.slice(0, expected.delivered))
      assert.ok(visible.has(id), `message ${id} was delivered and is not committed`)
    if (isFolded) await this.#startsOn(image)
  }

  /** A broker that starts on the image has the state of its records and writes on. */
  async #startsOn(image: Image): Promise<void> {
    const disk = CrashDisk.of(image)
    const shape = { ...this.#shape, seed: this.#shape.seed + 500 }
    const broker = await CrashBroker.start(disk, shape, new Told(), this.#clock)
    const { sim, log } = broker
    broker.publish(1_000_001, true)
    for (let i = 0; i < 200 && log.durableOffset < log.endOffset; i++) {
      broker.collect()
      await nodeTurn()
    }
    sim.loop.stop()
    disk.stop()
    const after = CrashDisk.of(disk.powerLost(allLost))
    const { state } = await readBack(after, { ...shape, seed: shape.seed + 1 }, true)
    assert.equal(state!.digest(), sim.loop.state.digest(), 'all that was durable, folded')
  }

  async end(): Promise<void> {
    const disk = new CrashDisk({ names: this.#disk.names })
    assertHolds(await readBack(disk, this.#shape, false), this.told.witness.expectation())
  }
}

test('no crash takes back what a client was told, over random histories of the broker', async () => {
  const points = new CrashPoints()
  let heard = 0
  const lives = fc.array(life, { minLength: 2, maxLength: 4 })
  const histories = fc.asyncProperty(
    lives,
    anyShape,
    failingFast(async (lives, shape) => {
      const world = new World(shape, points)
      for (const one of lives) await world.live(one)
      await world.end()
      heard += world.told.stored.length + world.told.delivered.length
    }),
  )
  const runs = seeded('crash-broker', 16)
  await variedFrom(
    'crash-broker',
    runs.seed,
    (seed) => fc.assert(histories, { ...runs, seed }),
    () => (heard > 100 ? [] : [`more than ${heard} words to clients`]),
  )
  console.log(
    `crash-broker: ${points.count} distinct crash points, none took back one of ${heard} words`,
  )
})
