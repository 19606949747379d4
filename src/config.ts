// Flags and kiteq.toml become one frozen, checked Config; a wrong setting is refused here with key, value and what was
// expected, never later by the part that uses it. Touches nothing: the file is read by the function handed in.

import { parse, TomlError } from 'smol-toml'
import { fileFrom, type FileSettings } from './config-file.ts'
import { parseAddress, parseDurability, type Address } from './config-values.ts'
import type { Durability } from './log/durability.ts'
import type { BrokerSettings } from './broker/settings.ts'
import { KiteQError } from './model/errors.ts'
import { configFileBytesMax } from './model/limits.ts'
import type { LogFormat, LogLevel } from './model/logger.ts'
import {
  originalFlagNames,
  readOriginalConfig,
  type OriginalConfig,
  type OriginalFlags,
} from './original-config.ts'
import { readZooKeeperAddress, type ZooKeeperAddress } from './zk/zookeeper-address.ts'

/** What the command line gave, as text; the names are the flags without dashes. A flag wins over a file, ours over the original's. */
export interface Flags extends OriginalFlags {
  readonly listen?: string | undefined
  readonly advertise?: string | undefined
  readonly dataDir?: string | undefined
  readonly registry?: string | undefined
  readonly topics?: string | undefined
  readonly durability?: string | undefined
  readonly http?: string | undefined
  readonly logFormat?: string | undefined
  readonly logLevel?: string | undefined
  /** Path of the file. Without it none is read. */
  readonly config?: string | undefined
  readonly rebuild?: boolean | undefined
}

export interface LogConfig {
  readonly segmentBytes: number
  readonly batchBytesMax: number
  readonly recentBytesMax: number
  /** A checkpoint is due when this long has passed or this much was appended since the last one, whichever is first. */
  readonly checkpointIntervalMs: number
  readonly checkpointBytes: number
}

export interface NetConfig {
  readonly connectionsMax: number
  readonly connectionsPerAddressMax: number
  readonly handshakeTimeoutMs: number
  readonly unfinishedFrameTimeoutMs: number
  readonly silentConnectionTimeoutMs: number
  readonly unreadWriteTimeoutMs: number
  readonly writeBufferBytesMax: number
  readonly unfinishedBytesMax: number
  readonly unsentBytesMax: number
  readonly creditMax: number
}

export type RegistryConfig =
  | { readonly kind: 'file'; readonly path: string }
  | {
      readonly kind: 'zookeeper'
      readonly address: ZooKeeperAddress
      readonly sessionTimeoutMs: number
      /** A start waits so long for a first reading. */
      readonly startMs: number
      /** `user:password` of the digest scheme; never shown. */
      readonly credentials: string | undefined
      /** Who may change the nodes that only brokers make. */
      readonly acl: 'open' | 'creator'
    }

export interface ArchiveConfig {
  /** `mysql://…/DATABASE` as it was written. It may hold a password: never shown. */
  readonly mysql: string
  /** Read at each connect. */
  readonly passwordFile: string | undefined
  /** The log is kept for it: a segment goes only once it is archived. */
  readonly required: boolean
  /** Rows of older records go; 0: none ever does. */
  readonly keepMs: number
  /** Bodies also as text, unpacked; and as JSON, where they are any. */
  readonly decompress: boolean
  readonly jsonBodies: boolean
}

export interface Config {
  readonly listen: Address
  /** `host:port` told to the registry; undefined: where the broker listens. */
  readonly advertise: string | undefined
  readonly dataDir: string
  readonly registry: RegistryConfig | undefined
  /** The registry is read again at least this often. */
  readonly registryRereadMs: number
  readonly durability: Durability
  /** undefined: no HTTP. */
  readonly http: Address | undefined
  /** Names besides its own that HTTP is called by. */
  readonly httpNames: readonly string[]
  /** Topics with series of their own on /metrics, and groups. */
  readonly metricsTopics: number
  readonly logFormat: LogFormat
  readonly logLevel: LogLevel
  /** Ignore the checkpoints and fold the whole log. */
  readonly rebuild: boolean
  /** A clean stop takes at most this long. */
  readonly stopTimeoutMs: number
  /** The address is known only once the broker listens. */
  readonly broker: Omit<BrokerSettings, 'address'>
  readonly settled: { readonly windowMs: number; readonly idsMax: number }
  readonly log: LogConfig
  /** What makes old segments go; 0: it never does. */
  readonly retention: { readonly keepMs: number; readonly keepBytes: number }
  /** What makes dead letters go, the number in one group; 0: it never does. */
  readonly deadLetters: { readonly keepMs: number; readonly max: number }
  /** undefined: there is none. */
  readonly archive: ArchiveConfig | undefined
  readonly net: NetConfig
  /** What the reading of the original's settings has to say to the operator, a line each. */
  readonly told: readonly string[]
}

