// A grid of cells, each run by yardstick and broker in turn, several rounds: what publish and publish-consume share.

import { parseArgs } from 'node:util'
import { parseCells, type Cell } from './cells.ts'
import { referenceCpuNs } from './cpu-probe.ts'
import { probeText } from './disk-probe.ts'
import { faultsOf } from './faults.ts'
import { runLoad, type LoadRun } from './load-process.ts'
import { describeMachine } from './machine.ts'
import { progress, say, table, writeReport } from './report.ts'
import { startServer, type ServerKind } from './servers.ts'
import { sidesOf, withProbedDir } from './sides.ts'
import { figure, spread, spreadText, type Spread } from './statistics.ts'

export interface Grid {
  readonly name: string
  readonly title: string
  readonly cells: string
  /** publish: acknowledgements are counted. both: deliveries. */
  readonly role: 'publish' | 'both'
  /** Lines to print under the table. */
  check(rows: readonly Row[], context: CheckContext): string[]
}

export interface CheckContext {
  readonly probes: readonly { readonly regime: 'fast' | 'slow' }[]
  readonly bodyBytes: number
  readonly cpuProbeNs: number
}

interface Run {
  readonly cell: string
  readonly side: ServerKind
  readonly round: number
  readonly load: LoadRun
}

export interface Row {
  readonly cell: string
  readonly side: ServerKind
  /** Acknowledged, or delivered, in the window. */
  readonly perSecond: Spread
  /** Send to acknowledgement, ms. */
  readonly ack: Percentiles
  /** Send to arrival at the consumer, ms; NaN without consumers. */
  readonly arrival: Percentiles
  readonly serverCores: Spread
  /** CPU of the server a message, microseconds: the figure that other programs disturb least. */
  readonly serverUs: Spread
  readonly loadCores: Spread
  readonly otherCores: Spread
  readonly residentMiB: Spread
}

export interface Percentiles {
  readonly p50: Spread
  readonly p99: Spread
  readonly p999: Spread
}

interface Settings {
  readonly cells: string
  readonly rounds: string
  readonly seconds: string
  /** Of load that is not counted: code is compiled by use, on both sides. */
  readonly 'warmup-seconds': string
  readonly 'body-bytes': string
  readonly only?: string | undefined
  readonly dir?: string | undefined
  readonly out?: string | undefined
  /** Further words of a server's command, as in --yardstick="--sync dsync". */
  readonly yardstick: string
  readonly broker: string
}

function settingsOf(grid: Grid): Settings {
  return parseArgs({
    options: {
      cells: { type: 'string', default: grid.cells },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '3' },
      'warmup-seconds': { type: 'string', default: '2' },
      'body-bytes': { type: 'string', default: '200' },
      only: { type: 'string' },
      dir: { type: 'string' },
      out: { type: 'string' },
      yardstick: { type: 'string', default: '' },
      broker: { type: 'string', default: '' },
    },
  }).values
}

/** Reads its settings from the command line, runs, prints and writes the report. */
export async function runGrid(grid: Grid): Promise<void> {
  const settings = settingsOf(grid)
  const sides = sidesOf(settings.only)
  const cells = parseCells(settings.cells)
  const { result, probeBefore, probeAfter } = await withProbedDir(settings.dir, (dir) =>
    runAll(grid, settings, sides, cells, dir),
  )
  const rows = summarise(result, cells, sides)
  say(`\n${textOf(grid, rows)}`)
  say(`\ndisk probe before ${probeText(probeBefore)}, after ${probeText(probeAfter)}`)
  const bodyBytes = Number(settings['body-bytes'])
  const machine = describeMachine()
  const { cpuProbeNs } = machine
  say(`cpu probe ${cpuProbeNs} ns (${referenceCpuNs} when the reference was taken)`)
  const notes = grid.check(rows, { probes: [probeBefore, probeAfter], bodyBytes, cpuProbeNs })
  notes.push(
    ...result.flatMap((run) => faultsOf(`${run.side} ${run.cell} round ${run.round}`, run.load)),
  )
  for (const note of notes) say(note)
  const report = {
    name: grid.name,
    machine,
    probeBefore,
    probeAfter,
    settings: { ...settings },
    runs: result,
    summary: rows,
    notes,
  }
  const series = sides.map((side) => {
    const own = rows.filter((row) => row.side === side).map((row) => row.perSecond)
    return {
      name: side,
      values: own.map((of) => of.median),
      low: own.map((of) => of.low),
      high: own.map((of) => of.high),
    }
  })
  const plot = {
    title: `${grid.title}, ${bodyBytes} B`,
    yLabel: 'a second',
    logarithmic: true,
    categories: cells.map((cell) => cell.name),
    series,
  }
  const path = writeReport(report, plot, settings.out)
  say(`written: ${path}.json, .svg`)
}

