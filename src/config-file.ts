// Every key of kiteq.toml: its unit, its default, its bounds, and the words that say what was expected. Nothing here
// knows what a setting does; keys that do not exist are refused, so that a typing error never passes for a default.

import { z } from 'zod'
import {
  bytesText,
  isDialable,
  parseAddress,
  parseBytes,
  parseDurability,
} from './config-values.ts'
import { isMysqlAddress } from './archive-setting.ts'
import { brokerDefaults } from './broker/settings.ts'
import { logFormats, logLevels, type LogFormat, type LogLevel } from './model/logger.ts'
import { KiteQError } from './model/errors.ts'
import * as limits from './model/limits.ts'
import { withoutSecret } from './zk/zookeeper-address.ts'
import { notANodeName } from './zk/zookeeper-paths.ts'

/** The settings of one file with every default filled in. Times in seconds, sizes in bytes. */
export interface FileSettings {
  readonly listen: string
  readonly advertise?: string | undefined
  readonly dataDir: string
  readonly registry?: string | undefined
  readonly registrySeconds: number
  readonly zookeeper: {
    readonly sessionSeconds: number
    readonly startSeconds: number
    readonly credentials?: string | undefined
    readonly acl: 'open' | 'creator'
  }
  readonly topics: '*' | readonly string[]
  readonly durability: string
  readonly http: string
  readonly httpNames: readonly string[]
  readonly metricsTopics: number
  readonly logFormat: LogFormat
  readonly logLevel: LogLevel
  readonly stopSeconds: number
  readonly delivery: {
    readonly deliverySeconds: number
    readonly deliveryFirst: boolean
    readonly backOff: readonly (readonly [fromAttempt: number, seconds: number])[]
    readonly inFlight: number
    readonly firstDelaySeconds: number
    readonly receivePerSecond: number
  }
  readonly transactions: {
    readonly inquiryFirstSeconds: number
    readonly inquiryMaxSeconds: number
  }
  readonly settled: { readonly windowSeconds: number; readonly idsMax: number }
  readonly log: {
    readonly segmentBytes: number
    readonly batchBytes: number
    readonly unflushedBytes: number
    readonly unflushedSeconds: number
    readonly recentBytes: number
    readonly checkpointSeconds: number
    readonly checkpointBytes: number
    readonly idleCloseSeconds: number
  }
  readonly retention: { readonly seconds: number; readonly bytes: number }
  readonly deadLetters: { readonly seconds: number; readonly max: number }
  readonly archive: {
    readonly mysql: string
    readonly passwordFile?: string | undefined
    readonly required: boolean
    readonly keepSeconds: number
    readonly decompress: boolean
    readonly jsonBodies: boolean
  }
  readonly connections: {
    readonly max: number
    readonly maxPerAddress: number
    readonly creditMax: number
    readonly handshakeSeconds: number
    readonly unfinishedFrameSeconds: number
    readonly silentSeconds: number
    readonly unreadWriteSeconds: number
    readonly writeBufferBytes: number
    readonly unfinishedBytes: number
    readonly unsentBytes: number
  }
}

const daySeconds = 86_400
const yearsSeconds = 100 * 366 * daySeconds
const gibibyte = 1024 ** 3

