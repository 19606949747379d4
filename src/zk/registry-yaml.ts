// The original's registry file (YAML), read into bindings and topics. All or nothing: one wrong entry refuses the whole
// file, because half a file would pass for removed bindings. What is merely odd becomes a note. Never touches the disk.

import { isText } from '../model/cut-text.ts'
import * as limits from '../model/limits.ts'
import type { BindType } from '../model/record.ts'
import type { RegistryBinding } from '../model/registry.ts'
import { show, YamlSource, type Path } from './yaml-source.ts'

export interface RegistryReading {
  readonly bindings: readonly RegistryBinding[]
  /** Of the broker entries with our address; undefined when there is none. */
  readonly topics: readonly string[] | undefined
  /** The addresses of all brokers of each topic. */
  readonly brokers: ReadonlyMap<string, readonly string[]>
  /** What was tolerated, one line each. */
  readonly notes: readonly string[]
}

/**
 * Reads the bytes of the file at `path` for the broker known as `address` (`host:port`, compared as text).
 * Throws KITEQ_REGISTRY: one line with file, line and what was expected.
 */
export function readRegistryYaml(
  bytes: Uint8Array,
  path: string,
  address: string,
): RegistryReading {
  const source: YamlSource = new YamlSource(bytes, path)
  const root = source.value
  if (!isTable(root)) source.refuse([], 'the file', root, 'the keys brokers and bindings')
  source.noteUnknown(root, [], ['brokers', 'bindings'])
  const brokers = listAt(source, root, [], 'brokers', limits.registryBrokersMax)
  return {
    ...brokersOf(source, brokers, address),
    bindings: bindingsOf(source, listAt(source, root, [], 'bindings', limits.registryBindingsMax)),
    notes: source.notes(),
  }
}

type Table = Readonly<Record<string, unknown>>

function brokersOf(
  source: YamlSource,
  brokers: readonly unknown[],
  address: string,
): Pick<RegistryReading, 'topics' | 'brokers'> {
  const addresses = new Set<string>()
  const byTopic = new Map<string, Set<string>>()
  let ours: Set<string> | undefined
  for (const [at, broker] of brokers.entries()) {
    const path = ['brokers', at]
    if (!isTable(broker)) source.refuse(path, 'broker', broker, 'the keys address and topics')
    source.noteUnknown(broker, path, ['address', 'topics', 'env'])
    const name = textAt(source, broker, path, 'address', 1, 270)
    const topics = listAt(source, broker, path, 'topics', limits.registryBindingsMax)
    for (const [index, topic] of topics.entries())
      checkText(source, topic, [...path, 'topics', index], 1, limits.topicBytesMax)
    if (addresses.has(name))
      source.note(path, `broker ${show(name)} is listed twice; its topics are merged`)
    addresses.add(name)
    for (const topic of topics as string[])
      byTopic.set(topic, (byTopic.get(topic) ?? new Set()).add(name))
    if (name === address) ours = new Set([...(ours ?? []), ...(topics as string[])])
  }
  return {
    topics: ours && [...ours],
    brokers: new Map([...byTopic].map(([topic, names]) => [topic, [...names]])),
  }
}

function bindingsOf(source: YamlSource, entries: readonly unknown[]): RegistryBinding[] {
  const bindings = new Map<string, RegistryBinding>() // by what it matches, in the order of the file: the first decides
  const perTopic = new Map<string, number>()
  for (const [at, entry] of entries.entries()) {
    const path = ['bindings', at]
    if (!isTable(entry))
      source.refuse(path, 'binding', entry, 'the keys groupIds, topic, messageType and bindType')
    for (const binding of bindingsOfEntry(source, entry, path)) {
      const key = JSON.stringify([
        binding.topic,
        binding.group,
        binding.bindType,
        binding.messageType,
      ])
      const earlier = bindings.get(key)
      if (earlier === undefined) bindings.set(key, binding)
      else if (earlier.watermark !== binding.watermark || earlier.persistent !== binding.persistent)
        source.note(
          path,
          `group ${show(binding.group)} is bound like this before, with another watermark or persistence; the first one counts`,
        )
      if (earlier !== undefined) continue
      const count = (perTopic.get(binding.topic) ?? 0) + 1
      perTopic.set(binding.topic, count)
      if (count > limits.bindingsPerTopicMax)
        source.refuse(
          [...path, 'topic'],
          'bindings of one topic',
          count,
          `at most ${limits.bindingsPerTopicMax}`,
        )
      if (bindings.size > limits.registryBindingsMax)
        source.refuse(
          path,
          'bindings',
          bindings.size,
          `at most ${limits.registryBindingsMax} once groupIds are spread`,
        )
    }
  }
  return [...bindings.values()]
}

