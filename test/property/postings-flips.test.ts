// Every byte of a postings file, one bit turned at a time. Whatever `why` then tells by it is what a reading of the whole log
// tells.

import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { ReadLives } from '../../src/cli/why-lives.ts'
import { readByPostings } from '../../src/cli/why-reading.ts'
import { postingsHeadBytes } from '../../src/log/postings-format.ts'
import { writePostings } from '../../src/log/postings-writer.ts'
import { idText } from '../../src/model/id-text.ts'
import type { MessageId } from '../../src/model/ids.ts'
import { temporaryFolder } from '../support/broker-process.ts'
import {
  drawLives,
  idsOf,
  postingsIn,
  scanned,
  wholeTasks,
  writeLives,
} from '../support/postings-log.ts'
import { seeded } from '../support/property.ts'
import { randomOf } from '../support/seeded-random.ts'

/** All of them, each bit of the head and more ids in CI; every fourth otherwise. */
const isWhole = process.env['FLIP_POSTINGS'] === 'all'
const [stride, idsPerFlip] = isWhole ? [1, 6] : [4, 2]

test('whichever byte of postings is flipped, a life is what the whole log tells', async (t) => {
  const { seed } = seeded('postings-flips', 1)
  const random = randomOf(seed)
  const dir = temporaryFolder('postings-flips')
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const entries = drawLives(90, seed)
  await writeLives(dir, entries, seed)
  for (const task of await wholeTasks(dir)) await writePostings({ ...task, blockBytes: 256 })
  const wanted: { readonly id: MessageId; readonly expected: object }[] = []
  for (const id of idsOf(entries, seed, 30)) {
    const expected = told(await scanned(dir, id))
    const found = await readByPostings(dir, id, idText(id))
    if (found === undefined) continue // no shorter than to read everything
    assert.deepEqual(told(found), expected)
    wanted.push({ id, expected })
  }
  assert.ok(wanted.length > 2, `${wanted.length} lives are told by postings`)
  let flips = 0
  let fallenBack = 0
  for (const name of postingsIn(dir).slice(0, 1)) {
    const file = path.join(dir, name)
    const sound = readFileSync(file)
    for (let at = 0; at < sound.length; at += stride) {
      const some = [Math.floor(random() * 8)]
      for (const bit of at < postingsHeadBytes && isWhole ? [0, 1, 2, 3, 4, 5, 6, 7] : some) {
        const bytes = Uint8Array.from(sound)
        bytes[at]! ^= 1 << bit
        writeFileSync(file, bytes)
        flips++
        for (let i = 0; i < idsPerFlip; i++) {
          const { id, expected } = wanted[(flips * idsPerFlip + i) % wanted.length]!
          const found = await readByPostings(dir, id, idText(id))
          if (found === undefined) fallenBack++
          else assert.deepEqual(told(found), expected, `${name}, byte ${at}, bit ${bit}`)
        }
      }
    }
    writeFileSync(file, sound)
  }
  console.log(`postings-flips: ${flips} flips, ${fallenBack} times everything was read instead`)
  assert.ok(flips > 200, `${flips} flips`)
})

/** Records read are fewer; all else is the same. */
function told({ lives, firstOffset, end, inUse, holes, lost }: ReadLives): object {
  return { lives, firstOffset, end, inUse, holes, lost }
}
