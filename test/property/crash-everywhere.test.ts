// Twenty fixed histories, each crashed after every operation of the disk, with everything lost, everything kept and 32
// partial images; and every one of those again at every step of its recovery.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { CrashPoints, readBack, someKept, type LogShape } from '../support/crash-disk-lab.ts'
import { exhaustive, fixedEntries, Lives, type Life } from '../support/crash-disk-lives.ts'
import { CrashDisk, type Image } from '../support/crash-disk.ts'

/** All of them in CI, every fifth otherwise. */
const every = Number(process.env['CRASH_HISTORIES'] ?? '4')
const partial = 32
let crashPoints = 0
after(() =>
  console.log(`fixed histories: ${crashPoints} distinct crash points, none lost anything`),
)

for (let n = 0; n < every; n++) {
  test(`fixed history ${n}: a crash after any operation, also inside the recovery, loses nothing announced`, async () => {
    const points = new CrashPoints()
    const shape = {
      segmentBytes: 5_400 + 150 * n,
      batchBytesMax: 700 + 60 * (n % 5),
      seed: 100 * n,
    }
    const entries = fixedEntries(n + 1, 16 + n)
    const lives = new Lives(entries, shape, points, exhaustive(partial))
    const first: Life = { steps: 20 + 3 * n, how: n % 2 === 0 ? 'power' : 'kill', seed: 10 * n }
    const second: Life = { steps: Infinity, how: 'power', seed: 10 * n + 5 }
    await lives.live(first, entries.length)
    await lives.live(second, entries.length)
    await lives.end()
    crashPoints += points.count
    assert.ok(points.count > 300, `${points.count} crash points`)
    console.log(`fixed history ${n}: ${points.count} distinct crash points in ${lives.steps} steps`)
  })
}

test('a name that a killed process left unsynced is safe before the next segment has one', async () => {
  const shape = { segmentBytes: 5_400, batchBytesMax: 700, seed: 1 }
  let isNamed = false
  const killed = new CrashDisk({
    onStep: (step) => {
      if (isNamed) killed.stop()
      isNamed = step.endsWith('0000000001.segment')
    },
  })
  await Promise.race([startOn(killed, shape), killed.stopped])
  const images: Image[] = []
  const disk = killed.killed(() => 0, {
    onStep: () => {
      for (let seed = 0; seed < 40; seed++) images.push(disk.powerLost(someKept(seed)))
    },
  })
  await startOn(disk, { ...shape, seed: 2 })
  assert.ok(images.length > 400, `${images.length} images`)
  for (const image of images) await readBack(CrashDisk.of(image), shape, false)
})

async function startOn(disk: CrashDisk, shape: LogShape): Promise<void> {
  const { log } = await readBack(disk, shape, false)
  await log.startWriting()
}
