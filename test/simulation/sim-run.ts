// Many clusters, one after another, and what they showed together. Each prints the one line that runs it again when it fails.

import assert from 'node:assert/strict'
import { SimCluster, type ClusterFigures } from './sim-cluster.ts'

export interface RunOptions {
  readonly seed: number
  readonly clusters: number
  readonly troubledMs: number
  /** Stop before the next one once so many ms have passed. */
  readonly isOver?: () => boolean
}

export interface RunTotal {
  clusters: number
  publishes: number
  acked: number
  delivered: number
  leaderChanges: number
  hours: number
  events: number
  faults: Record<string, number>
}

export function emptyTotal(): RunTotal {
  return {
    clusters: 0,
    publishes: 0,
    acked: 0,
    delivered: 0,
    leaderChanges: 0,
    hours: 0,
    events: 0,
    faults: {},
  }
}

/** Every third cluster has five members. */
export async function runOne(seed: number, troubledMs: number): Promise<ClusterFigures> {
  const members = seed % 3 === 2 ? 5 : 3
  const minInSync = (members + 1) / 2
  try {
    return await new SimCluster({ seed, members, minInSync, troubledMs }).run()
  } catch (error) {
    const line = `SEED=${seed} RUNS=0.01 TROUBLED_MS=${troubledMs} npm test -- simulation/cluster.test`
    assert.fail(`${line}\n${String(error)}`)
  }
}

export async function runMany(options: RunOptions): Promise<RunTotal> {
  const total = emptyTotal()
  const { seed, clusters, troubledMs, isOver = () => false } = options
  for (let i = 0; i < clusters && !isOver(); i++) add(total, await runOne(seed + i, troubledMs))
  return total
}

export function add(total: RunTotal, figures: ClusterFigures | RunTotal): void {
  total.clusters += 'clusters' in figures ? figures.clusters : 1
  total.publishes += figures.publishes
  total.acked += figures.acked
  total.delivered += figures.delivered
  total.leaderChanges += figures.leaderChanges
  total.events += figures.events
  total.hours += 'hours' in figures ? figures.hours : figures.virtualMs / 3_600_000
  for (const [name, count] of Object.entries(figures.faults))
    total.faults[name] = (total.faults[name] ?? 0) + count
}
