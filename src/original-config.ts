// The original's cluster.toml and command line, read as its operators have them, into the settings of this broker. What has
// another place here, or needs none, is told in a line each: nothing is dropped in silence. Touches nothing itself.

import { resolve } from 'node:path'
import { parse } from 'smol-toml'
import { archiveBeside, shownAddress } from './archive-setting.ts'
import { addressText, parseAddress, type Address } from './config-values.ts'
import { KiteQError } from './model/errors.ts'
import { configFileBytesMax } from './model/limits.ts'

/** As the original's command line has them, text by name. */
export interface OriginalFlags {
  readonly configPath?: string | undefined
  readonly clusterName?: string | undefined
  readonly bind?: string | undefined
  readonly pport?: string | undefined
  readonly logPath?: string | undefined
}

export const originalFlagNames: readonly (keyof OriginalFlags)[] = [
  'configPath',
  'clusterName',
  'bind',
  'pport',
  'logPath',
]

export interface OriginalConfig {
  /** A table as kiteq.toml has one. */
  readonly settings: Table
  /** Where a setting was written, by its dotted key in `settings`; what nobody wrote is missing. */
  readonly names: ReadonlyMap<string, string>
  /** What the operator should know, a line each. */
  readonly told: readonly string[]
}

export type Table = Readonly<Record<string, unknown>>

const bindDefault = 'localhost:13800'
const clusterDefault = 'default_dev'
const deliverySecondsDefault = 5
const loopback = '127.0.0.1'
const everywhere = '0.0.0.0'

/**
 * `ours`: what was given in our own words, which wins. Throws KITEQ_CONFIG: file, key, what was found and what was expected.
 */
export function readOriginalConfig(
  flags: OriginalFlags,
  readFile: (path: string) => string,
  ours: Table,
): OriginalConfig {
  const path = flags.configPath
  if (path === undefined) {
    const alone = originalFlagNames.find((name) => flags[name] !== undefined) ?? 'bind'
    throw refused(
      `-${alone} is given without -configPath; expected -configPath FILE, as the original needs it, or our own flags (--help)`,
    )
  }
  const file = readToml(path, readFile)
  const name = flags.clusterName ?? clusterDefault
  const cluster = new Cluster(path, name, clusterOf(file, path, name))
  const doors = doorsOf(flags)
  const registry = registryOf(file, cluster)
  const settings = {
    listen: addressText(doors.listen),
    http: doors.http === undefined ? 'off' : addressText(doors.http),
    registry: registry.uri,
    topics: topicsOf(cluster),
    dataDir: storeOf(cluster, doors.listen.port, ours['dataDir']),
    ...advertisedAs(doors, registry.uri, cluster, ours),
    ...archiveOf(cluster, ours),
    delivery: {
      deliverySeconds: deliverySecondsOf(cluster),
      deliveryFirst: deliveryFirstOf(cluster),
      receivePerSecond: receiveRateOf(cluster),
    },
  }
  cluster.tellTheRest()
  if (flags.logPath !== undefined)
    cluster.told.push(
      `-logPath ${flags.logPath} is not used: logs are JSON lines on standard error`,
    )
  if (flags.logPath !== undefined && resolve(flags.logPath) === resolve(settings.dataDir))
    cluster.told.push(
      `-logPath ${flags.logPath} is the data folder here: whoever clears old logs in it would remove messages; expected another -logPath, db or --data-dir`,
    )
  return { settings, names: namesOf(flags, cluster, registry.key), told: cluster.told }
}

/** One [clusters.<name>], and what is said about it. */
class Cluster {
  readonly path: string
  readonly told: string[] = []
  readonly #name: string
  readonly #table: Table

  constructor(path: string, name: string, table: Table) {
    this.path = path
    this.#name = name
    this.#table = table
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#table, key)
  }

  get(key: string): unknown {
    return this.has(key) ? this.#table[key] : undefined
  }

  nameOf(key: string): string {
    return `${this.path}: clusters.${this.#name}.${key}`
  }

  tell(key: string, what: string): void {
    this.told.push(`${this.nameOf(key)} ${what}`)
  }

  wrong(key: string, expected: string): KiteQError {
    return refused(`${this.nameOf(key)} is ${shown(this.get(key))}; expected ${expected}`)
  }

