// How long a message takes from being due to being at the consumer, at a fixed rate the broker is not strained by.
// Pairs of runs, yardstick then broker, so that each difference is taken within one minute of the machine's life.
//
//   node --import tsx bench/latency.ts [--rate 5000] [--pairs 5] [--seconds 5] [--body-bytes 200] [--only yardstick]

import { parseArgs } from 'node:util'
import { probeText } from './run/disk-probe.ts'
import { faultsOf } from './run/faults.ts'
import { runPaced, type LoadRun } from './run/load-process.ts'
import { describeMachine } from './run/machine.ts'
import { progress, say, table, writeReport } from './run/report.ts'
import { startServer, type ServerKind } from './run/servers.ts'
import { sidesOf, withProbedDir } from './run/sides.ts'
import { figure, spread, spreadText } from './run/statistics.ts'

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '5000' },
    pairs: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    'body-bytes': { type: 'string', default: '200' },
    only: { type: 'string' },
    dir: { type: 'string' },
    out: { type: 'string' },
  },
})

interface Run {
  readonly pair: number
  readonly side: ServerKind
  readonly load: LoadRun
}

const sides = sidesOf(values.only)

async function runOnce(dir: string, side: ServerKind): Promise<LoadRun> {
  const server = await startServer({ kind: side, dir })
  try {
    const body = { 'body-bytes': values['body-bytes'] }
    const paced = { rate: values.rate, 'in-flight': 16_384, seconds: values.seconds }
    return await runPaced(server, { ...body, ...paced, 'warmup-seconds': 1 }, body)
  } finally {
    await server.stop()
  }
}

async function runPairs(dir: string): Promise<Run[]> {
  const runs: Run[] = []
  for (let pair = 1; pair <= Number(values.pairs); pair++) {
    for (const side of sides) {
      progress(`pair ${pair}: ${side}`)
      runs.push({ pair, side, load: await runOnce(dir, side) })
    }
  }
  progress('')
  return runs
}

function rowOf({ pair, side, load }: Run): string[] {
  const { publish, consume } = load
  const lost = Math.max(0, publish!.acked - consume!.unique)
  const { p50, p99, p999, max } = consume!.latency
  return [
    String(pair),
    side,
    ...[publish!.perSecond, p50, p99, p999, max, publish!.latency.p50, publish!.latency.p99].map(
      figure,
    ),
    ...[load.serverCores, load.otherCores, lost, consume!.duplicates].map(figure),
  ]
}

function p99Of(runs: readonly Run[], side: ServerKind): number[] {
  return runs.filter((run) => run.side === side).map((run) => run.load.consume!.latency.p99)
}

const { result: runs, probeBefore, probeAfter } = await withProbedDir(values.dir, runPairs)
const head = 'pair,side,acked/s,p50 ms,p99,p99.9,max,ack p50,ack p99,server,other,lost,duplicates'
say(`\n${table(head.split(','), runs.map(rowOf))}`)

const summary = sides.map((side) => ({ side, p99: spread(p99Of(runs, side)) }))
const notes = summary.map(({ side, p99 }) => `${side}: arrival p99 ${spreadText(p99)} ms`)
if (sides.length === 2) {
  const broker = p99Of(runs, 'broker')
  const ratios = p99Of(runs, 'yardstick').map((value, i) => broker[i]! / value)
  notes.push(`broker / yardstick, pair by pair: ${spreadText(spread(ratios))}`)
}
notes.push(...runs.flatMap((run) => faultsOf(`${run.side} pair ${run.pair}`, run.load)))
say('')
for (const note of notes) say(note)
say(`disk probe before ${probeText(probeBefore)}, after ${probeText(probeAfter)}`)
const path = writeReport(
  {
    name: 'latency',
    machine: describeMachine(),
    probeBefore,
    probeAfter,
    settings: values,
    runs,
    summary,
    notes,
  },
  {
    title: `Due to arrival, p99, at ${values.rate} messages a second`,
    yLabel: 'ms',
    categories: Array.from({ length: Number(values.pairs) }, (_, i) => `pair ${i + 1}`),
    series: sides.map((side) => ({ name: side, values: p99Of(runs, side) })),
  },
  values.out,
)
say(`written: ${path}.json, .svg`)
