// Runs the load generator as a child process against a started server and takes the server's CPU in the same window.

import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { LoadEvent, LoadResult } from '../load/result.ts'
import { cpuSeconds, machineCpuSeconds, residentBytes } from './machine.ts'
import type { Server } from './servers.ts'

export interface LoadRun extends LoadResult {
  /** CPU in the window, in cores. */
  readonly serverCores: number
  /** What neither server nor load used: other programs and the kernel on their behalf. */
  readonly otherCores: number
  /** Of the server, at the window's end, bytes. */
  readonly residentBytes: number
}

/** A generator that runs until it is done, or until a consumer is told what to expect. */
export interface LoadProcess {
  readonly pid: number
  readonly ready: Promise<void>
  readonly measured: Promise<void>
  readonly done: Promise<LoadRun>
  /** For a consumer with its publisher elsewhere: wait for so many messages, then report. */
  expect(count: number): void
  kill(): void
}

interface Sample {
  readonly at: number
  readonly server: number
  readonly machine: number
}

const main = fileURLToPath(new URL('../load/main.ts', import.meta.url))
const root = fileURLToPath(new URL('../../', import.meta.url))

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Options by their names on the generator's command line, without dashes. */
export type LoadOptions = Readonly<Record<string, string | number>>

/** pid 0: the server is not up yet, so its CPU and memory are not taken. */
export type Target = Pick<Server, 'port' | 'pid'>

export function startLoad(server: Target, options: LoadOptions): LoadProcess {
  const words = Object.entries(options).map(([name, value]) => `--${name}=${value}`)
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', main, `--port=${server.port}`, ...words],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  )
  running.add(child)
  const ready = new Deferred<undefined>()
  const measured = new Deferred<undefined>()
  const done = new Deferred<LoadRun>()
  let first: Sample | undefined
  let window: Pick<LoadRun, 'serverCores' | 'otherCores' | 'residentBytes'> | undefined
  child.on('message', (message) => {
    const event = message as LoadEvent
    if (event.event === 'ready') ready.resolve(undefined)
    else if (event.event === 'measuring') first = sample(server.pid)
    else if (event.event === 'measured') {
      window = usage(first!, server.pid)
      measured.resolve(undefined)
    } else done.resolve(finish(event.result, window!))
  })
  child.once('exit', (code) => {
    running.delete(child)
    const error = new Error(`the load generator ended with code ${code ?? 'none'}`)
    for (const one of [ready, measured, done]) one.reject(error)
  })
  return {
    pid: child.pid!,
    ready: ready.promise,
    measured: measured.promise,
    done: done.promise,
    expect: (count) => child.send({ expect: count }),
    kill: () => child.kill('SIGKILL'),
  }
}

class Deferred<T> {
  resolve!: (value: T) => void
  reject!: (error: Error) => void
  readonly promise: Promise<T> = new Promise<T>((resolve, reject) => {
    this.resolve = resolve
    this.reject = reject
  })

  constructor() {
    // Whoever waits for it hears of a failure; one that nobody waits for must not end the process.
    this.promise.catch(() => undefined)
  }
}

export function runLoad(server: Target, options: LoadOptions): Promise<LoadRun> {
  return startLoad(server, options).done
}

/** A paced publisher and a consumer in processes of their own, so that neither waits for the other's turn. */
export async function runPaced(
  server: Target,
  publish: LoadOptions,
  consume: LoadOptions,
): Promise<LoadRun> {
  const consumer = startLoad(server, { ...consume, role: 'consume', 'warmup-seconds': 0 })
  await consumer.ready
  const publisher = await runLoad(server, { ...publish, role: 'publish' })
  consumer.expect(publisher.publish!.acked)
  const consumed = await consumer.done
  return { ...publisher, consume: consumed.consume }
}

function sample(pid: number): Sample {
  return { at: performance.now(), server: cpuSeconds(pid), machine: machineCpuSeconds() }
}

function usage(
  first: Sample,
  pid: number,
): Pick<LoadRun, 'serverCores' | 'otherCores' | 'residentBytes'> {
  const last = sample(pid)
  const seconds = (last.at - first.at) / 1000
  return {
    serverCores: round((last.server - first.server) / seconds),
    otherCores: (last.machine - first.machine) / seconds,
    residentBytes: residentBytes(pid),
  }
}

function finish(
  result: LoadResult,
  window: Pick<LoadRun, 'serverCores' | 'otherCores' | 'residentBytes'>,
): LoadRun {
  const loadCores = round(result.loadCores)
  const otherCores = round(Math.max(0, window.otherCores - window.serverCores - loadCores))
  return { ...result, ...window, loadCores, otherCores }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
