// Histories of a log over several lives: random records are appended, made durable, put into checkpoints; at any step the
// power goes or the process dies, and the next life begins with what that left. At every step images are drawn and judged.

import assert from 'node:assert/strict'
import type { Log } from '../../src/log/log.ts'
import { drive, durable, unlessFailed } from './crash-disk-drive.ts'
import {
  allKept,
  allLost,
  assertCheckpointHolds,
  assertHolds,
  CrashPoints,
  digestsOf,
  markOf,
  readBack,
  someKept,
  Witness,
  type Choice,
  type Expectation,
  type LogShape,
} from './crash-disk-lab.ts'
import { CrashDisk, imageHash, type Image } from './crash-disk.ts'
import { numbered } from './disk-log.ts'
import { historyOf, type Entry } from './histories.ts'
import { randomOf } from './seeded-random.ts'

export interface Life {
  /** Steps of the disk until the crash; past the end of the life it comes at rest. */
  readonly steps: number
  /** The process dies, or the power goes. */
  readonly how: 'kill' | 'power'
  readonly seed: number
}

/** What is drawn at each step, and how it is judged once the life is over. */
export interface Jury {
  readonly choices: (random: () => number) => readonly Choice[]
  readonly judge: (
    image: Image,
    expected: Expectation,
    shape: LogShape,
    seed: number,
  ) => Promise<void>
}

interface Judged {
  readonly image: Image
  readonly expected: Expectation
  readonly seed: number
}

export class Lives {
  readonly witness: Witness
  readonly #entries: readonly Entry[]
  readonly #shape: LogShape
  readonly #points: CrashPoints
  readonly #jury: Jury
  #judged: Judged[] = []
  #disk: CrashDisk = new CrashDisk()
  /** Of all lives so far. */
  steps = 0
  #starts = 0

  constructor(entries: readonly Entry[], shape: LogShape, points: CrashPoints, jury: Jury) {
    this.witness = new Witness(digestsOf(entries))
    this.#entries = entries
    this.#shape = shape
    this.#points = points
    this.#jury = jury
    points.begin()
  }