  tellTheRest(): void {
    for (const key of Object.keys(this.#table)) {
      const why = needless.get(key)
      if (why !== undefined) this.tell(key, `is not needed: ${why}`)
      else if (!used.has(key)) this.tell(key, 'is no setting of the original: it is not read')
    }
  }
}

const used: ReadonlySet<string> = new Set([
  'env',
  'topics',
  'db',
  'deliverySeconds',
  'deliveryFirst',
  'recievePermitsPerSecond',
])

const needless: ReadonlyMap<string, string> = new Map([
  ['dlqExecHour', 'a message becomes a dead letter when it dies, not once a day'],
  ['logxml', 'logs are JSON lines on standard error'],
  ['maxDeliverWorkers', 'deliveries take no worker, each connection has a window of its own'],
  ['recoverSeconds', 'each message has its own time to be tried again'],
])

function readToml(path: string, readFile: (path: string) => string): Table {
  let text: string
  try {
    text = readFile(path)
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw refused(
      `-configPath is ${JSON.stringify(path)}, which cannot be read (${why}); expected a TOML file`,
      error,
    )
  }
  if (text.length > configFileBytesMax)
    throw refused(
      `-configPath is ${JSON.stringify(path)} of ${text.length} characters; expected at most ${configFileBytesMax}`,
    )
  try {
    return parse(text)
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
    const line = error instanceof Error && 'line' in error ? ` line ${String(error.line)}` : ''
    throw refused(`${path}${line}: ${why}; expected TOML`, error)
  }
}

function clusterOf(file: Table, path: string, name: string): Table {
  const clusters = tableIn(file, 'clusters') ?? {}
  const cluster = tableIn(clusters, name)
  if (cluster !== undefined) return cluster
  const names = Object.keys(clusters)
  const expected =
    names.length === 0 ? 'a file with [clusters.<name>]' : `one of ${names.join(', ')}`
  throw refused(`-clusterName is ${name}, which ${path} does not have; expected ${expected}`)
}

interface Doors {
  readonly bind: string
  readonly listen: Address
  /** undefined: none. */
  readonly http: Address | undefined
  readonly pport: number
}

/** IPv4 as the original: `localhost` is one address, and no host is all of them. */
function doorsOf(flags: OriginalFlags): Doors {
  const bind = flags.bind ?? bindDefault
  const address = parseAddress(bind.startsWith(':') ? everywhere + bind : bind)
  if (address === undefined)
    throw refused(`-bind is ${JSON.stringify(bind)}; expected host:port with a port up to 65535`)
  const host = address.host.toLowerCase() === 'localhost' ? loopback : address.host
  const pport = Number(flags.pport ?? -1)
  if (flags.pport?.trim() === '' || !Number.isInteger(pport) || pport > 65_535)
    throw refused(
      `-pport is ${JSON.stringify(flags.pport)}; expected a port up to 65535, or -1 for no HTTP`,
    )
  const http = pport > 0 ? { host, port: pport } : undefined
  return { bind, listen: { host, port: address.port }, http, pport }
}

/** The name others know this broker by. In a registry file it is what stands there, elsewhere an address that can be dialled. */
function advertisedAs(doors: Doors, registry: string, cluster: Cluster, ours: Table): Table {
  const { bind, listen, pport } = doors
  if (['listen', 'advertise', 'registry'].some((key) => key in ours)) return {}
  if (pport > 0 && listen.port > 0 && pport !== listen.port + 1)
    cluster.told.push(
      `-pport ${pport}: the original's ops page asks port ${listen.port + 1}, the one after -bind`,
    )
  if (registry.startsWith('file://'))
    return listen.port > 0 && listen.host !== everywhere ? { advertise: bind } : {}
  if (listen.host === everywhere)
    cluster.told.push(
      `-bind ${bind}: listens on every address; the registry is told one that clients can dial, which --advertise chooses`,
    )
  else if (addressText(listen) !== bind)
    cluster.told.push(`-bind ${bind}: the registry is told ${addressText(listen)}`)
  return {}
}

function registryOf(file: Table, cluster: Cluster): { readonly uri: string; readonly key: string } {
  const env = cluster.get('env')
  if (typeof env !== 'string' || env === '')
    throw cluster.wrong('env', 'the name of a [registry.<env>]')
  const key = `${cluster.path}: registry.${env}.hosts`
  const hosts = tableIn(tableIn(file, 'registry') ?? {}, env)?.['hosts']
  if (typeof hosts !== 'string' || !/^(zk|file):\/\/./.test(hosts))
    throw refused(`${key} is ${shown(hosts)}; expected zk://host:port,host:port or file://PATH`)
  return { uri: hosts, key }
}

function topicsOf(cluster: Cluster): readonly string[] {
  const topics = cluster.get('topics')
  if (Array.isArray(topics) && topics.length > 0 && topics.every((one) => typeof one === 'string'))
    return topics
  throw cluster.wrong('topics', 'a list of the topics to serve')
}

/** Whatever store it was, the messages of this broker are in its log; at most the folder is taken from there. */
function storeOf(cluster: Cluster, port: number, given: unknown): string {
  const db = cluster.get('db')
  const [, kind = '', rest = ''] = (typeof db === 'string' && /^(\w+):\/\/(.*)$/s.exec(db)) || []
  const folder = rest.split('?', 1)[0]!.replace(/\/+$/, '')
  const own = (kind === 'file' || kind === 'rocksdb') && folder !== '' ? folder : undefined
  // Brokers of one machine may share a working folder there; a data folder has one owner.
  const mapped = own === undefined ? `./data-${port}` : `${own}/log`
  const dataDir = typeof given === 'string' ? given : mapped
  const left = leftBehind.get(kind)?.(folder)
  if (left === undefined)
    throw cluster.wrong('db', 'memory://, file://PATH, rocksdb://PATH or mysql://host:port?…')
  cluster.tell(
    'db',
    `is ${withoutSecrets(String(db))}: messages are kept in the log in ${dataDir}, synced before they are acked; ${left}`,
  )
  return dataDir
}

/** Who has kept messages in MySQL looks for them there: what happens to each goes there, too. */
function archiveOf(cluster: Cluster, ours: Table): Table {
  const db = cluster.get('db')
  if (typeof db !== 'string' || !db.startsWith('mysql://')) return {}
  const mysql = archiveBeside(db)
  if (mysql === undefined) throw cluster.wrong('db', 'mysql://host:port?db=NAME&username=…')
  if (!('mysql' in (tableIn(ours, 'archive') ?? {})))
    cluster.tell(
      'db',
      `turns the archive on: the history of every message goes to ${shownAddress(mysql)}, and publishing does not wait for it; archive.mysql = "off" in kiteq.toml turns it off`,
    )
  return { archive: { mysql } }
}

const nothingEvicted = (): string => 'no limit evicts a message that waits'
const staysThere = (folder: string): string =>
  `what the original has left in ${folder} stays there and is not read`
/** By the kind of store: what becomes of what is in it. */
const leftBehind: ReadonlyMap<string, (folder: string) => string> = new Map([
  ['file', staysThere],
  ['rocksdb', staysThere],
  ['mysql', () => 'what the original has left in MySQL is taken over by kiteq import'],
  ['memory', nothingEvicted],
  ['mock', nothingEvicted],
])

function deliverySecondsOf(cluster: Cluster): number {
  const seconds = cluster.get('deliverySeconds') ?? 0
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 0)
    throw cluster.wrong('deliverySeconds', 'seconds')
  if (seconds > 0) return seconds
  cluster.tell(
    'deliverySeconds',
    `is ${cluster.has('deliverySeconds') ? 0 : 'missing'}, with which every delivery of the original has failed at once: ${deliverySecondsDefault} s is taken`,
  )
  return deliverySecondsDefault
}

