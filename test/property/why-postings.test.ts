// `why` by way of postings tells what a reading of the whole log tells: over random histories with restarts, ids used again and
// dropped segments, with postings of any part of it, and whatever byte of a postings file or of the log is wrong.

import assert from 'node:assert/strict'
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ReadLives } from '../../src/cli/why-lives.ts'
import { readByPostings } from '../../src/cli/why-reading.ts'
import { postingsName } from '../../src/log/postings-format.ts'
import { writePostings } from '../../src/log/postings-writer.ts'
import { idText } from '../../src/model/id-text.ts'
import type { MessageId } from '../../src/model/ids.ts'
import { temporaryFolder } from '../support/broker-process.ts'
import {
  coverSome,
  drawLives,
  dropOldest,
  idsOf,
  postingsIn,
  scanned,
  wholeTasks,
  writeLives,
} from '../support/postings-log.ts'
import { seeded, variedFrom } from '../support/property.ts'

async function inFolder(body: (dir: string) => Promise<void>): Promise<void> {
  const dir = temporaryFolder('postings')
  try {
    await body(dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Records read are fewer; all else is the same. */
function told({ lives, firstOffset, end, inUse, holes, lost }: ReadLives): object {
  return { lives, firstOffset, end, inUse, holes, lost }
}

async function expectEqual(dir: string, id: MessageId): Promise<boolean> {
  const whole = await scanned(dir, id)
  const found = await readByPostings(dir, id, idText(id))
  if (found === undefined) return false
  assert.deepEqual(told(found), told(whole))
  assert.equal(found.records + found.passed, whole.records + whole.passed)
  return true
}

test('by postings, whatever they cover, a life is what the whole log tells', async () => {
  const sum = { asked: 0, answered: 0, dropped: 0 }
  const folders = fc.asyncProperty(fc.nat(2 ** 30), fc.boolean(), (seed, drops) =>
    inFolder(async (dir) => {
      const entries = drawLives(500, seed)
      await writeLives(dir, entries.slice(0, 400), seed)
      if (drops) sum.dropped += await dropOldest(dir, entries.slice(400), seed)
      await coverSome(dir, seed)
      for (const id of idsOf(entries, seed, 8)) {
        sum.asked++
        if (await expectEqual(dir, id)) sum.answered++
      }
    }),
  )
  const runs = seeded('why-postings', 8)
  await variedFrom(
    'why-postings',
    runs.seed,
    (seed) => fc.assert(folders, { ...runs, seed }),
    () => [
      ...(sum.dropped > 0 ? [] : ['a dropped segment']),
      // Of a folder with hardly any postings no question is answered by them.
      ...(sum.answered > sum.asked * 0.9 ? [] : ['postings that answer most questions']),
    ],
  )
  console.log(JSON.stringify(sum))
})

test('postings gone on with are byte for byte those made in one go', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(2 ** 30), (seed) =>
      inFolder(async (dir) => {
        await writeLives(dir, drawLives(300, seed), seed)
        for (const task of await coverSome(dir, seed)) {
          const file = path.join(dir, postingsName(task.header.number))
          const known = readFileSync(file)
          rmSync(file)
          await writePostings(task)
          assert.deepEqual(readFileSync(file), known)
        }
      }),
    ),
    seeded('postings-extended', 6),
  )
})

test('whatever bit of postings is flipped, or where they are cut, a life is what the whole log tells', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(2 ** 30), fc.nat(2 ** 30), fc.boolean(), (seed, pick, cuts) =>
      inFolder(async (dir) => {
        const entries = drawLives(300, seed)
        await writeLives(dir, entries, seed)
        await coverSome(dir, seed)
        const names = postingsIn(dir)
        if (names.length === 0) return
        const file = path.join(dir, names[pick % names.length]!)
        const bytes = readFileSync(file)
        const at = (pick >>> 3) % bytes.length
        if (cuts) writeFileSync(file, bytes.subarray(0, at))
        else {
          bytes[at]! ^= 1 << (pick & 7)
          writeFileSync(file, bytes)
        }
        for (const id of idsOf(entries, seed, 4)) await expectEqual(dir, id)
      }),
    ),
    seeded('postings-flipped', 10),
  )
})

test('postings of another log, of another segment or of more than there is are not believed', async () => {
  await inFolder(async (dir) => {
    const entries = drawLives(400, 5)
    await writeLives(dir, entries, 5)
    for (const task of await wholeTasks(dir)) await writePostings(task)
    await inFolder(async (other) => {
      await writeLives(other, drawLives(400, 6), 6)
      for (const task of await wholeTasks(other)) await writePostings(task)
      for (const name of postingsIn(other))
        copyFileSync(path.join(other, name), path.join(dir, name))
    })
    for (const id of idsOf(entries, 5, 3))
      assert.equal(await readByPostings(dir, id, idText(id)), undefined)
    const [first, second] = await wholeTasks(dir)
    await writePostings(second!)
    copyFileSync(path.join(dir, postingsName(2)), path.join(dir, postingsName(1)))
    for (const id of idsOf(entries, 5, 3)) assert.ok(await expectEqual(dir, id))
    assert.equal(first!.header.number, 1)
  })
})

test('where the log is damaged after it was covered, no life is shorter than the whole log tells', async () => {
  const sum = { same: 0, more: 0 }
  await fc.assert(
    fc.asyncProperty(fc.nat(2 ** 30), fc.nat(2 ** 30), (seed, pick) =>
      inFolder(async (dir) => {
        const entries = drawLives(300, seed)
        await writeLives(dir, entries, seed)
        await coverSome(dir, seed)
        const tasks = await wholeTasks(dir)
        const { header, end } = tasks[pick % tasks.length]!
        const file = path.join(dir, `${String(header.number).padStart(10, '0')}.segment`)
        const bytes = readFileSync(file)
        bytes[4096 + ((pick >>> 4) % Math.max(1, end.position - 4096))]! ^= 1 << (pick & 7)
        writeFileSync(file, bytes)
        for (const id of idsOf(entries, seed, 6)) {
          const whole = await scanned(dir, id)
          const found = await readByPostings(dir, id, idText(id))
          if (found === undefined) continue
          assert.deepEqual(found.lives, whole.lives)
          for (const hole of found.lost) assert.ok(whole.lost.some((one) => same(one, hole)))
          if (found.lost.length < whole.lost.length) sum.more++
          else sum.same++
        }
      }),
    ),
    seeded('postings-damaged-log', 10),
  )
  console.log(JSON.stringify(sum))
})

function same(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
