// A real MariaDB from Debian's package on a free loopback port and a socket of its own, with its data in a temporary folder.
// Started by the test that needs it, ended by pid. Where the package is missing, `missingMariaDb` says so.

import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise'
import { freePort } from './free-ports.ts'

const daemon = '/usr/sbin/mariadbd'
const install = '/usr/bin/mariadb-install-db'
const answersWithinMs = 60_000

/** Why no server can be started here, or false. With CI=true a missing one is a failure. */
export function missingMariaDb(): string | false {
  const missing = [daemon, install].filter((path) => !existsSync(path))
  if (missing.length === 0) return false
  const why = `${missing.join(' and ')} missing: install Debian's mariadb-server`
  if (process.env['CI'] === 'true') throw new Error(why)
  return why
}

export interface MariaDb {
  readonly host: string
  readonly port: number
  readonly socket: string
  /** May do everything, from this machine. */
  readonly user: string
  readonly password: string
  /** As root. */
  query(sql: string, values?: readonly unknown[]): Promise<readonly RowDataPacket[]>
  /** Resolves once it answers; the data of before is there again. */
  start(): Promise<void>
  /** Ends it at once; what was committed stays. */
  kill(): Promise<void>
  /** Ends it, and its data go. */
  remove(): Promise<void>
}

function certificate(name: string): string {
  return new URL(`../fixtures/tls/${name}`, import.meta.url).pathname
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A new server that answers. */
export async function mariaDb(): Promise<MariaDb> {
  const folder = mkdtempSync(join(tmpdir(), 'kiteq-mariadb-'))
  const data = join(folder, 'data')
  await promisify(execFile)(install, [
    '--no-defaults',
    `--datadir=${data}`,
    `--tmpdir=${folder}`, // a server that starts removes what others have in theirs
    `--user=${userInfo().username}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ])
  const server = new Server(folder, data, await freePort())
  try {
    await server.start()
    const { user, password } = server
    await server.query(`CREATE USER ${user} IDENTIFIED BY '${password}'`)
    await server.query(`GRANT ALL ON *.* TO ${user}`)
    return server
  } catch (error) {
    await server.remove()
    throw error
  }
}

class Server implements MariaDb {
  readonly host = '127.0.0.1'
  readonly port: number
  readonly socket: string
  readonly user = 'tester'
  readonly password = 'not-to-be-shown'
  readonly #folder: string
  readonly #data: string
  #child: ChildProcess | undefined
  #connection: Connection | undefined

  constructor(folder: string, data: string, port: number) {
    this.#folder = folder
    this.#data = data
    this.port = port
    this.socket = join(folder, 'socket')
  }

  async start(): Promise<void> {
    const log = join(this.#folder, 'errors')
    const child = spawn(
      daemon,
      [
        '--no-defaults',
        `--datadir=${this.#data}`,
        `--tmpdir=${this.#folder}`,
        `--user=${userInfo().username}`,
        `--bind-address=${this.host}`,
        `--port=${this.port}`,
        `--socket=${this.socket}`,
        `--pid-file=${join(this.#folder, 'pid')}`,
        `--log-error=${log}`,
        '--skip-name-resolve',
        '--skip-log-bin',
        '--max-allowed-packet=64M',
        '--innodb-buffer-pool-size=64M',
        '--innodb-flush-log-at-trx-commit=2',
        '--innodb-file-per-table=OFF',
        '--sync-frm=OFF',
        `--ssl-cert=${certificate('server.pem')}`,
        `--ssl-key=${certificate('server-key.pem')}`,
      ],
      { stdio: 'ignore' },
    )
    running.add(child)
    child.once('exit', () => running.delete(child))
    this.#child = child
    const until = performance.now() + answersWithinMs
    while (!(await this.#answers())) {
      const hasEnded = child.exitCode !== null || child.signalCode !== null
      if (hasEnded || performance.now() > until) {
        const said = existsSync(log) ? readFileSync(log, 'utf8').slice(-2000) : ''
        throw new Error(`MariaDB on ${this.port} does not answer\n${said}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  async query(sql: string, values: readonly unknown[] = []): Promise<readonly RowDataPacket[]> {
    this.#connection ??= await this.#connect()
    const [rows] = await this.#connection.query<RowDataPacket[]>(sql, [...values])
    return rows
  }

  async kill(): Promise<void> {
    this.#connection?.destroy()
    this.#connection = undefined
    const child = this.#child
    this.#child = undefined
    if (child === undefined) return
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }

  async remove(): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }

  async #connect(): Promise<Connection> {
    const connection = await createConnection({ socketPath: this.socket, user: 'root' })
    connection.on('error', () => undefined)
    return connection
  }

  async #answers(): Promise<boolean> {
    try {
      this.#connection = await this.#connect()
      return true
    } catch {
      return false
    }
  }
}
