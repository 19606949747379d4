// The real broker as a child process, for tests that come in by its doors: start, wait until it listens, stop it or
// kill it. Waits on lines and exits, never on time alone; signals only the pid it started.

import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { program } from './program.ts'

const root = path.resolve(import.meta.dirname, '../..')

export interface BrokerOptions {
  /** No arguments but `args`, and this working folder: a start by the original's command line. */
  readonly bareIn?: string
  /** More arguments of `serve`, after the ones set here; `--http` and `--listen` given here win. */
  readonly args?: readonly string[]
  /** A data folder to use again. Without it a new one is made, and removed by `stop`. */
  readonly dataDir?: string
  /** Text of a registry file (YAML), written for this process and removed at its end. */
  readonly registry?: string
  /** Text of a kiteq.toml, likewise. */
  readonly config?: string
  /** A first delivery waits as in service; without it none does, and tests are quicker. */
  readonly firstDelay?: 'as shipped'
  /** The arguments that come before `serve`'s own; for a stand-in, or for the built broker. */
  readonly command?: readonly string[]
  /** What all of that begins with: a program that runs it elsewhere, in its own place. */
  readonly behind?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  /** A start that takes longer is a failure. */
  readonly readyMs?: number
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface BrokerProcess {
  /** `host:port` of the clients' door. */
  readonly address: string
  readonly host: string
  readonly port: number
  /** `host:port` of the HTTP door once its line was seen; undefined when it is off. */
  readonly http: string | undefined
  readonly pid: number
  readonly dataDir: string
  readonly registryFile: string
  /** Everything printed so far, line by line. */
  readonly stdout: readonly string[]
  readonly stderr: readonly string[]
  /** The first line, of the past or the future, of either stream that matches; rejects when the broker exits without one. */
  line(pattern: RegExp): Promise<string>
  readonly exited: Promise<Exit>
  /** SIGTERM. Rejects when the broker outlives its own bound and has to be killed. Idempotent. */
  stop(): Promise<Exit>
  /** SIGKILL: no chance to flush anything. The data folder stays. */
  kill9(): Promise<Exit>
  signal(name: NodeJS.Signals): void
}

const readyMsDefault = 30_000
/** A clean stop is bounded at 15 s by the broker itself. */
const stopMs = 20_000
/** KITEQ_BROKER_COMMAND, words apart by blanks, lets the same tests look at another build of the broker. */
const defaultCommand: readonly string[] = process.env['KITEQ_BROKER_COMMAND']?.split(' ') ?? [
  process.execPath,
  ...program.map(fromAnywhere),
  'serve',
]
const running = new Set<ChildProcess>()

/** Of an argument of the program: the same in any working folder. */
function fromAnywhere(argument: string): string {
  if (argument === 'tsx') return import.meta.resolve('tsx')
  return argument.includes('/') ? path.join(root, argument) : argument
}

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A fresh folder under the system's temporary one; the caller removes it. */
export function temporaryFolder(name: string): string {
  return mkdtempSync(path.join(tmpdir(), `kiteq-${name}-`))
}

/** Resolves when the broker listens; rejects with everything it printed when it exits or is silent instead. */
export async function startBroker(options: BrokerOptions = {}): Promise<BrokerProcess> {
  const own = options.dataDir === undefined ? temporaryFolder('broker') : undefined
  const beside = temporaryFolder('settings')
  const child = new Child(options, own ?? options.dataDir!, beside, own)
  try {
    await child.ready(options.readyMs ?? readyMsDefault)
    return child
  } catch (error) {
    await child.kill9()
    child.removeData()
    throw error
  }
}

interface Waiter {
  readonly pattern: RegExp
  readonly resolve: (line: string) => void
  readonly reject: (error: Error) => void
}

class Child implements BrokerProcess {
  host = ''
  port = 0
  http: string | undefined
  readonly pid: number
  readonly dataDir: string
  readonly registryFile: string
  readonly stdout: string[] = []
  readonly stderr: string[] = []
  readonly exited: Promise<Exit>
  readonly #process: ChildProcess
  readonly #ownData: string | undefined
  readonly #waiters = new Set<Waiter>()
  #end: Exit | undefined
  #stopping: Promise<Exit> | undefined

