// What HTTP shows, read from the running broker; looks only. Names are keys there, so each is a text that no other name
// has: bytes that are no UTF-8 are shown escaped. Such a text is never used to compare names: bytes are.

import type { BrokerLoop } from './broker/loop.ts'
import type { BoundGroup, Health, StatSnapshot, StatSource, TopicCounts } from './http/stat.ts'
import type { Dictionary } from './index/dictionary.ts'
import type { Log } from './log/log.ts'
import type { TopicNumber } from './model/ids.ts'
import { namesMax } from './model/limits.ts'
import type { NetServer } from './net/server.ts'

export interface StatPortOptions {
  readonly loop: BrokerLoop
  readonly net: NetServer
  readonly log: Log
  readonly topics: readonly string[] | '*'
  readonly health: () => Health
}

export class StatPort implements StatSource {
  readonly #loop: BrokerLoop
  readonly #net: NetServer
  readonly #log: Log
  readonly #topics: readonly string[] | '*'
  readonly #health: () => Health

  constructor(options: StatPortOptions) {
    this.#loop = options.loop
    this.#net = options.net
    this.#log = options.log
    this.#topics = options.topics
    this.#health = options.health
  }

  stat(): StatSnapshot {
    const { session, traffic, settings, heldEffects } = this.#loop
    const network = this.#net.stats()
    return {
      tasks: session.members.size,
      inFlight: session.inFlight.size,
      received: traffic.received,
      delivered: traffic.delivered,
      topics: this.#topicCounts(),
      groups: this.#groups(),
      receiveRate: settings.receiveRate,
      network: {
        packetsRead: network.framesIn,
        bytesRead: network.bytesIn,
        packetsWritten: network.framesOut,
        bytesWritten: network.bytesOut,
        connections: network.connections,
        unfinishedBytes: network.unfinishedBytes,
        unsentBytes: network.unsentBytes,
        unfinishedEvictions: network.unfinishedEvictions,
        unreadEvictions: network.unreadEvictions,
        memoryWaits: network.memoryWaits,
        queued: heldEffects,
        queuedMax: 1_000_000,
      },
    }
  }

  binds(): readonly BoundGroup[] {
    const { bindings, topicNames, groupNames } = this.#loop.state
    const found = new Map<number, BoundGroup>()
    for (const { binding } of bindings.list()) {
      const key = binding.topic * namesMax + binding.group
      if (found.has(key)) continue // bound by more than one source or type
      const topic = shownName(topicNames, binding.topic)
      const group = shownName(groupNames, binding.group)
      const queue = this.#loop.session.groups.get(binding.group)?.queues.get(binding.topic)
      const watermark = bindings.watermarkOf(binding.topic, binding.group)
      found.set(key, { topic, group, delivered: queue?.delivered ?? 0, watermark })
    }
    return [...found.values()]
  }

  health(): Health {
    return this.#health()
  }

  /** Fails when a publish would; a degraded broker serves what it has. */
  ready(): Health {
    if (this.#loop.refusal !== undefined) return { ok: false, reason: this.#loop.refusal }
    return this.#log.isFull
      ? { ok: false, reason: 'disk full: publishes are refused' }
      : { ok: true }
  }

  #topicCounts(): Map<string, TopicCounts> {
    const { state, traffic } = this.#loop
    const counts = new Map<string, TopicCounts>()
    if (this.#topics !== '*')
      for (const name of this.#topics)
        counts.set(shownText(name), { received: 0, delivered: 0, stored: 0 })
    state.topics.forEachTopic((topic: TopicNumber) => {
      counts.set(shownName(state.topicNames, topic), {
        received: traffic.receivedOf(topic),
        delivered: traffic.deliveredOf(topic),
        stored: state.topics.liveOf(topic),
      })
    })
    return counts
  }

  #groups(): Map<string, readonly string[]> {
    const { session, state } = this.#loop
    const groups = new Map<string, readonly string[]>()
    for (const group of session.groups.values())
      if (group.members.length > 0)
        groups.set(
          shownName(state.groupNames, group.group),
          group.members.map((member) => member.peer).sort(),
        )
    return groups
  }
}

/** Stands where bytes were no UTF-8, or in the name itself. */
const replacement = '\ufffd'
/** What an escape begins with, spelt out in a name. */
const likeEscape = /\\(?=x[0-9a-f]{2}|#[0-9])/g

/** The name with this number: `\xff` is a byte that is no UTF-8, `\#7` a name that damage took from the log. */
export function shownName(names: Dictionary, number: number): string {
  if (!names.has(number)) return `\\#${number}`
  const text = names.textOf(number)
  return text.includes(replacement) ? shownBytes(names.bytesOf(number)) : shownText(text)
}

/** A backslash that would make a part of a name look like an escape is itself escaped: `\x5c`. */
export function shownText(text: string): string {
  return text.includes('\\') ? text.replace(likeEscape, '\\x5c') : text
}

function shownBytes(bytes: Uint8Array): string {
  const name = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  let shown = ''
  let start = 0
  for (let at = 0; at < name.length;) {
    const length = characterBytes(name, at)
    if (length === 0) {
      const escaped = name[at]!.toString(16).padStart(2, '0')
      shown += `${shownText(name.toString('utf8', start, at))}\\x${escaped}`
      start = at + 1
    }
    at += Math.max(1, length)
  }
  return shown + shownText(name.toString('utf8', start))
}

/** Length of the character at `at`; 0 when no character of UTF-8 begins there. */
function characterBytes(name: Uint8Array, at: number): number {
  const first = name[at]!
  if (first < 0x80) return 1
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
  for (let i = 1; i < length; i++) if ((name[at + i]! & 0xc0) !== 0x80) return 0
  const second = name[at + 1]!
  const isOverlong = (first === 0xe0 && second < 0xa0) || (first === 0xf0 && second < 0x90)
  const isSurrogate = first === 0xed && second > 0x9f
  const isTooHigh = first === 0xf4 && second > 0x8f
  return isOverlong || isSurrogate || isTooHigh ? 0 : length
}
