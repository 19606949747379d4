import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import type { Entry } from '../../test/support/histories.ts'
import { drawHistory, writeHistory, type WrittenHistory } from '../../test/support/log-history.ts'
import { seeded } from '../../test/support/property.ts'
import { randomOf } from '../../test/support/seeded-random.ts'
import { openLogFolder, type LogFolder } from './folder.ts'
import { momentOf, offsetAt, rangeAt } from './moment.ts'
import { rebuild } from './rebuild.ts'
import { diffBetween } from './replay.ts'

/** A history in a folder of its own, opened to read. */
async function withHistory(
  entries: readonly Entry[],
  use: (folder: LogFolder, written: WrittenHistory) => Promise<void>,
): Promise<void> {
  const dir = mkdtempSync(path.join(tmpdir(), 'kiteq-replay-'))
  try {
    const written = await writeHistory(dir, entries)
    const folder = await openLogFolder(dir)
    await use(folder, written)
    await folder.log.close()
  } finally {
    rmSync(dir, { recursive: true })
  }
}

test('at 100 random offsets of a random history the replayed digest is the one of then', async () => {
  const { seed } = seeded('replay', 1)
  const random = randomOf(seed)
  await withHistory(drawHistory(700, seed), async (folder, { digests, checkpoints }) => {
    assert.equal(folder.end, 700)
    let fromCheckpoint = 0
    for (let i = 0; i < 100; i++) {
      const offset = Math.floor(random() * 701)
      const { state, checkpoint, records, holes } = await rebuild(folder, offset)
      assert.equal(state.digest(), digests[offset], `offset ${offset}`)
      assert.deepEqual(holes, [])
      const nearest = checkpoints.findLast((at) => at <= offset)
      assert.equal(checkpoint, nearest, 'the nearest checkpoint is where it begins')
      assert.equal(records, offset - (nearest ?? 0))
      if (nearest !== undefined) fromCheckpoint++
    }
    assert.ok(fromCheckpoint > 0)
  })
})

test('nothing in the folder is written, made or taken away', async () => {
  await withHistory(drawHistory(150, 1), async (folder) => {
    const look = (): unknown[] =>
      readdirSync(folder.dir).map((name) => {
        const { size, mtimeMs } = statSync(path.join(folder.dir, name))
        return [name, size, mtimeMs]
      })
    const before = look()
    await diffBetween(folder, 10, 140)
    assert.deepEqual(look(), before)
  })
})

test('a moment is the place before the first record that is not earlier', async () => {
  await withHistory(drawHistory(300, 2), async (folder, { places }) => {
    const of = (text: string): Promise<number> =>
      offsetAt(folder, '--until', momentOf('--until', text))
    for (const { timeMs } of places.filter((_, n) => n % 17 === 0)) {
      const first = places.findIndex((place) => place.timeMs >= timeMs)
      const later = places.findIndex((place) => place.timeMs > timeMs)
      assert.equal(await of(String(timeMs)), first)
      assert.equal(await of(new Date(timeMs).toISOString()), first)
      assert.equal(await of(String(timeMs + 1)), later < 0 ? places.length : later)
    }
    assert.equal(await of('earliest'), 0)
    assert.equal(await of('latest'), 300)
    assert.equal(await of('2001-10-01'), 0)
    assert.equal(await of('2999-01-01T00:00:00+02:00'), 300)
    await assert.rejects(of('301'), /expected one from 0 to 300, where this log ends$/)
    await assert.rejects(of('20261123'), /where this log ends; for the day write 2026-11-23$/)
    for (const noDay of ['20261323', '20260230', '12345678'])
      await assert.rejects(of(noDay), /where this log ends$/)
    const range = (from: string, to: string): Promise<[number, number]> =>
      rangeAt(folder, ['--from', '--to'], [momentOf('--from', from), momentOf('--to', to)])
    assert.deepEqual(await range('10', '10'), [10, 10])
    await assert.rejects(range('20', '10'), {
      code: 'KITEQ_USAGE',
      message: '--from is record 20, --to record 10; expected --to to be later',
    })
    for (const bad of ['', 'now', '-1', '1.5', '2026-02-30', '2026-11-23 10:00', '10:00'])
      assert.throws(() => momentOf('--from', bad), /--from is .*; expected an offset/, bad)
  })
})

test('a difference is what the records between have done', async () => {
  await withHistory(drawHistory(500, 3), async (folder, { digests }) => {
    const { before, after, diff } = await diffBetween(folder, 130, 460)
    assert.deepEqual(diff.digest, [digests[130], digests[460]])
    const count = Object.values(diff.records).reduce((sum, one) => sum + one, 0)
    assert.equal(count, 330)
    for (const key of ['transactions', 'bindings', 'deadLetters'] as const)
      assert.equal(
        before[key].length + diff[key].came.length - diff[key].went.length,
        after[key].length,
        key,
      )
    const waiting = (list: readonly { waiting: number }[]): number =>
      list.reduce((sum, one) => sum + one.waiting, 0)
    const grown = diff.pending.reduce((sum, one) => sum + one.waiting[1] - one.waiting[0], 0)
    assert.equal(waiting(before.pending) + grown, waiting(after.pending))
    assert.ok(after.pending.every(({ oldest }) => oldest?.time !== null))
    const none = await diffBetween(folder, 200, 200)
    assert.deepEqual(
      [none.diff.records, none.diff.pending, none.diff.bindings],
      [{}, [], { came: [], went: [] }],
    )
  })
})
