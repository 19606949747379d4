// Where and from what a figure was taken: commit, machine, versions. Stands in every result file.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { probeCpu } from './cpu-probe.ts'

export interface Machine {
  readonly commit: string
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly kernel: string
  readonly node: string
  /** cpu-probe.ts: ns for a checksum of 200 B at the end of the run. */
  readonly cpuProbeNs: number
  readonly command: string
}

export function describeMachine(): Machine {
  return {
    commit: commit(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: `${type()} ${release()}`,
    node: process.version,
    cpuProbeNs: probeCpu(),
    command: ['node', ...process.execArgv, ...process.argv.slice(1)]
      .map((word) => word.replace(`${process.cwd()}/`, ''))
      .join(' '),
  }
}

function commit(): string {
  const git = (...words: string[]): string =>
    execFileSync('git', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    const dirty = git('status', '--porcelain', '--', 'src', 'bench') === '' ? '' : '+changes'
    return git('rev-parse', '--short', 'HEAD') + dirty
  } catch {
    return 'none'
  }
}

/** CPU seconds a process has used so far; NaN where the system does not tell. */
export function cpuSeconds(pid: number): number {
  const fields = procFile(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ')
  // utime and stime, in ticks of 10 ms.
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** Resident memory of a process, bytes; NaN where the system does not tell. */
export function residentBytes(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(procFile(`/proc/${pid}/status`))
  return line === null ? NaN : Number(line[1]) * 1024
}

/** CPU seconds all cores were busy so far; NaN where the system does not tell. */
export function machineCpuSeconds(): number {
  const fields = procFile('/proc/stat').split('\n')[0]!.trim().split(/\s+/).slice(1).map(Number)
  // user, nice, system, irq, softirq; idle, iowait and stolen time are left out.
  return ([0, 1, 2, 5, 6].reduce((sum, at) => sum + (fields[at] ?? NaN), 0) || NaN) / 100
}

function procFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