const schema = z
  .strictObject({
    listen: address(0).default('127.0.0.1:13800'),
    advertise: address(1)
      .refine((text) => !/^(0\.0\.0\.0|\[::\]):/.test(text), 'an address that clients can dial')
      .optional(),
    dataDir: z.string('a folder').min(1, 'a folder').default('./data'),
    registry: text(/^(file|zk):\/\/./, 'file://PATH or zk://host:port,host:port').optional(),
    registrySeconds: seconds(0.1, 60).default(limits.registryRereadMs / 1000),
    zookeeper: section({
      sessionSeconds: seconds(1, 120).default(limits.zooKeeperSessionMs / 1000),
      startSeconds: seconds(0.1, 300).default(limits.zooKeeperStartMs / 1000),
      credentials: text(/^[^:]+:./, 'user:password').optional(),
      acl: z.enum(['open', 'creator'], 'open or creator').default('open'),
    }),
    topics: topics().default('*'),
    durability: z
      .string(durabilityWords())
      .refine((value) => parseDurability(value) !== undefined, durabilityWords())
      .default('fsync'),
    http: httpAddress().default('127.0.0.1:13801'),
    httpNames: hostNames().default([]),
    metricsTopics: whole(1, limits.metricsTopicsMax).default(limits.metricsTopics),
    logFormat: z.enum(logFormats, logFormats.join(', ')).default('auto'),
    logLevel: z.enum(logLevels, logLevels.join(', ')).default('info'),
    stopSeconds: seconds(1, 300).default(limits.stopTimeoutMs / 1000),
    delivery: section({
      deliverySeconds: seconds(0.05, daySeconds).default(brokerDefaults.deliveryTimeoutMs / 1000),
      deliveryFirst: z.boolean('true or false').default(brokerDefaults.deliveryFirst),
      backOff: backOff().default(
        brokerDefaults.backoff.map(({ fromAttempt, waitMs }): [number, number] => [
          fromAttempt,
          waitMs / 1000,
        ]),
      ),
      inFlight: whole(1, limits.creditMax).default(limits.inFlightPerConnection),
      firstDelaySeconds: seconds(0, 60).default(limits.firstDelayMs / 1000),
      receivePerSecond: whole(0, 1_000_000_000).default(brokerDefaults.receiveRate),
    }),
    transactions: section({
      inquiryFirstSeconds: seconds(0.05, daySeconds).default(brokerDefaults.inquiry.firstMs / 1000),
      inquiryMaxSeconds: seconds(0.05, daySeconds).default(brokerDefaults.inquiry.maxMs / 1000),
    }),
    settled: section({
      windowSeconds: seconds(0, daySeconds).default(limits.settledWindowMs / 1000),
      idsMax: whole(0, 16_000_000).default(limits.settledIdsMax),
    }),
    log: section({
      segmentBytes: bytes(limits.segmentBytesMin, limits.segmentBytesMax).default(
        limits.segmentBytesDefault,
      ),
      batchBytes: bytes(limits.logFrameBytesMax, limits.batchBytesMax).default(
        limits.batchBytesMax,
      ),
      unflushedBytes: bytes(limits.batchBytesMax, gibibyte).default(limits.unflushedBytesMax),
      unflushedSeconds: seconds(0.1, 3600).default(limits.unflushedMsMax / 1000),
      recentBytes: bytes(0, gibibyte).default(limits.recentBytesMax),
      checkpointSeconds: seconds(1, daySeconds).default(limits.checkpointIntervalMs / 1000),
      checkpointBytes: bytes(1024 * 1024, 64 * gibibyte).default(limits.checkpointBytes),
      idleCloseSeconds: seconds(0.05, daySeconds).default(brokerDefaults.idleCloseMs / 1000),
    }),
    retention: section({
      seconds: seconds(0, yearsSeconds).default(limits.retentionMs / 1000),
      bytes: bytes(0, 1024 * 1024 * gibibyte).default(limits.retentionBytes),
    }),
    deadLetters: section({
      seconds: seconds(0, yearsSeconds).default(limits.deadLettersMs / 1000),
      max: whole(0, 100_000_000).default(limits.deadLettersMax),
    }),
    archive: section({
      mysql: archiveAddress().default('off'),
      passwordFile: z.string('a file').min(1, 'a file').optional(),
      required: z.boolean('true or false').default(false),
      keepSeconds: seconds(0, yearsSeconds).default(limits.archiveKeepMs / 1000),
      decompress: z.boolean('true or false').default(false),
      jsonBodies: z.boolean('true or false').default(false),
    }),
    connections: section({
      max: whole(1, 100_000).default(limits.connectionsMax),
      maxPerAddress: whole(1, 100_000).default(limits.connectionsMax),
      creditMax: whole(1, limits.creditMax).default(limits.creditMax),
      handshakeSeconds: seconds(0.05, 3600).default(limits.handshakeTimeoutMs / 1000),
      unfinishedFrameSeconds: seconds(0.05, 3600).default(limits.unfinishedFrameTimeoutMs / 1000),
      silentSeconds: seconds(0.05, daySeconds).default(limits.silentConnectionTimeoutMs / 1000),
      unreadWriteSeconds: seconds(0.05, 3600).default(limits.unreadWriteTimeoutMs / 1000),
      writeBufferBytes: bytes(64 * 1024, gibibyte).default(limits.writeBufferBytesMax),
      unfinishedBytes: bytes(8 * 1024 * 1024, 64 * gibibyte).default(limits.unfinishedBytesMax),
      unsentBytes: bytes(32 * 1024 * 1024, 64 * gibibyte).default(limits.unsentBytesMax),
    }),
  })
  .check((check) => {
    const { listen, http, transactions, log, archive } = check.value
    const say = (path: string[], input: unknown, message: string): void => {
      check.issues.push({ code: 'custom', path, input, message })
    }
    if (http === listen && parseAddress(http)?.port !== 0)
      say(['http'], http, `another address than listen`)
    if (transactions.inquiryMaxSeconds < transactions.inquiryFirstSeconds)
      say(
        ['transactions', 'inquiryMaxSeconds'],
        transactions.inquiryMaxSeconds,
        'at least transactions.inquiryFirstSeconds',
      )
    if (log.batchBytes > log.segmentBytes)
      say(['log', 'batchBytes'], log.batchBytes, 'at most log.segmentBytes')
    if (archive.required && archive.mysql === 'off')
      say(['archive', 'required'], true, 'false, or archive.mysql beside it')
    if (check.value.registry?.startsWith('zk://') === true) checkForZooKeeper(check.value, say)
  })

