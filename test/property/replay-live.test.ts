// What `kiteq replay` rebuilds, against what was: a random history of the real loop notes the digest of its living state now
// and then, and the folder it leaves gives the same digest for each of these offsets.

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { openLogFolder, type LogFolder } from '../../src/cli/folder.ts'
import { rebuild } from '../../src/cli/rebuild.ts'
import { diffBetween } from '../../src/cli/replay.ts'
import type { StateSummary } from '../../src/cli/state-summary.ts'
import type { SummaryDiff } from '../../src/cli/summary-diff.ts'
import { temporaryFolder } from '../support/broker-process.ts'
import { kiteq, kiteqJson } from '../support/command-line.ts'
import { liveHistory, type LiveHistory } from '../support/live-history.ts'
import { seeded, variedFrom } from '../support/property.ts'
import { randomOf } from '../support/seeded-random.ts'

interface Replayed extends StateSummary {
  readonly horizon: { readonly stateOffset: number }
}

interface Difference {
  readonly before: StateSummary
  readonly after: StateSummary
  readonly diff: SummaryDiff
}

const offsetsPerHistory = 100

interface Left {
  readonly dir: string
  readonly live: LiveHistory
  readonly folder: LogFolder
  /** Those with a digest that can still be asked for. */
  readonly offsets: readonly number[]
}

for (const keepBytes of [0, 30 * 1024]) {
  const which = keepBytes === 0 ? 'all is kept' : 'old segments go'
  test(`where ${which}, replay --until makes the state that was captured live, at 100 random offsets`, async (t) => {
    const name = `replay-live, ${which}`
    const { seed } = seeded(name, 1)
    const { dir, live, folder, offsets } = await variedFrom(
      name,
      seed,
      (seed) => left(t, seed, keepBytes),
      (one) => lacks(one, keepBytes > 0),
    )
    assert.equal(folder.end, live.endOffset)
    assert.equal(folder.horizon > 0, keepBytes > 0)
    const chosen = drawn(offsets, seed)
    for (const offset of chosen) {
      const { state, holes } = await rebuild(folder, offset)
      assert.equal(state.digest(), live.digests.get(offset), `offset ${offset}`)
      assert.deepEqual(holes, [])
    }
    const [one, other] = [chosen[0]!, chosen[1]!]
    const { diff } = await diffBetween(folder, Math.min(one, other), Math.max(one, other))
    const pair = [live.digests.get(diff.from), live.digests.get(diff.to)]
    assert.deepEqual(diff.digest, pair)
    console.log(
      `replay-live: ${chosen.length} offsets of ${folder.horizon} to ${folder.end}, ${live.restarts} restarts`,
    )
    await expectOfTheCommand(t, dir, live, chosen)
  })
}

/** The command says the same, and a difference is the same whichever end is asked for first. */
async function expectOfTheCommand(
  t: TestContext,
  dir: string,
  live: LiveHistory,
  chosen: readonly number[],
): Promise<void> {
  const [one, other] = chosen as [number, number]
  const replay = ['replay', '--data-dir', dir]
  const state = await kiteqJson<Replayed>([...replay, '--until', `${one}`])
  assert.deepEqual([state.offset, state.digest], [one, live.digests.get(one)])
  const there = await kiteqJson<Difference>([...replay, '--until', `${one}`, '--diff', `${other}`])
  const back = await kiteqJson<Difference>([...replay, '--until', `${other}`, '--diff', `${one}`])
  assert.deepEqual(back, there)
  assert.ok(there.before.offset <= there.after.offset)
  for (const end of [there.before, there.after])
    assert.equal(end.digest, live.digests.get(end.offset))
  const { stateOffset } = state.horizon
  if (stateOffset === 0) return
  const before = await kiteq([...replay, '--until', `${stateOffset - 1}`])
  assert.notEqual(before.code, 0)
  assert.match(before.stderr, /--until|no state before/)
  t.diagnostic(`states from ${stateOffset} on`)
}

/** A history, and the folder it leaves. */
async function left(t: TestContext, seed: number, keepBytes: number): Promise<Left> {
  const dir = temporaryFolder('replay-live')
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const live = await liveHistory({ dir, seed, steps: 700, keepBytes })
  const folder = await openLogFolder(dir)
  t.after(() => folder.log.close())
  const offsets = [...live.digests.keys()].filter((offset) => offset >= folder.horizon)
  return { dir, live, folder, offsets }
}

/** Otherwise the test would say little. */
function lacks({ live: { kinds, restarts }, offsets }: Left, isRetained: boolean): string[] {
  const always = ['prepared', 'committed', 'failed', 'dead-lettered', 'paused', 'recalled'] as const
  const wanted = isRetained ? ([...always, 'base', 'dropped'] as const) : always
  const missing: string[] = wanted.filter((kind) => !kinds.has(kind))
  if (restarts === 0) missing.push('a restart')
  if (offsets.length < offsetsPerHistory) missing.push(`${offsetsPerHistory} offsets`)
  return missing
}

function drawn(offsets: readonly number[], seed: number): number[] {
  const random = randomOf(seed)
  const left = [...offsets]
  const take = (): number => left.splice(Math.floor(random() * left.length), 1)[0]!
  return Array.from({ length: offsetsPerHistory }, take)
}