  constructor(options: BrokerOptions, dataDir: string, beside: string, own: string | undefined) {
    this.dataDir = dataDir
    this.#ownData = own
    this.registryFile = path.join(beside, 'registry.yaml')
    const [program, ...before] = [...(options.behind ?? []), ...(options.command ?? defaultCommand)]
    const given = options.bareIn === undefined ? settings(options, dataDir, beside) : []
    const args = [...before, ...given, ...(options.args ?? [])]
    this.#process = spawn(program!, args, {
      cwd: options.bareIn ?? root,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.add(this.#process)
    this.pid = this.#process.pid ?? -1
    const drained = [
      this.#read(this.#process.stdout!, this.stdout),
      this.#read(this.#process.stderr!, this.stderr),
    ]
    this.exited = new Promise<Exit>((resolve) => {
      this.#process.once('error', (error) => {
        this.stderr.push(String(error))
        resolve({ code: null, signal: null })
      })
      this.#process.once('exit', (code, signal) => resolve({ code, signal }))
    }).then(async (exit) => {
      running.delete(this.#process)
      await Promise.all(drained)
      rmSync(beside, { recursive: true, force: true })
      this.#ended(exit)
      return exit
    })
  }

  get address(): string {
    return `${this.host}:${this.port}`
  }

  async ready(withinMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`broker not listening after ${withinMs} ms\n${this.#printed()}`)),
        withinMs,
      )
    })
    try {
      const line = await Promise.race([this.line(/(?<!http )listening on \S+:\d+/i), late])
      const place = /listening on (\S+):(\d+)/i.exec(line)!
      this.host = place[1]!
      this.port = Number(place[2])
    } finally {
      clearTimeout(timer)
    }
  }

  line(pattern: RegExp): Promise<string> {
    const known = [...this.stdout, ...this.stderr].find((line) => pattern.test(line))
    if (known !== undefined) return Promise.resolve(known)
    if (this.#end !== undefined) return Promise.reject(this.#missing(pattern))
    return new Promise((resolve, reject) => this.#waiters.add({ pattern, resolve, reject }))
  }

  signal(name: NodeJS.Signals): void {
    if (this.#end === undefined) this.#process.kill(name)
  }

  stop(): Promise<Exit> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async kill9(): Promise<Exit> {
    this.signal('SIGKILL')
    return this.exited
  }

  removeData(): void {
    if (this.#ownData !== undefined) rmSync(this.#ownData, { recursive: true, force: true })
  }

  async #stop(): Promise<Exit> {
    this.signal('SIGTERM')
    const overdue = new AbortController()
    const timer = setTimeout(() => {
      overdue.abort()
      this.signal('SIGKILL')
    }, stopMs)
    const exit = await this.exited
    clearTimeout(timer)
    this.removeData()
    if (overdue.signal.aborted)
      throw new Error(`broker outlived SIGTERM by ${stopMs} ms and was killed\n${this.#printed()}`)
    return exit
  }

  async #read(stream: Readable, into: string[]): Promise<void> {
    for await (const line of createInterface({ input: stream })) {
      into.push(line)
      this.http ??= /http\S* (?:listening )?on (?:http:\/\/)?([^\s/]+:\d+)/i.exec(line)?.[1]
      for (const waiter of this.#waiters) {
        if (!waiter.pattern.test(line)) continue
        this.#waiters.delete(waiter)
        waiter.resolve(line)
      }
    }
  }

  #ended(exit: Exit): void {
    this.#end = exit
    for (const waiter of this.#waiters) waiter.reject(this.#missing(waiter.pattern))
    this.#waiters.clear()
  }

  #missing(pattern: RegExp): Error {
    const how = this.#end?.signal ?? `code ${this.#end?.code}`
    return new Error(`broker ended (${how}) without a line ${pattern}\n${this.#printed()}`)
  }

  #printed(): string {
    return [...this.stdout, ...this.stderr].slice(-40).join('\n')
  }
}

function settings(options: BrokerOptions, dataDir: string, beside: string): string[] {
  const args = ['--data-dir', dataDir]
  const given = options.args ?? []
  if (!given.includes('--listen')) args.push('--listen', '127.0.0.1:0')
  if (!given.includes('--http')) args.push('--http', 'off')
  if (options.registry !== undefined) {
    const file = path.join(beside, 'registry.yaml')
    writeFileSync(file, options.registry)
    args.push('--registry', `file://${file}`)
  }
  const config = options.firstDelay === undefined ? undelayed(options.config) : options.config
  if (config !== undefined && !given.includes('--config')) {
    const file = path.join(beside, 'kiteq.toml')
    writeFileSync(file, config)
    args.push('--config', file)
  }
  return args
}

function undelayed(config = ''): string {
  const section = '[delivery]\nfirstDelaySeconds = 0\n'
  const written = config.replace('[delivery]\n', section)
  return written === config ? `${config}\n${section}` : written
}