/** Text of a UTF-8 file; throws as node:fs does. */
export type ReadFile = (path: string) => string

/** Throws KiteQError KITEQ_CONFIG: one line with the key (or flag), its value and what was expected. */
export function loadConfig(flags: Flags, readFile: ReadFile): Config {
  const written = flags.config === undefined ? {} : readTable(flags.config, readFile)
  const given: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(flags)) {
    if (!flagNames.includes(name))
      throw refused(
        `${name} is no flag; expected one of ${flagNames.join(', ')}; other settings stand in the file of \`config\``,
      )
    if (!readElsewhere.includes(name) && value !== undefined) given[name] = value
  }
  const ours = (key: string): string =>
    key in given
      ? `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
      : `${flags.config ?? 'configuration'}: ${key}`
  const table = { ...written, ...given }
  const original = originalFlagNames.some((name) => flags[name] !== undefined)
    ? readOriginalConfig(flags, readFile, table)
    : undefined
  const under = original?.settings ?? {}
  const nameOf = (key: string): string =>
    (isIn(table, key) ? undefined : nameIn(original, key)) ?? ours(key)
  const settings = fileFrom(laidOver(under, table), nameOf)
  const told = [...(original?.told ?? []), ...givenWay(original, table, ours)]
  return freezeDeep({ ...configOf(settings, flags.rebuild === true), told })
}

const flagNames: readonly string[] = [
  'listen',
  'advertise',
  'dataDir',
  'registry',
  'topics',
  'durability',
  'http',
  'logFormat',
  'logLevel',
  'config',
  'rebuild',
  ...originalFlagNames,
]
/** These are no settings: they say where settings stand, or what to do with them. */
const readElsewhere: readonly string[] = ['config', 'rebuild', ...originalFlagNames]

function readTable(path: string, readFile: ReadFile): Record<string, unknown> {
  let text: string
  try {
    text = readFile(path)
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw refused(
      `--config is ${JSON.stringify(path)}, which cannot be read (${why}); expected a TOML file`,
      error,
    )
  }
  if (text.length > configFileBytesMax)
    throw refused(
      `--config is ${JSON.stringify(path)} of ${text.length} characters; expected at most ${configFileBytesMax}`,
    )
  try {
    return parse(text)
  } catch (error) {
    const at = error instanceof TomlError ? ` line ${error.line}` : ''
    const why = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
    throw refused(`${path}${at}: ${why}; expected TOML`, error)
  }
}

type Table = Readonly<Record<string, unknown>>

/** The upper table wins, key by key, in sections too. */
function laidOver(under: Table, over: Table): Record<string, unknown> {
  const table: Record<string, unknown> = { ...under, ...over }
  for (const [key, section] of Object.entries(under))
    if (isTable(section) && isTable(over[key])) table[key] = { ...section, ...over[key] }
  return table
}

/** What the original's files and flags say and ours say otherwise. */
function givenWay(
  original: OriginalConfig | undefined,
  table: Table,
  ours: (key: string) => string,
): string[] {
  const told: string[] = []
  for (const [key, name] of original?.names ?? [])
    if (key !== 'dataDir' && isIn(table, key)) told.push(`${name} gives way to ${ours(key)}`)
  return told
}

/** Of a dotted key such as `topics[3]`: the one it stands in. */
function nameIn(original: OriginalConfig | undefined, key: string): string | undefined {
  const bare = key.replace(/\[.*$/, '')
  const name = original?.names.get(bare)
  return name === undefined ? undefined : name + key.slice(bare.length)
}

/** A key of the table, or of one of its sections. */
function isIn(table: Table, key: string): boolean {
  const [first = '', second] = key.replace(/\[.*$/, '').split('.')
  const inner = Object.hasOwn(table, first) ? table[first] : undefined
  return second === undefined ? inner !== undefined : isTable(inner) && Object.hasOwn(inner, second)
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refused(message: string, cause?: unknown): KiteQError {
  return new KiteQError('KITEQ_CONFIG', message, { cause })
}

function configOf(file: FileSettings, rebuild: boolean): Omit<Config, 'told'> {
  const { delivery, transactions, log, connections } = file
  return {
    listen: parseAddress(file.listen)!, // the schema has checked the form of all of these
    advertise: file.advertise,
    dataDir: file.dataDir,
    registry: registryOf(file),
    registryRereadMs: ms(file.registrySeconds),
    durability: parseDurability(file.durability)!,
    http: file.http === 'off' ? undefined : parseAddress(file.http)!,
    httpNames: file.httpNames,
    metricsTopics: file.metricsTopics,
    logFormat: file.logFormat,
    logLevel: file.logLevel,
    rebuild,
    stopTimeoutMs: ms(file.stopSeconds),
    broker: {
      topics: file.topics,
      deliveryTimeoutMs: ms(delivery.deliverySeconds),
      backoff: delivery.backOff.map(([fromAttempt, seconds]) => ({
        fromAttempt,
        waitMs: ms(seconds),
      })),
      inquiry: {
        firstMs: ms(transactions.inquiryFirstSeconds),
        maxMs: ms(transactions.inquiryMaxSeconds),
      },
      receiveRate: delivery.receivePerSecond,
      inFlightWindow: delivery.inFlight,
      firstDelayMs: ms(delivery.firstDelaySeconds),
      deliveryFirst: delivery.deliveryFirst,
      unflushedBytesMax: log.unflushedBytes,
      unflushedMsMax: ms(log.unflushedSeconds),
      idleCloseMs: ms(log.idleCloseSeconds),
    },
    settled: { windowMs: ms(file.settled.windowSeconds), idsMax: file.settled.idsMax },
    log: {
      segmentBytes: log.segmentBytes,
      batchBytesMax: log.batchBytes,
      recentBytesMax: log.recentBytes,
      checkpointIntervalMs: ms(log.checkpointSeconds),
      checkpointBytes: log.checkpointBytes,
    },
    retention: { keepMs: ms(file.retention.seconds), keepBytes: file.retention.bytes },
    deadLetters: { keepMs: ms(file.deadLetters.seconds), max: file.deadLetters.max },
    archive: archiveOf(file),
    net: {
      connectionsMax: connections.max,
      connectionsPerAddressMax: Math.min(connections.maxPerAddress, connections.max),
      handshakeTimeoutMs: ms(connections.handshakeSeconds),
      unfinishedFrameTimeoutMs: ms(connections.unfinishedFrameSeconds),
      silentConnectionTimeoutMs: ms(connections.silentSeconds),
      unreadWriteTimeoutMs: ms(connections.unreadWriteSeconds),
      writeBufferBytesMax: connections.writeBufferBytes,
      unfinishedBytesMax: connections.unfinishedBytes,
      unsentBytesMax: connections.unsentBytes,
      creditMax: connections.creditMax,
    },
  }
}

function registryOf({ registry, zookeeper }: FileSettings): RegistryConfig | undefined {
  if (registry === undefined) return undefined
  if (!registry.startsWith('zk://')) return { kind: 'file', path: registry.slice('file://'.length) }
  return {
    kind: 'zookeeper',
    address: readZooKeeperAddress(registry),
    sessionTimeoutMs: ms(zookeeper.sessionSeconds),
    startMs: ms(zookeeper.startSeconds),
    credentials: zookeeper.credentials,
    acl: zookeeper.acl,
  }
}

function archiveOf({ archive }: FileSettings): ArchiveConfig | undefined {
  const { mysql, passwordFile, required, keepSeconds, decompress, jsonBodies } = archive
  if (mysql === 'off') return undefined
  return { mysql, passwordFile, required, keepMs: ms(keepSeconds), decompress, jsonBodies }
}

function ms(seconds: number): number {
  return Math.round(seconds * 1000)
}

function freezeDeep<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) freezeDeep(inner)
    Object.freeze(value)
  }
  return value
}
