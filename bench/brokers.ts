// What one broker does and what three do side by side: publishers and consumers of each in a process of their own. On one
// machine they share its cores and its disk, so this shows what sharing costs; more machines give more.
//
//   node --import tsx bench/brokers.ts [--brokers 1,3] [--seconds 5] [--rounds 3] [--in-flight 256]

import { parseArgs } from 'node:util'
import { probeText } from './run/disk-probe.ts'
import { faultsOf } from './run/faults.ts'
import { runLoad, type LoadRun } from './run/load-process.ts'
import { describeMachine } from './run/machine.ts'
import { progress, say, table, writeReport } from './run/report.ts'
import { startServer } from './run/servers.ts'
import { withProbedDir } from './run/sides.ts'
import { figure, spread } from './run/statistics.ts'

const { values } = parseArgs({
  options: {
    brokers: { type: 'string', default: '1,3' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    /** Of all publishers together. */
    'in-flight': { type: 'string', default: '256' },
    'body-bytes': { type: 'string', default: '200' },
    dir: { type: 'string' },
    out: { type: 'string' },
  },
})

interface Run {
  readonly round: number
  readonly brokers: number
  readonly loads: readonly LoadRun[]
}

const counts = values.brokers.split(',').map(Number)

async function runOnce(dir: string, round: number, brokers: number): Promise<Run> {
  const servers = await Promise.all(
    Array.from({ length: brokers }, () => startServer({ kind: 'broker', dir })),
  )
  try {
    const options = {
      role: 'both',
      'in-flight': Math.ceil(Number(values['in-flight']) / brokers),
      'body-bytes': values['body-bytes'],
      seconds: values.seconds,
    }
    const loads = await Promise.all(servers.map((server) => runLoad(server, options)))
    return { round, brokers, loads }
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

async function runRounds(dir: string): Promise<Run[]> {
  const runs: Run[] = []
  for (let round = 1; round <= Number(values.rounds); round++)
    for (const brokers of counts) {
      progress(`round ${round}: ${brokers} broker(s), ${values.seconds} s`)
      runs.push(await runOnce(dir, round, brokers))
    }
  progress('')
  return runs
}

function sum(loads: readonly LoadRun[], of: (load: LoadRun) => number): number {
  return loads.reduce((total, load) => total + of(load), 0)
}

function rowOf({ round, brokers, loads }: Run): string[] {
  const shares = loads.map((load) => figure(load.publish!.perSecond)).join(' + ')
  const lost = sum(loads, (load) => Math.max(0, load.publish!.acked - load.consume!.unique))
  const numbers = [
    sum(loads, (load) => load.publish!.perSecond),
    sum(loads, (load) => load.consume!.perSecond),
    Math.max(...loads.map((load) => load.publish!.latency.p99)),
    sum(loads, (load) => load.serverCores),
    lost,
  ]
  return [String(round), String(brokers), ...numbers.map(figure), shares]
}

const { result: runs, probeBefore, probeAfter } = await withProbedDir(values.dir, runRounds)
const head = 'round,brokers,acked/s,received/s,ack p99 ms,server cores,lost,acked/s of each'
say(`\n${table(head.split(','), runs.map(rowOf))}\n`)
const notes = runs.flatMap((run) =>
  run.loads.flatMap((load, at) => faultsOf(`broker ${at + 1}, round ${run.round}`, load)),
)
for (const note of notes) say(note)
say(`disk probe before ${probeText(probeBefore)}, after ${probeText(probeAfter)}`)
const rateOf =
  (of: (load: LoadRun) => number) =>
  (brokers: number): number =>
    spread(runs.filter((run) => run.brokers === brokers).map(({ loads }) => sum(loads, of))).median
const acked = rateOf((load) => load.publish!.perSecond)
const received = rateOf((load) => load.consume!.perSecond)
const path = writeReport(
  {
    name: 'brokers',
    machine: describeMachine(),
    probeBefore,
    probeAfter,
    settings: values,
    runs,
    summary: counts.map((brokers) => ({
      brokers,
      acked: acked(brokers),
      received: received(brokers),
    })),
    notes,
  },
  {
    title: `Messages a second through brokers side by side, ${values['in-flight']} in flight`,
    yLabel: 'messages/s',
    categories: counts.map((brokers) => `${brokers} broker(s)`),
    series: [
      { name: 'acked', values: counts.map(acked) },
      { name: 'received', values: counts.map(received) },
    ],
  },
  values.out,
)
say(`written: ${path}.json, .svg`)
