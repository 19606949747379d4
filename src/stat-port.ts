// What HTTP shows, read from the running broker; looks only. Names are keys there, so each is a text that no other name
// has: bytes that are no UTF-8 are shown escaped. Such a text is never used to compare names: bytes are.

import type { BrokerLoop } from './broker/loop.ts'
import type {
  ArchiveFigures,
  BoundGroup,
  Health,
  SetAsideConnection,
  StatSnapshot,
  StatSource,
  TopicCounts,
} from './http/stat.ts'
import { shownText } from './index/shown-name.ts'
import type { TopicNumber } from './model/ids.ts'
import { namesMax, setAsideToldMax } from './model/limits.ts'
import type { Peers } from './net/peers.ts'
import type { NetServer } from './net/server.ts'
import type { HeldSegments } from './retention-held.ts'

export interface StatPortOptions {
  readonly loop: BrokerLoop
  readonly net: NetServer
  readonly health: () => Health
  /** What retention would let go and cannot. */
  readonly held?: () => HeldSegments | undefined
  readonly archive?: () => ArchiveFigures | undefined
  /** Why the broker has failed, once it has. */
  readonly failure?: () => string | undefined
  readonly peers?: Peers
}

const unread = 'who is bound is not known yet'

export class StatPort implements StatSource {
  readonly #loop: BrokerLoop
  readonly #net: NetServer
  readonly #health: () => Health
  readonly #held: () => HeldSegments | undefined
  readonly #archive: () => ArchiveFigures | undefined
  readonly #failure: () => string | undefined
  readonly #peers: Peers | undefined

  constructor(options: StatPortOptions) {
    this.#loop = options.loop
    this.#net = options.net
    this.#health = options.health
    this.#held = options.held ?? ((): undefined => undefined)
    this.#archive = options.archive ?? ((): undefined => undefined)
    this.#failure = options.failure ?? ((): undefined => undefined)
    this.#peers = options.peers
  }

  stat(): StatSnapshot {
    const { session, traffic, settings, heldEffects } = this.#loop
    const network = this.#net.stats()
    const held = this.#held()
    const archive = this.#archive()
    const peers = this.#peers?.stats()
    const hasPeers = peers !== undefined && peers.brokers + peers.passedOn > 0
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
      ...(hasPeers && { peers: { ...peers, ignored: session.counters.ignoredDecisions } }),
      ...(held && { retention: held }),
      ...(archive && { archive }),
      ...(session.setAside.size > 0 && { setAside: this.#setAside() }),
    }
  }

  binds(): readonly BoundGroup[] {
    const { bindings, topicNames, groupNames } = this.#loop.state
    const found = new Map<number, BoundGroup>()
    for (const { binding } of bindings.list()) {
      const key = binding.topic * namesMax + binding.group
      if (found.has(key)) continue // bound by more than one source or type
      const topic = topicNames.textOf(binding.topic)
      const group = groupNames.textOf(binding.group)
      const queue = this.#loop.session.groups.get(binding.group)?.queues.get(binding.topic)
      const watermark = bindings.watermarkOf(binding.topic, binding.group)
      found.set(key, { topic, group, delivered: queue?.delivered ?? 0, watermark })
    }
    return [...found.values()]
  }

  health(): Health {
    return this.#health()
  }

  /** Fails when a publish would, by the same checks; a degraded broker serves what it has. */
  ready(): Health {
    const failure = this.#failure()
    if (failure !== undefined) return { ok: false, reason: failure }
    const { settings, fullReason } = this.#loop
    const refusal = this.#loop.publishRefusal()
    switch (refusal?.kind) {
      case undefined: {
        const { length } = settings.unread ?? []
        const topics = length === 1 ? 'one topic' : `${length} topics`
        if (length === 0) return { ok: true }
        return { ok: true, reason: `of ${topics} publishes are refused: ${unread}` }
      }
      case 'unread':
        return { ok: false, reason: `publishes are refused: ${unread}` }
      case 'closed':
        return { ok: false, reason: refusal.why }
      case 'full':
        return { ok: false, reason: `publishes are refused: ${fullReason}` }
      case 'slow':
        return { ok: false, reason: 'disk slow: publishes are refused' }
      case 'rate': {
        const limit = `more than the ${settings.receiveRate} a second of delivery.receivePerSecond`
        return { ok: false, reason: `overload: publishes are refused, ${limit}` }
      }
      case 'unflushed': {
        const limit = `more than the ${settings.unflushedBytesMax} bytes of log.unflushedBytes`
        return { ok: false, reason: `overload: publishes are refused, ${limit} wait for the disk` }
      }
    }
  }

  #setAside(): SetAsideConnection[] {
    const { session, state } = this.#loop
    return [...session.setAside].slice(0, setAsideToldMax).map(({ group, peer, breaker }) => ({
      group: state.groupNames.textOf(group),
      peer,
      sinceMs: breaker.silentSinceMs,
      unanswered: breaker.unanswered,
    }))
  }

  #topicCounts(): Map<string, TopicCounts> {
    const { state, traffic, settings } = this.#loop
    const counts = new Map<string, TopicCounts>()
    if (settings.topics !== '*')
      for (const name of settings.topics)
        counts.set(shownText(name), { received: 0, delivered: 0, stored: 0 })
    state.topics.forEachTopic((topic: TopicNumber) => {
      counts.set(state.topicNames.textOf(topic), {
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
          state.groupNames.textOf(group.group),
          group.members.map((member) => member.peer).sort(),
        )
    return groups
  }
}
