import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { drawHistory, writeHistory, type WrittenHistory } from '../../test/support/log-history.ts'
import { segmentName } from '../log/segment.ts'
import { linesOf, repairFolder, type RepairResult } from './repair.ts'
import { verifyFolder } from './verify.ts'

const entries = drawHistory(280, 1)

async function inLog(
  use: (dir: string, written: WrittenHistory) => Promise<void>,
  options: Parameters<typeof writeHistory>[2],
): Promise<void> {
  const dir = mkdtempSync(path.join(tmpdir(), 'kiteq-repair-loss-'))
  try {
    await use(dir, await writeHistory(dir, entries, options))
  } finally {
    rmSync(dir, { recursive: true })
  }
}

/** A dry run, the repair, and a dry run that finds nothing more to do. */
async function repaired(dir: string): Promise<RepairResult> {
  const dry = await repairFolder(dir, false)
  const result = await repairFolder(dir, true)
  assert.deepEqual([result.steps, result.start], [dry.steps, dry.start])
  const again = await repairFolder(dir, false)
  assert.deepEqual([again.steps, again.start], [[], result.start])
  return result
}

test('first segments that are missing become empty ones where a checkpoint holds the state they made', async () => {
  for (const missing of [[1], [1, 2]])
    await inLog(
      async (dir, { digests, places, checkpoints }) => {
        for (const number of missing) rmSync(path.join(dir, segmentName(number)))
        const refused = (await verifyFolder(dir)).faults.find(({ kind }) => kind === 'header')
        const lost = places.filter(({ segment }) => missing.includes(segment)).length
        assert.match(refused!.text, /missing before it, and retention has not dropped/)
        assert.deepEqual([refused!.firstOffset, refused!.count], [0, lost])
        const result = await repaired(dir)
        assert.deepEqual(
          result.steps.map(({ kind }) => kind),
          missing.map(() => 'fill'),
        )
        assert.equal(result.log.recordsLost, lost)
        assert.ok(result.start.ok)
        assert.deepEqual(
          [result.start.endOffset, result.start.digest, result.start.checkpoint],
          [entries.length, digests.at(-1), checkpoints.at(-1)],
        )
        const said = linesOf(result).join('\n')
        assert.match(said, /stands in the checkpoint at offset \d+ alone: keep a copy of it/)
        assert.match(said, new RegExp(`${lost} records lost for good`))
      },
      { checkpoint: 100 },
    )
})

test('an end that two checkpoints miss is lost once, and as far as the start loses it', () =>
  inLog(
    async (dir, { checkpoints, digests, places }) => {
      for (const number of [3, 4]) rmSync(path.join(dir, segmentName(number)))
      const report = await verifyFolder(dir)
      const result = await repairFolder(dir, false)
      assert.equal(checkpoints.filter((offset) => offset > report.end).length, 2)
      const inTwo = places.filter(({ segment }) => segment <= 2).length
      assert.ok(result.start.ok)
      assert.equal(result.start.endOffset, inTwo, 'whole records of a batch that is not whole stay')
      assert.equal(result.start.digest, digests[inTwo])
      assert.deepEqual(
        [report.recordsLost, result.log.recordsLost],
        [checkpoints.at(-1)! - inTwo, checkpoints.at(-1)! - inTwo],
      )
    },
    { checkpoint: 10, run: 70, batch: 1000 },
  ))

test('the digest is that of the state at the offset it stands beside, also where a start keeps a part of the tail', () =>
  inLog(
    async (dir, { digests, places }) => {
      const last = places.at(-1)!
      const name = path.join(dir, segmentName(last.segment))
      const bytes = readFileSync(name)
      bytes[last.position + 6]! ^= 1
      writeFileSync(name, bytes)
      const { start, log } = await repairFolder(dir, false)
      assert.ok(start.ok && start.endOffset === entries.length - 1 && log.end < start.endOffset)
      assert.equal(start.digest, digests[start.endOffset])
    },
    { checkpoint: 1000 },
  ))

test('a log whose last run did not end in order is not said to have lost nothing', () =>
  inLog(
    async (dir) => {
      const said = linesOf(await repairFolder(dir, false)).join('\n')
      assert.match(said, /nothing lost (that the log knows of|but what is on record)/)
      assert.match(
        said,
        /does not end with the record of a stop in order .* acked records are gone/,
      )
    },
    { checkpoint: 1000 },
  ))