function deliveryFirstOf(cluster: Cluster): boolean {
  const first = cluster.get('deliveryFirst') ?? false
  if (typeof first !== 'boolean') throw cluster.wrong('deliveryFirst', 'true or false')
  if (first)
    cluster.tell(
      'deliveryFirst',
      'is true: the first delivery may leave before its message is synced; the ack to the publisher never does, and says true',
    )
  return first
}

function receiveRateOf(cluster: Cluster): number {
  const key = 'recievePermitsPerSecond'
  const rate = cluster.get(key) ?? 0
  if (typeof rate !== 'number' || !Number.isInteger(rate) || rate < 0)
    throw cluster.wrong(key, 'whole messages a second')
  if (rate === 0)
    cluster.tell(
      key,
      `is ${cluster.has(key) ? 0 : 'missing'}, with which the original takes no message: there is no limit`,
    )
  return rate
}

/** So that an error about a setting names what the operator wrote. */
function namesOf(
  flags: OriginalFlags,
  cluster: Cluster,
  registryKey: string,
): ReadonlyMap<string, string> {
  const names = new Map([
    ['registry', registryKey],
    ['topics', cluster.nameOf('topics')],
    ['dataDir', cluster.nameOf('db')],
    ['archive.mysql', cluster.nameOf('db')],
  ])
  if (flags.bind !== undefined) names.set('listen', '-bind').set('advertise', '-bind')
  if (flags.pport !== undefined) names.set('http', '-pport')
  for (const [key, written] of [
    ['deliverySeconds', 'deliverySeconds'],
    ['deliveryFirst', 'deliveryFirst'],
    ['receivePerSecond', 'recievePermitsPerSecond'],
  ] as const)
    if (cluster.has(written)) names.set(`delivery.${key}`, cluster.nameOf(written))
  return names
}

function tableIn(table: Table, key: string): Table | undefined {
  const value = Object.hasOwn(table, key) ? table[key] : undefined
  const isTable = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isTable ? (value as Table) : undefined
}

/** What stands behind `password=` is nobody's business. */
function withoutSecrets(uri: string): string {
  return uri.replace(/(password=)[^&]*/gi, '$1…').replace(/\/\/[^@]*@/, '//…@')
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : withoutSecrets(JSON.stringify(value)).slice(0, 120)
}

function refused(message: string, cause?: unknown): KiteQError {
  return new KiteQError('KITEQ_CONFIG', message, { cause })
}