function bindingsOfEntry(source: YamlSource, entry: Table, path: Path): RegistryBinding[] {
  source.noteUnknown(entry, path, [
    'groupIds',
    'topic',
    'messageType',
    'bindType',
    'watermark',
    'persistent',
  ])
  const groups = listAt(source, entry, path, 'groupIds', limits.registryBindingsMax)
  if (groups.length === 0)
    source.refuse([...path, 'groupIds'], 'groupIds', entry['groupIds'], 'a list of group names')
  const topic = textAt(source, entry, path, 'topic', 1, limits.topicBytesMax)
  const bindType = bindTypeOf(source, entry, path)
  const messageType =
    bindType === 'fanout' ? '*' : textAt(source, entry, path, 'messageType', 0, limits.typeBytesMax)
  if (bindType === 'regex' && messageType.length > limits.patternCharsMax)
    source.refuse(
      [...path, 'messageType'],
      'messageType',
      messageType,
      `a pattern of at most ${limits.patternCharsMax} characters`,
    )
  const watermark = entry['watermark'] ?? 0
  if (typeof watermark !== 'number' || (watermark | 0) !== watermark)
    source.refuse(
      [...path, 'watermark'],
      'watermark',
      watermark,
      'a whole number of messages a second (32 bits)',
    )
  const persistent = entry['persistent'] ?? false
  if (typeof persistent !== 'boolean')
    source.refuse([...path, 'persistent'], 'persistent', persistent, 'true or false')
  return groups.map((group, index) => {
    checkText(source, group, [...path, 'groupIds', index], 1, limits.groupBytesMax)
    return { topic, group, bindType, messageType, watermark, persistent }
  })
}

function bindTypeOf(source: YamlSource, entry: Table, path: Path): BindType {
  const written = entry['bindType']
  const word = typeof written === 'string' ? written.toLowerCase() : written // in any case, as the original
  if (word === 'regx' || word === 'regex') return 'regex'
  if (word === 'fanout') return 'fanout'
  if (word !== 'direct' && word !== undefined)
    source.note(
      [...path, 'bindType'],
      `bindType ${show(written)} is taken as direct; expected direct, regx or fanout`,
    )
  return 'direct' // whatever else stands there: the original's rule
}

function listAt(
  source: YamlSource,
  table: Table,
  path: Path,
  key: string,
  countMax: number,
): readonly unknown[] {
  const value = table[key] ?? []
  if (!Array.isArray(value)) source.refuse([...path, key], key, value, 'a list')
  if (value.length > countMax)
    source.refuse([...path, key], `the length of ${key}`, value.length, `at most ${countMax}`)
  return value as unknown[]
}

function textAt(
  source: YamlSource,
  table: Table,
  path: Path,
  key: string,
  bytesMin: number,
  bytesMax: number,
): string {
  const value = table[key]
  checkText(source, value, [...path, key], bytesMin, bytesMax)
  return value
}

function checkText(
  source: YamlSource,
  value: unknown,
  path: Path,
  bytesMin: number,
  bytesMax: number,
): asserts value is string {
  const key = path.findLast((step) => typeof step === 'string') ?? ''
  if (typeof value === 'string' && !isText(value))
    source.refuse(path, key, value, 'text, it has half a character')
  if (typeof value === 'string' && Buffer.byteLength(value) <= bytesMax && value.length >= bytesMin)
    return
  source.refuse(path, key, value, `text of ${bytesMin} to ${bytesMax} bytes (numbers in quotes)`)
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
