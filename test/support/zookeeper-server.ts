// A real ZooKeeper from Debian's package, or an ensemble of three, on free loopback ports with a folder of its own. Started by
// the test that needs it, ended by pid. Where the package or Java is missing, `missingZooKeeper` says so.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { freePorts } from './free-ports.ts'

const jar = '/usr/share/java/zookeeper.jar'
const java = '/usr/bin/java'
const loopback = '127.0.0.1'
const answersWithinMs = 30_000

/** Why no server can be started here, or false. With CI=true a missing one is a failure. */
export function missingZooKeeper(): string | false {
  const missing = [java, jar].filter((path) => !existsSync(path))
  if (missing.length === 0) return false
  const why = `${missing.join(' and ')} missing: install Debian's zookeeper`
  if (process.env['CI'] === 'true') throw new Error(why)
  return why
}

export interface ZooKeeperServer {
  readonly port: number
  readonly address: string
  /** Resolves once it answers; the data of before is there again. */
  start(): Promise<void>
  kill(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void>
  isUp(): Promise<boolean>
  /** Of a killed one: all that it knew is gone. */
  empty(): void
}

export interface ZooKeeperEnsemble {
  readonly servers: readonly ZooKeeperServer[]
  /** `h:p,h:p`. */
  readonly address: string
  start(): Promise<void>
  remove(): Promise<void>
}

export interface ZooKeeperOptions {
  readonly tickMs?: number
  /** Where the tests reach one in another network; it listens on every address there. */
  readonly host?: string
  /** What its own command begins with. */
  readonly command?: readonly string[]
}

/** `count` 1 or 3. Sessions last 2 to 20 ticks. */
export async function zooKeeper(
  count: number,
  { tickMs = 500, host = loopback, command = [] }: ZooKeeperOptions = {},
): Promise<ZooKeeperEnsemble> {
  const folder = mkdtempSync(join(tmpdir(), 'kiteq-zookeeper-'))
  const ports = await freePorts(count * 3)
  const members = Array.from({ length: count }, (_, i) => i).map((i) => {
    const [quorum, election] = [ports[count + i]!, ports[2 * count + i]!]
    return `server.${i + 1}=127.0.0.1:${quorum}:${election}`
  })
  const servers = ports.slice(0, count).map((port, i) => {
    const dir = join(folder, String(i + 1))
    mkdirSync(dir)
    writeFileSync(join(dir, 'myid'), String(i + 1))
    const lines = [
      `tickTime=${tickMs}`,
      `dataDir=${dir}`,
      `clientPort=${port}`,
      `clientPortAddress=${host === loopback ? loopback : '0.0.0.0'}`,
      'initLimit=20',
      'syncLimit=10',
      'maxClientCnxns=0',
      'admin.enableServer=false',
      '4lw.commands.whitelist=ruok,srvr,mntr',
      ...(count > 1 ? members : []),
    ]
    const config = join(dir, 'zoo.cfg')
    writeFileSync(config, `${lines.join('\n')}\n`)
    return new Server(host, port, [...command, java], config)
  })
  return {
    servers,
    address: servers.map((server) => server.address).join(','),
    start: async () => {
      await Promise.all(servers.map((server) => server.start()))
    },
    remove: async () => {
      await Promise.all(servers.map((server) => server.kill('SIGKILL')))
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

class Server implements ZooKeeperServer {
  readonly port: number
  readonly address: string
  readonly #host: string
  readonly #command: readonly string[]
  readonly #config: string
  #child: ChildProcess | undefined

  constructor(host: string, port: number, command: readonly string[], config: string) {
    this.port = port
    this.address = `${host}:${port}`
    this.#host = host
    this.#command = command
    this.#config = config
  }

  async start(): Promise<void> {
    if (this.#child === undefined) {
      const main = 'org.apache.zookeeper.server.quorum.QuorumPeerMain'
      const options = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', jar]
      const [program, ...before] = this.#command
      const args = [...before, ...options, main, this.#config]
      const child = spawn(program!, args, { stdio: 'ignore' })
      running.add(child)
      child.once('exit', () => running.delete(child))
      this.#child = child
    }
    const until = performance.now() + answersWithinMs
    while (!(await this.isUp())) {
      if (performance.now() > until) throw new Error(`ZooKeeper on ${this.port} does not answer`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  empty(): void {
    rmSync(join(dirname(this.#config), 'version-2'), { recursive: true, force: true })
  }

  async kill(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    child.kill(signal)
    if (signal !== 'SIGKILL') return
    this.#child = undefined
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }

  /** It serves: of an ensemble, that a leader was found. */
  async isUp(): Promise<boolean> {
    return (await fourLetters(this.#host, this.port, 'srvr')).includes('Mode:')
  }
}

function fourLetters(host: string, port: number, word: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host }, () => socket.write(word))
    let text = ''
    socket.setTimeout(1000, () => socket.destroy())
    socket.on('data', (bytes) => (text += bytes.toString()))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(text))
  })
}
