// Does a consumer that misbehaves slow down another group? A paced stream to one prompt group, with and without three
// others on the same topic: one takes a second a message, one never acknowledges, one never reads.
// The yardstick has no groups; it runs alone, as the reference of what the machine gives at this rate.
//
//   node --import tsx bench/isolation.ts [--rate 5000] [--seconds 60] [--rounds 1]

import { parseArgs } from 'node:util'
import type { Behaviour } from './load/consumer.ts'
import { probeText } from './run/disk-probe.ts'
import { faultsOf } from './run/faults.ts'
import { runPaced, startLoad, type LoadRun } from './run/load-process.ts'
import { describeMachine } from './run/machine.ts'
import { progress, say, table, writeReport } from './run/report.ts'
import { startServer, type Server } from './run/servers.ts'
import { sidesOf, withProbedDir } from './run/sides.ts'
import { figure, spread, spreadText } from './run/statistics.ts'

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '60' },
    rounds: { type: 'string', default: '1' },
    'body-bytes': { type: 'string', default: '200' },
    only: { type: 'string' },
    dir: { type: 'string' },
    out: { type: 'string' },
  },
})

type Case = 'yardstick' | 'broker alone' | 'broker with bad groups'

interface Run {
  readonly round: number
  readonly case: Case
  readonly load: LoadRun
}

/** The contract: the others' p99 stays within this factor. */
const factorMax = 2
const bad: readonly Behaviour[] = ['slow', 'silent', 'deaf']
const cases: readonly Case[] = sidesOf(values.only).flatMap((side) =>
  side === 'yardstick' ? ['yardstick'] : ['broker alone', 'broker with bad groups'],
)

async function runCase(dir: string, which: Case): Promise<LoadRun> {
  const kind = which === 'yardstick' ? 'yardstick' : 'broker'
  const server = await startServer({ kind, dir })
  const body = { 'body-bytes': values['body-bytes'] }
  const others = which === 'broker with bad groups' ? await startBad(server, body) : []
  try {
    const paced = { rate: values.rate, 'in-flight': 16_384, seconds: values.seconds }
    return await runPaced(server, { ...body, ...paced, 'warmup-seconds': 2 }, body)
  } finally {
    for (const other of others) other.kill()
    await server.stop()
  }
}

/** Each in a group and a process of its own, connected and bound before the stream begins. */
async function startBad(
  server: Server,
  body: Readonly<Record<string, string>>,
): Promise<{ kill(): void }[]> {
  return Promise.all(
    bad.map(async (behaviour) => {
      const group = `bench-${behaviour}`
      const load = startLoad(server, { ...body, role: 'consume', group, behaviour, window: 1024 })
      await load.ready
      return load
    }),
  )
}

async function runRounds(dir: string): Promise<Run[]> {
  const runs: Run[] = []
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const which of cases) {
      progress(`round ${round}: ${which}, ${values.seconds} s`)
      runs.push({ round, case: which, load: await runCase(dir, which) })
    }
  }
  progress('')
  return runs
}

function of(runs: readonly Run[], which: Case, take: (load: LoadRun) => number): number[] {
  return runs.filter((run) => run.case === which).map((run) => take(run.load))
}

function rowOf({ round, case: which, load }: Run): string[] {
  const { publish, consume } = load
  const { p50, p99, p999, max } = consume!.latency
  const lost = Math.max(0, publish!.acked - consume!.unique)
  const numbers = [publish!.perSecond, p50, p99, p999, max, load.serverCores]
  return [
    String(round),
    which,
    ...numbers.map(figure),
    ...[load.residentBytes / 2 ** 20, publish!.refused, lost, consume!.duplicates].map(figure),
  ]
}

function notesOf(runs: readonly Run[]): string[] {
  if (!cases.includes('broker alone')) return []
  const p99 = (which: Case): number[] => of(runs, which, (load) => load.consume!.latency.p99)
  const alone = p99('broker alone')
  const factors = spread(p99('broker with bad groups').map((value, i) => value / alone[i]!))
  const mib = (which: Case): number[] => of(runs, which, (load) => load.residentBytes / 2 ** 20)
  const before = mib('broker alone')
  const added = spread(mib('broker with bad groups').map((value, i) => value - before[i]!))
  const held = factors.median <= factorMax ? 'held' : 'NOT HELD'
  return [
    `p99 of the prompt group grew ${spreadText(factors)} times; promised at most ${factorMax}: ${held}`,
    `memory added by the bad groups: ${spreadText(added)} MiB`,
  ]
}

const { result: runs, probeBefore, probeAfter } = await withProbedDir(values.dir, runRounds)
const head =
  'round,case,acked/s,arrival p50 ms,p99,p99.9,max,server,MiB at end,refused,lost,duplicates'
say(`\n${table(head.split(','), runs.map(rowOf))}\n`)
const notes = notesOf(runs)
notes.push(...runs.flatMap((run) => faultsOf(`${run.case}, round ${run.round}`, run.load)))
for (const note of notes) say(note)
say(`disk probe before ${probeText(probeBefore)}, after ${probeText(probeAfter)}`)
const take = (share: 'p50' | 'p99' | 'p999') => (which: Case) =>
  spread(of(runs, which, (load) => load.consume!.latency[share])).median
const path = writeReport(
  {
    name: 'isolation',
    machine: describeMachine(),
    probeBefore,
    probeAfter,
    settings: values,
    runs,
    summary: cases.map((which) => ({ case: which, p99: take('p99')(which) })),
    notes,
  },
  {
    title: `Due to arrival of the prompt group at ${values.rate} messages a second`,
    yLabel: 'ms',
    categories: cases,
    series: (['p50', 'p99', 'p999'] as const).map((share) => ({
      name: share,
      values: cases.map(take(share)),
    })),
  },
  values.out,
)
say(`written: ${path}.json, .svg`)