  /** One life on what the one before left; the log then has so many records, if nothing happens to it. */
  async live(life: Life, upTo: number): Promise<void> {
    const random = randomOf(life.seed)
    const pump = randomOf(life.seed + 1)
    const images = randomOf(life.seed + 2)
    const witnessed = { log: undefined as Log | undefined }
    const onStep = (): void => {
      const { log } = witnessed
      if (log !== undefined) this.witness.announced = log.durableOffset
      this.#draw(disk, images)
      if (disk.steps >= life.steps) disk.stop()
      this.steps++
    }
    const disk: CrashDisk = new CrashDisk({ names: this.#disk.names, random: pump, onStep })
    await Promise.race([
      this.#work(disk, this.#entries.slice(0, upTo), random, witnessed),
      disk.stopped,
    ])
    const { log } = witnessed
    if (log !== undefined) this.witness.announced = log.durableOffset
    if (life.how === 'kill') this.#disk = disk.killed(images)
    else {
      disk.stop()
      this.#disk = CrashDisk.of(disk.powerLost(choiceOf(images)))
    }
    await this.#judge()
  }

  /** After the last life: everything that was announced is there. */
  async end(): Promise<void> {
    const disk = new CrashDisk({ names: this.#disk.names })
    assertHolds(await readBack(disk, this.#nextShape(), true), this.witness.expectation())
  }

  async #work(
    disk: CrashDisk,
    entries: readonly Entry[],
    random: () => number,
    witnessed: { log: Log | undefined },
  ): Promise<void> {
    const { witness } = this
    const shape = this.#nextShape()
    const back = await readBack(disk, shape, true)
    assertHolds(back, witness.expectation())
    await assertCheckpointHolds(disk, shape, witness.expectation())
    const { log } = back
    await log.startWriting()
    witness.restart(back.marks.length)
    witnessed.log = log
    await drive({ disk, log, witness, entries, random, life: this.#starts })
    await log.close({ clean: random() < 0.5 })
  }

  #nextShape(): LogShape {
    this.#starts++
    return { ...this.#shape, seed: this.#shape.seed + 1000 * this.#starts }
  }

  #draw(disk: CrashDisk, random: () => number): void {
    for (const choice of this.#jury.choices(random)) {
      const image = disk.powerLost(choice)
      if (!this.#points.isNew(this.steps, image)) continue
      const expected = this.witness.expectation()
      this.#judged.push({ image, expected, seed: Math.floor(random() * 2 ** 30) })
    }
  }

  async #judge(): Promise<void> {
    const judged = this.#judged
    this.#judged = []
    const shape = { ...this.#shape, seed: 7 }
    for (const { image, expected, seed } of judged)
      await this.#jury.judge(image, expected, shape, seed)
  }
}

/** A few images a step; most are only read, some are folded, read by their checkpoint, and started on again. */
export function sampling(imagesPerStep: number): Jury {
  return {
    choices: (random) => Array.from({ length: imagesPerStep }, () => choiceOf(random)),
    judge: async (image, expected, shape, seed) => {
      const disk = CrashDisk.of(image)
      assertHolds(await readBack(disk, shape, seed % 24 === 0), expected)
      if (seed % 12 === 1) await assertCheckpointHolds(disk, shape, expected)
      if (seed % 12 === 2) await assertGoesOn(image, shape, someKept(seed))
    },
  }
}

/** Every step: all lost, all kept and so many in between; and of each the same again at every step of its recovery. */
export function exhaustive(partial: number): Jury {
  const known = new Set<string>()
  return {
    choices: (random) => [
      allLost,
      allKept,
      ...Array.from({ length: partial }, () => someKept(Math.floor(random() * 2 ** 31))),
    ],
    judge: async (image, expected, shape) => {
      const back = await readBack(CrashDisk.of(image), shape, false)
      assertHolds(back, expected)
      const hash = imageHash(image)
      if (known.has(hash)) return
      known.add(hash)
      await assertRecoveryHolds(image, shape, back.marks)
    },
  }
}

/** Dying at any step of a recovery and recovering again gives the same log. */
async function assertRecoveryHolds(
  image: Image,
  shape: LogShape,
  marks: readonly number[],
): Promise<void> {
  const inside: Image[] = []
  const seen = new Set<string>()
  const disk = CrashDisk.of(image, {
    onStep: () => {
      for (const choice of [allLost, allKept]) {
        const one = disk.powerLost(choice)
        const hash = imageHash(one)
        if (!seen.has(hash)) inside.push(one)
        seen.add(hash)
      }
    },
  })
  const { log } = await readBack(disk, { ...shape, seed: shape.seed + 1 }, false)
  await log.startWriting()
  await log.close()
  for (const one of [...inside, disk.powerLost(allLost)]) {
    const back = await readBack(CrashDisk.of(one), shape, false)
    assert.deepEqual(back.marks, marks, 'a crash inside recovery changes nothing')
    assert.deepEqual(back.report.holes, [])
  }
}

function choiceOf(random: () => number): Choice {
  const chance = random()
  if (chance < 0.15) return allLost
  if (chance < 0.25) return allKept
  return someKept(Math.floor(random() * 2 ** 31))
}

/** Starts on what an image left, writes, loses the power again at once: what was durable then is there. */
async function assertGoesOn(image: Image, shape: LogShape, choice: Choice): Promise<void> {
  const disk = CrashDisk.of(image)
  const seed = shape.seed + 1
  const { log, marks } = await readBack(disk, { ...shape, seed }, false)
  await log.startWriting()
  const record = numbered(251)
  log.append(record, 2 ** 41)
  await unlessFailed(log, disk, (isOver) => durable(log, isOver))
  disk.stop()
  const after = CrashDisk.of(disk.powerLost(choice))
  const back = await readBack(after, { ...shape, seed: seed + 1 }, false)
  assert.deepEqual(back.marks, [...marks, markOf(record, 2 ** 41)])
  assert.deepEqual(back.report.holes, [])
}

/** The same entries for the same seed. */
export function fixedEntries(seed: number, length: number): Entry[] {
  const random = randomOf(seed)
  const nat = (): number => Math.floor(random() * 1_000_000)
  return historyOf(
    Array.from({ length }, () => ({
      act: Math.floor(random() * 100),
      a: nat(),
      b: nat(),
      c: nat(),
      d: nat(),
    })),
  )
}
