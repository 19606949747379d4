// How many records a second become durable: the log room alone against bare loops, and O_DSYNC against write + fdatasync.
// A bare record is as long as the published one, so the columns compare.
//
//   node --import tsx bench/append.ts [--in-flight 1,16,64,256,1024] [--rounds 3] [--seconds 1] [--body-bytes 200]

import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { BareAppender } from './append/bare-appender.ts'
import { closedLoop, type Appender, type LoopResult } from './append/closed-loop.ts'
import { openLogAppender } from './append/log-appender.ts'
import { probeText } from './run/disk-probe.ts'
import { describeMachine } from './run/machine.ts'
import { progress, say, table, writeReport } from './run/report.ts'
import { withProbedDir } from './run/sides.ts'
import { figure, spread, spreadText, type Spread } from './run/statistics.ts'
import { headBytes } from './wire/frames.ts'
import { publishTemplate } from './wire/packets.ts'

const { values } = parseArgs({
  options: {
    'in-flight': { type: 'string', default: '1,16,64,256,1024' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '1' },
    'body-bytes': { type: 'string', default: '200' },
    dir: { type: 'string' },
    out: { type: 'string' },
  },
})

interface Variant {
  readonly name: string
  open(dir: string): Appender | Promise<Appender>
}

interface Run {
  readonly variant: string
  readonly inFlight: number
  readonly round: number
  readonly result: LoopResult
}

const warmupMs = 200
const bodyBytes = Number(values['body-bytes'])
const shape = { topic: 'bench-topic', type: 'bench-type', group: 'bench-pub', bodyBytes }
const recordBytes = publishTemplate(shape).bytes.length - headBytes
const loads = values['in-flight'].split(',').map(Number)
const variants = variantsOf()

function variantsOf(): Variant[] {
  const bare = (how: 'write' | 'writev' | 'dsync', zeroFilled: boolean): Variant => ({
    name: `bare ${how === 'dsync' ? 'O_DSYNC' : `${how}+fdatasync`}, ${zeroFilled ? 'zeros' : 'growing'}`,
    open: (dir) => new BareAppender({ dir, recordBytes, how, zeroFilled }),
  })
  const all = [bare('write', false), bare('write', true), bare('writev', true), bare('dsync', true)]
  return [...all, { name: 'log room', open: (dir) => openLogAppender(dir, bodyBytes) }]
}

async function runOnce(parent: string, variant: Variant, inFlight: number): Promise<LoopResult> {
  const dir = mkdtempSync(join(parent, 'append-'))
  const appender = await variant.open(dir)
  const result = await closedLoop(appender, inFlight, warmupMs, Number(values.seconds) * 1000)
  await appender.close()
  rmSync(dir, { recursive: true, force: true })
  return result
}

async function runAll(dir: string): Promise<Run[]> {
  const runs: Run[] = []
  for (const inFlight of loads) {
    for (let round = 1; round <= Number(values.rounds); round++) {
      for (const variant of variants) {
        progress(`${inFlight} in flight, round ${round}: ${variant.name}`)
        const result = await runOnce(dir, variant, inFlight)
        runs.push({ variant: variant.name, inFlight, round, result })
      }
    }
  }
  progress('')
  return runs
}

function summarise(runs: readonly Run[], variant: Variant, inFlight: number): Spread {
  return spread(
    runs
      .filter((run) => run.variant === variant.name && run.inFlight === inFlight)
      .map((run) => run.result.perSecond),
  )
}

/** A log that is durable much faster than the fastest bare sync of the same minutes does not sync. */
function notesOf(rows: readonly (readonly Spread[])[]): string[] {
  const bare = Math.max(...rows.slice(0, -1).map((row) => row[0]!.high))
  const log = rows.at(-1)![0]!.low
  const both = `${loads[0]!} in flight: log room ${figure(log)}, fastest bare loop ${figure(bare)} a second`
  return log > 2 * bare ? [`NOT IN ORDER: ${both}. Does the log sync at all?`] : []
}

const { result: runs, probeBefore, probeAfter } = await withProbedDir(values.dir, runAll)
const rows = variants.map((variant) => loads.map((load) => summarise(runs, variant, load)))
say(`\nrecords of ${recordBytes} B made durable a second, median (low-high), by records in flight`)
say(
  table(
    ['', ...loads.map(String)],
    variants.map((variant, i) => [variant.name, ...rows[i]!.map(spreadText)]),
  ),
)
const notes = notesOf(rows)
for (const note of notes) say(note)
say(`\ndisk probe before ${probeText(probeBefore)}, after ${probeText(probeAfter)}`)
const path = writeReport(
  {
    name: 'append',
    machine: describeMachine(),
    probeBefore,
    probeAfter,
    settings: values,
    runs,
    summary: variants.map((variant, i) => ({ variant: variant.name, perSecond: rows[i] })),
    notes,
  },
  {
    title: `Records made durable a second, ${recordBytes} B`,
    yLabel: 'a second',
    logarithmic: true,
    categories: loads.map((load) => `${load} in flight`),
    series: variants.map((variant, i) => ({
      name: variant.name,
      values: rows[i]!.map((row) => row.median),
      low: rows[i]!.map((row) => row.low),
      high: rows[i]!.map((row) => row.high),
    })),
  },
  values.out,
)
say(`written: ${path}.json, .svg`)