async function runAll(
  grid: Grid,
  settings: Settings,
  sides: readonly ServerKind[],
  cells: readonly Cell[],
  dir: string,
): Promise<Run[]> {
  const runs: Run[] = []
  for (const cell of cells) {
    for (let round = 1; round <= Number(settings.rounds); round++) {
      for (const side of sides) {
        progress(`${cell.name}, round ${round}: ${side}`)
        const load = await runOnce(grid, settings, dir, side, cell)
        runs.push({ cell: cell.name, side, round, load })
      }
    }
  }
  progress('')
  return runs
}

async function runOnce(
  grid: Grid,
  settings: Settings,
  dir: string,
  side: ServerKind,
  cell: Cell,
): Promise<LoadRun> {
  const mode = grid.role === 'both' ? 'deliver' : 'publish'
  const more = side === 'yardstick' ? ['--mode', mode] : []
  more.push(...settings[side].split(' ').filter((word) => word !== ''))
  const server = await startServer({ kind: side, dir, more })
  try {
    return await runLoad(server, {
      role: grid.role,
      connections: cell.connections,
      'in-flight': cell.inFlight,
      consumers: cell.connections,
      window: Math.floor(65_536 / cell.connections),
      'body-bytes': settings['body-bytes'],
      seconds: settings.seconds,
      'warmup-seconds': settings['warmup-seconds'],
    })
  } finally {
    await server.stop()
  }
}

function summarise(
  runs: readonly Run[],
  cells: readonly Cell[],
  sides: readonly ServerKind[],
): Row[] {
  return cells.flatMap((cell) =>
    sides.map((side) => {
      const loads = runs.filter((run) => run.cell === cell.name && run.side === side)
      const of = (take: (load: LoadRun) => number): Spread =>
        spread(loads.map((run) => take(run.load)))
      const percentiles = (part: 'publish' | 'consume'): Percentiles => ({
        p50: of((load) => load[part]?.latency.p50 ?? NaN),
        p99: of((load) => load[part]?.latency.p99 ?? NaN),
        p999: of((load) => load[part]?.latency.p999 ?? NaN),
      })
      return {
        cell: cell.name,
        side,
        perSecond: of((load) => (load.consume ?? load.publish)!.perSecond),
        ack: percentiles('publish'),
        arrival: percentiles('consume'),
        serverCores: of((load) => load.serverCores),
        serverUs: of(
          (load) => (load.serverCores * 1e6) / (load.consume ?? load.publish)!.perSecond,
        ),
        loadCores: of((load) => load.loadCores),
        otherCores: of((load) => load.otherCores),
        residentMiB: of((load) => load.residentBytes / 2 ** 20),
      }
    }),
  )
}

function textOf(grid: Grid, rows: readonly Row[]): string {
  const what = grid.role === 'both' ? 'delivered/s' : 'acked/s'
  const arrival = grid.role === 'both' ? ['arrival p50', 'p99'] : []
  const head = ['cell', 'side', `${what} (low-high)`, 'of yardstick', 'ack p50 ms', 'p99', 'p99.9']
  head.push(...arrival, 'us/msg', 'server', 'load', 'other', 'MiB')
  return table(
    head,
    rows.map((row) => {
      const yardstick = rows.find((other) => other.cell === row.cell && other.side !== row.side)
      const share =
        row.side === 'broker' ? row.perSecond.median / (yardstick?.perSecond.median ?? NaN) : NaN
      const arrivals = grid.role === 'both' ? [row.arrival.p50, row.arrival.p99] : []
      return [
        row.cell,
        row.side,
        spreadText(row.perSecond),
        Number.isNaN(share) ? '' : `${figure(share * 100)} %`,
        ...[row.ack.p50, row.ack.p99, row.ack.p999, ...arrivals].map((of) => figure(of.median)),
        ...[row.serverUs, row.serverCores, row.loadCores, row.otherCores].map((of) =>
          figure(of.median),
        ),
        figure(row.residentMiB.median),
      ]
    }),
  )
}
