// How a bench says what it found: a table on the terminal, JSON and a plot in bench/results.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { probeText, type DiskProbe } from './disk-probe.ts'
import type { Machine } from './machine.ts'
import { plotBars, type Plot } from './plot.ts'

export interface Report {
  readonly name: string
  readonly machine: Machine
  readonly probeBefore: DiskProbe
  readonly probeAfter: DiskProbe
  readonly settings: Readonly<Record<string, unknown>>
  /** Every run as it was, not only its summary. */
  readonly runs: readonly unknown[]
  readonly summary: unknown
  readonly notes: readonly string[]
}

const resultsDir = fileURLToPath(new URL('../results/', import.meta.url))

/** Writes `<name>-<date>.json` and `.svg`; returns the path without its ending. */
export function writeReport(report: Report, plot: Plot, dir: string = resultsDir): string {
  mkdirSync(dir, { recursive: true })
  const date = new Date().toISOString().slice(0, 19).replaceAll(':', '-')
  const path = join(dir, `${report.name}-${date}`)
  const json = JSON.stringify({ date, ...report }, withoutFolders, 1)
  writeFileSync(`${path}.json`, `${json}\n`)
  const { machine } = report
  const from = `commit ${machine.commit}, ${machine.cores} x ${machine.cpu}, Node ${machine.node}`
  const disk = `disk probe ${probeText(report.probeBefore)}, after ${probeText(report.probeAfter)}`
  writeFileSync(`${path}.svg`, plotBars({ ...plot, foot: [from, disk] }))
  return path
}

/** Results are shared: where a machine keeps its folders is nobody's business and changes no figure. */
function withoutFolders(_key: string, value: unknown): unknown {
  if (typeof value !== 'string') return value
  return value.replace(/(^|[\s=])\/[^\s]*/g, '$1(elsewhere)')
}

/** First column to the left, the others to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  return lines
    .map((line) =>
      line
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join('  '),
    )
    .join('\n')
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
  else process.stderr.write(`${text}\n`)
}
