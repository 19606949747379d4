// The two servers under test as child processes: the yardstick and the broker, each on its own port and folder.
// Whatever is started here is ended here, by its pid, and its folder is removed.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createInterface } from 'node:readline'

export type ServerKind = 'yardstick' | 'broker'

export interface ServerOptions {
  readonly kind: ServerKind
  /** Where data folders go; the temporary folder when left out. */
  readonly dir?: string | undefined
  /** An existing data folder, for a restart. */
  readonly dataDir?: string | undefined
  /** Any free one when left out. */
  readonly port?: number | undefined
  /** Further arguments of the server's command. */
  readonly more?: readonly string[]
}

export interface Server {
  readonly kind: ServerKind
  readonly pid: number
  readonly port: number
  readonly dataDir: string
  /** Spawn to the line that says it listens, ms. */
  readonly startMs: number
  /** SIGTERM (or the given signal), SIGKILL after 10 s; the folder goes unless it is kept. */
  stop(options?: { signal?: NodeJS.Signals; keepData?: boolean }): Promise<void>
}

const root = fileURLToPath(new URL('../../', import.meta.url))
const startTimeoutMs = 60_000
const stopTimeoutMs = 10_000

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

/**
 * The broker's command without arguments, or undefined when there is no broker yet. The environment variable
 * KITEQ_BENCH_BROKER names another main.js: another commit's build, say.
 */
export function brokerCommand(): readonly string[] | undefined {
  const other = process.env['KITEQ_BENCH_BROKER']
  if (other !== undefined) return [other]
  const built = join(root, 'dist/cli/main.js')
  const source = join(root, 'src/cli/main.ts')
  if (existsSync(built)) return [built]
  return existsSync(source) ? ['--import', 'tsx', source] : undefined
}

/** Rejects when the server ends or says nothing before the time is up. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const parent = options.dir ?? tmpdir()
  const dataDir = options.dataDir ?? mkdtempSync(join(parent, `kiteq-bench-${options.kind}-`))
  const port = options.port ?? (await freePort())
  const begun = performance.now()
  const words = [...commandOf(options.kind, port, dataDir), ...(options.more ?? [])]
  const child = spawn(process.execPath, words, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  child.once('exit', () => running.delete(child))
  await listening(child, options.kind)
  return {
    kind: options.kind,
    pid: child.pid!,
    port,
    dataDir,
    startMs: performance.now() - begun,
    stop: async ({ signal = 'SIGTERM', keepData = false } = {}) => {
      await end(child, signal)
      if (!keepData) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

function commandOf(kind: ServerKind, port: number, dataDir: string): string[] {
  const address = ['--listen', `127.0.0.1:${port}`, '--data-dir', dataDir]
  if (kind === 'yardstick') return ['--import', 'tsx', 'bench/yardstick/server.ts', ...address]
  const command = brokerCommand()
  if (command === undefined) throw new Error('there is no broker: build it first')
  return [...command, 'serve', ...address, '--http', 'off']
}

function listening(child: ChildProcess, kind: ServerKind): Promise<void> {
  return new Promise((resolve, reject) => {
    const said: string[] = []
    const fail = (why: string): void => {
      child.kill('SIGKILL')
      reject(new Error(`the ${kind} ${why}\n${said.slice(-20).join('\n')}`))
    }
    const timer = setTimeout(() => fail('does not listen'), startTimeoutMs)
    child.once('exit', (code) => fail(`ended with code ${code ?? 'none'}`))
    for (const stream of [child.stdout!, child.stderr!]) {
      createInterface({ input: stream }).on('line', (line) => {
        if (said.push(line) > 100) said.shift()
        if (!line.includes('listening on')) return
        clearTimeout(timer)
        resolve()
      })
    }
  })
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
  await ended
  clearTimeout(timer)
}

/** A loopback port that nobody holds at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