/** What only a registry in ZooKeeper asks of the other settings. */
function checkForZooKeeper(
  { topics, advertise, zookeeper }: Pick<FileSettings, 'topics' | 'advertise' | 'zookeeper'>,
  say: (path: string[], input: unknown, message: string) => void,
): void {
  if (topics === '*') {
    say(
      ['topics'],
      topics,
      'names, such as --topics orders,payments: in ZooKeeper a broker is found by its topics',
    )
  } else {
    const bad = topics.find((topic) => notANodeName(topic) !== undefined)
    if (bad !== undefined)
      say(['topics'], topics, `names of nodes, and ${JSON.stringify(bad)}: ${notANodeName(bad)}`)
  }
  if (advertise !== undefined && !isDialable(parseAddress(advertise)?.host ?? ''))
    say(['advertise'], advertise, 'a numeric IPv4 address with a port, which clients can dial')
  if (zookeeper.acl === 'creator' && zookeeper.credentials === undefined)
    say(['zookeeper', 'acl'], 'creator', 'open, or zookeeper.credentials beside it')
}

/**
 * Checks a parsed table and fills in the defaults. `nameOf` turns a dotted key into what the user wrote.
 * Throws KITEQ_CONFIG naming the first wrong key.
 */
export function fileFrom(
  table: Record<string, unknown>,
  nameOf: (key: string) => string,
): FileSettings {
  const result = schema.safeParse(table, { reportInput: true })
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path
  const name = nameOf(keyText(path))
  if (issue.code === 'unrecognized_keys')
    throw new KiteQError(
      'KITEQ_CONFIG',
      `${name} is not a setting; expected one of ${keysAt(issue.path)}`,
    )
  const given = valueAt(table, path)
  const isMissing = given === undefined && keyText(path) === 'topics' // its default is no choice of the operator
  const found = isMissing
    ? '--topics is missing'
    : `${name} is ${shown(keyText(path), given ?? issue.input ?? null)}`
  throw new KiteQError('KITEQ_CONFIG', `${found}; expected ${issue.message}`)
}

function section<Shape extends z.ZodRawShape>(
  shape: Shape,
): z.ZodPrefault<z.ZodObject<Shape, z.core.$strict>> {
  // zod wants the empty table typed as the shape's input; every key of a section has a default, so it is one
  return z.strictObject(shape, 'a table of settings').prefault({} as never)
}

function text(pattern: RegExp, expected: string): z.ZodString {
  return z.string(expected).regex(pattern, expected)
}

function address(portMin: number): z.ZodString {
  const expected = `host:port with a port from ${portMin} to 65535`
  return z
    .string(expected)
    .refine((value) => (parseAddress(value)?.port ?? -1) >= portMin, expected)
}

