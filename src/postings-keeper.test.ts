import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silent } from './model/logger.ts'
import type { ResumePlace } from './log/recover.ts'
import { PostingsKeeper } from './postings-keeper.ts'
import type { PostingsOutcome, PostingsWork } from './postings-worker.ts'

const mebibyte = 1024 * 1024
const done: PostingsOutcome = {
  ok: true,
  tookMs: 1,
  bytes: 1,
  written: 1,
  more: false,
  failed: [],
  why: undefined,
}

/** A keeper whose clock, log and worker are the test's. */
class Kept {
  nowMs = 0
  bytes = 0
  offset = 1
  outOfSpace = false
  isSlow = false
  outcome: PostingsOutcome = done
  readonly work: PostingsWork[] = []
  readonly warnings: string[] = []
  readonly keeper: PostingsKeeper
  #running: Promise<void> = Promise.resolve()
  #hold: Promise<void> | undefined

  constructor() {
    const place = (): ResumePlace => ({ offset: this.offset, segment: 1, position: 1 }) as never
    const kept = this as Kept
    this.keeper = new PostingsKeeper({
      dataDir: 'data',
      log: {
        get durablePlace() {
          return place()
        },
        get outOfSpace() {
          return kept.outOfSpace
        },
        stats: () => ({ bytes: this.bytes }),
      },
      isSlow: () => this.isSlow,
      logger: { ...silent, warn: (_, text) => void this.warnings.push(text) },
      nowMs: () => this.nowMs,
      run: async (work) => {
        this.work.push(work)
        await this.#hold
        return this.outcome
      },
    })
  }

  /** Runs take until the returned function is called. */
  hold(): () => void {
    let letGo = (): void => undefined
    this.#hold = new Promise((resolve) => (letGo = resolve))
    return letGo
  }

  /** So many seconds with so much appended in each. */
  async seconds(count: number, bytes: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      this.nowMs += 1000
      this.bytes += bytes
      if (bytes > 0) this.offset++
      this.keeper.look()
      this.#running = new Promise((resolve) => setImmediate(resolve))
      await this.#running
    }
  }
}

test('what was there at the start is covered, and then nothing until something is appended', async () => {
  const kept = new Kept()
  await kept.seconds(1, 0)
  assert.equal(kept.work.length, 1)
  await kept.seconds(300, 0)
  assert.equal(kept.work.length, 1)
})

test('a load is left alone; seconds after it ends all is covered', async () => {
  const kept = new Kept()
  await kept.seconds(1, 0)
  await kept.seconds(60, 10 * mebibyte)
  assert.equal(kept.work.length, 1)
  await kept.seconds(3, 0)
  assert.equal(kept.work.length, 2)
  assert.equal(kept.work[1]!.upTo.offset, kept.offset)
})

test('under a load that never ends, a gibibyte behind is too much', async () => {
  const kept = new Kept()
  await kept.seconds(1, 0)
  await kept.seconds(110, 10 * mebibyte)
  assert.equal(kept.work.length, 2)
  await kept.seconds(210, 10 * mebibyte)
  assert.equal(kept.work.length, 4)
})

test('a small load is covered every few seconds, a trickle every minute', async () => {
  const kept = new Kept()
  await kept.seconds(1, 0)
  await kept.seconds(60, mebibyte)
  assert.ok(kept.work.length > 8 && kept.work.length < 14, `${kept.work.length}`)
  const before = kept.work.length
  await kept.seconds(600, 100)
  assert.ok(kept.work.length - before < 14, `${kept.work.length - before}`)
})

test('two never run at once', async () => {
  const kept = new Kept()
  const letGo = kept.hold()
  await kept.seconds(20, 1024)
  assert.equal(kept.work.length, 1)
  letGo()
  await kept.seconds(70, 1024)
  assert.equal(kept.work.length, 2)
})

test('on a full disk and on a slow one it stays away', async () => {
  const kept = new Kept()
  kept.outOfSpace = true
  await kept.seconds(30, 100)
  kept.outOfSpace = false
  kept.isSlow = true
  await kept.seconds(30, 100)
  assert.equal(kept.work.length, 0)
  kept.isSlow = false
  await kept.seconds(1, 0)
  assert.equal(kept.work.length, 1)
})

test('a failure is told and tried again after a minute; a damaged segment is left out from then on', async () => {
  const kept = new Kept()
  kept.outcome = { ok: false, why: 'EIO' }
  await kept.seconds(30, 0)
  assert.equal(kept.work.length, 1)
  assert.deepEqual(kept.warnings, ['postings could not be made'])
  kept.outcome = { ...done, failed: [3], why: 'damaged' }
  await kept.seconds(40, 0)
  assert.equal(kept.work.length, 2)
  kept.outcome = done
  await kept.seconds(70, 100)
  assert.deepEqual(kept.work.at(-1)!.except, [3])
})

test('a run that could not do all is followed by another', async () => {
  const kept = new Kept()
  kept.outcome = { ...done, more: true }
  await kept.seconds(3, 0)
  assert.equal(kept.work.length, 3)
})

test('a keeper that is closed does nothing more', async () => {
  const kept = new Kept()
  await kept.keeper.close()
  await kept.seconds(10, 100)
  assert.equal(kept.work.length, 0)
})