function httpAddress(): z.ZodString {
  const expected = 'host:port or off'
  return z
    .string(expected)
    .refine((value) => value === 'off' || parseAddress(value) !== undefined, expected)
}

function archiveAddress(): z.ZodString {
  const expected = 'off or mysql://user@host:port/DATABASE'
  return z.string(expected).refine((text) => text === 'off' || isMysqlAddress(text), expected)
}

function hostNames(): z.ZodArray<z.ZodString> {
  const expected = `at most ${limits.httpNamesMax} host names, without ports`
  const name = z.string(expected).regex(/^[a-z0-9._-]{1,253}$/i, expected)
  return z.array(name, expected).max(limits.httpNamesMax, expected)
}

function whole(min: number, max: number): z.ZodNumber {
  const expected = `a whole number from ${min} to ${max}`
  return z.number(expected).int(expected).min(min, expected).max(max, expected)
}

function seconds(min: number, max: number): z.ZodNumber {
  const expected = `seconds from ${min} to ${max}`
  return z.number(expected).min(min, expected).max(max, expected)
}

function bytes(min: number, max: number): z.ZodPreprocess<z.ZodNumber> {
  const expected = `bytes from ${bytesText(min)} to ${bytesText(max)}, as a number or such as "64 MiB"`
  const number = z.number(expected).int(expected).min(min, expected).max(max, expected)
  return z.preprocess(parseBytes, number)
}

function durabilityWords(): string {
  return 'fsync, interval:MS (1 to 60000) or memory'
}

function topics(): z.ZodType<'*' | string[]> {
  const expected = `* or names of 1 to ${limits.topicBytesMax} bytes, separated by commas`
  const name = z
    .string(expected)
    .refine(
      (topic) => topic !== '*' && topic !== '' && Buffer.byteLength(topic) <= limits.topicBytesMax,
      expected,
    )
  const list = z
    .array(name, expected)
    .min(1, expected)
    .transform((names) => [...new Set(names)])
  const split = (value: unknown): unknown =>
    typeof value === 'string' && value !== '*'
      ? value.split(',').map((topic) => topic.trim())
      : value
  return z.preprocess(split, z.union([z.literal('*'), list], expected))
}

function backOff(): z.ZodType<[number, number][]> {
  const expected =
    'pairs [attempt, seconds] with ascending attempts, the first for attempt 1, such as [[1, 0], [4, 5]]'
  const pair = z.tuple(
    [
      z.number(expected).int(expected),
      z.number(expected).min(0, expected).max(daySeconds, expected),
    ],
    expected,
  )
  return z
    .array(pair, expected)
    .min(1, expected)
    .max(limits.deliverLimitMax, expected)
    .refine(
      (pairs) =>
        pairs.every(([from], at) => from > (pairs[at - 1]?.[0] ?? 0)) && pairs[0]?.[0] === 1,
      expected,
    )
}

function keyText(path: readonly PropertyKey[]): string {
  let key = ''
  for (const step of path)
    key += typeof step === 'number' ? `[${step}]` : `${key && '.'}${String(step)}`
  return key
}

function valueAt(table: unknown, path: readonly PropertyKey[]): unknown {
  let value = table
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<PropertyKey, unknown>)[step]
  }
  return value
}

function keysAt(path: readonly PropertyKey[]): string {
  const inner =
    path.length === 0 ? schema.shape : (schema.shape as Record<string, unknown>)[String(path[0])]
  const shape = inner instanceof z.ZodPrefault ? (inner.unwrap() as z.ZodObject).shape : inner
  return Object.keys(shape as object).join(', ')
}

/** Whatever stands there, it may hold a password. */
const secretKeys: readonly string[] = [
  'zookeeper',
  'zookeeper.credentials',
  'archive',
  'archive.mysql',
]

/** Settings may hold anything; an error stays one readable line, and nobody's password. */
function shown(key: string, value: unknown): string {
  if (secretKeys.includes(key)) return 'something else'
  const json = JSON.stringify(typeof value === 'string' ? withoutSecret(value) : value)
  return json.length <= 120 ? json : `${json.slice(0, 117)}...`
}
