// The original's /stat and /binds: what the broker counts since its start becomes rates of the last second, in the
// original's names. Reading never changes a number. Pure but for the figures handed in.

import { plainJson } from '../model/plain-text.ts'

/** Counted since the start of the broker, but for what says "now". */
export interface StatSnapshot {
  /** Whatever runs side by side, now: the original's `goroutine`. */
  readonly tasks: number
  /** Deliveries waiting for their ack, now. */
  readonly inFlight: number
  readonly received: number
  readonly delivered: number
  /** Every served topic, also those without messages. */
  readonly topics: ReadonlyMap<string, TopicCounts>
  /** `ip:port` of each connection of each group, now. */
  readonly groups: ReadonlyMap<string, readonly string[]>
  /** Publishes a second the broker takes; 0: no limit. */
  readonly receiveRate: number
  readonly network: NetworkCounts
  /** Decisions for other brokers; only where there are any. */
  readonly peers?: PeerCounts
  /** Only while old segments cannot go as retention says. */
  readonly retention?: {
    readonly segments: number
    readonly bytes: number
    readonly why: string
  }
  /** Only where there is an archive. */
  readonly archive?: ArchiveFigures
  /** Only while there are any: connections set aside because they answer nothing any more. */
  readonly setAside?: readonly SetAsideConnection[]
}
/** How far the archive is, now. */
export interface ArchiveFigures {
  readonly connected: boolean
  readonly required: boolean
  /** The archive has every record below; undefined until its database has said so. */
  readonly archivedOffset: number | undefined
  /** What is durable and not archived; the whole log as long as the offset is not known. */
  readonly lagRecords: number
  readonly lagBytes: number
  readonly lagSeconds: number | undefined
  /** Dropped from the log before they were archived, and not yet in a gap on record. */
  readonly droppedRecords: number
  /** Stretches of records that the archive will never have, of this log, ever. */
  readonly gaps: number
  readonly gapRecords: number
  /** Why it is not connected, or not at work. */
  readonly why: string | undefined
}
export interface SetAsideConnection {
  readonly group: string
  /** `ip:port`. */
  readonly peer: string
  /** Milliseconds since 1970. */
  readonly sinceMs: number
  /** Deliveries without an answer, in a row. */
  readonly unanswered: number
}
export interface TopicCounts {
  readonly received: number
  readonly delivered: number
  /** Messages that some group still waits for, now. */
  readonly stored: number
}
export interface NetworkCounts {
  readonly packetsRead: number
  readonly bytesRead: number
  readonly packetsWritten: number
  readonly bytesWritten: number
  /** Now. */
  readonly connections: number
  /** Memory of frames whose end has not come and of output that has not left, now; bytes. */
  readonly unfinishedBytes: number
  readonly unsentBytes: number
  /** Connections closed because either was too much, and waits for the second, since the start. */
  readonly unfinishedEvictions: number
  readonly unreadEvictions: number
  readonly memoryWaits: number
  /** Commands waiting for their turn, now, and how many may. */
  readonly queued: number
  readonly queuedMax: number
}
/** Since the start, but for brokers, connections and decisions that wait, now. A decision counts for each broker it is meant for. */
export interface PeerCounts {
  readonly brokers: number
  readonly links: number
  readonly waiting: number
  readonly passedOn: number
  readonly confirmed: number
  readonly dropped: number
  /** Decisions of clients and of other brokers that changed nothing here. */
  readonly ignored: number
}
/** One group bound to one topic. */
export interface BoundGroup {
  readonly topic: string
  readonly group: string
  /** Deliveries of this topic to this group since the start. */
  readonly delivered: number
  /** Messages a second; 0 or less: no limit. */
  readonly watermark: number
}

export interface Health {
  readonly ok: boolean
  /** Why not; or what is worth knowing all the same. */
  readonly reason?: string
}

/** What HTTP needs of the broker. Every call is a look: it changes nothing. */
export interface StatSource {
  stat(): StatSnapshot
  binds(): readonly BoundGroup[]
  /** Is the broker sound? Degraded and failed ones are not. */
  health(): Health
  /** Are the doors open for publishes? */
  ready(): Health
}

interface Sample {
  readonly atMs: number
  readonly stat: StatSnapshot
  readonly delivered: ReadonlyMap<string, number>
}

/** KiteQ-OPS divides by limits, so "no limit" is the largest number its 32 bits hold. */
export const unlimitedPerSecond = 2_147_483_647

/** A broker gives its statistics at most one part in this many of its time. */
const sampleShare = 100

/** Milliseconds to the next look when one takes `tookMs`: dear looks are taken more rarely. */
export function nextSampleMs(tookMs: number, sampleMs: number): number {
  return Math.max(sampleMs, tookMs * sampleShare)
}

/** Two looks at the counters, and the rates between them. */
export class RateSampler {
  readonly #source: StatSource
  #older: Sample | undefined
  #newer: Sample | undefined

  constructor(source: StatSource) {
    this.#source = source
  }

  /** A look at `nowMs`, monotonic milliseconds. */
  sample(nowMs: number): void {
    const delivered = new Map<string, number>()
    for (const bound of this.#source.binds()) delivered.set(pairKey(bound), bound.delivered)
    this.#older = this.#newer
    this.#newer = { atMs: nowMs, stat: this.#source.stat(), delivered }
  }

  /** Body of /stat: what stands now, and the rates between the last two looks. All integers. */
  statBody(): string {
    const now = this.#source.stat()
    const topic = (of: (counts: TopicCounts) => number): Record<string, number> =>
      Object.fromEntries(
        [...now.topics.keys()].map((name) => [
          name,
          this.#rate((sample) => valueOr0(sample.stat.topics.get(name), of)),
        ]),
      )
    const network = (of: (counts: NetworkCounts) => number): number =>
      this.#rate(({ stat }) => of(stat.network))
    return plainJson({
      kiteq: {
        goroutine: now.tasks,
        deliver_go: now.inFlight,
        deliver_count: this.#rate(({ stat }) => stat.delivered),
        recieve_count: this.#rate(({ stat }) => stat.received),
        message_count: Object.fromEntries(
          [...now.topics].map(([name, counts]) => [name, counts.stored]),
        ),
        topics_deliver: topic((counts) => counts.delivered),
        topics_recieve: topic((counts) => counts.received),
        groups: Object.fromEntries(
          [...now.groups].map(([group, peers]) => [group, [...peers].sort()]),
        ),
        accept_limiter: [
          this.#rate(({ stat }) => stat.received),
          now.receiveRate || unlimitedPerSecond,
        ],
      },
      network: {
        read_count: network((counts) => counts.packetsRead),
        read_bytes: network((counts) => counts.bytesRead),
        write_count: network((counts) => counts.packetsWritten),
        write_bytes: network((counts) => counts.bytesWritten),
        dispool_size: now.network.queued,
        dispool_cap: now.network.queuedMax,
        dispatcher_go: now.network.queued, // the name of 2017, which KiteQ-OPS reads
        connections: now.network.connections,
        // ours
        unfinished_bytes: now.network.unfinishedBytes,
        unsent_bytes: now.network.unsentBytes,
        unfinished_evictions: now.network.unfinishedEvictions,
        unread_evictions: now.network.unreadEvictions,
        memory_waits: now.network.memoryWaits,
      },
      ...(now.peers && { peers: peersBody(now.peers) }),
      ...(now.retention && { retention: now.retention }),
      ...(now.archive && { archive: archiveBody(now.archive) }),
      ...(now.setAside && {
        set_aside: now.setAside.map(({ group, peer, sinceMs, unanswered }) => ({
          group,
          peer,
          since_ms: sinceMs,
          unanswered,
        })),
      }),
    })
  }

  /** Body of /binds: the groups of each topic, and for each of them how much of its watermark it used. */
  bindsBody(): string {
    const groups = new Map<string, string[]>()
    const limiters = new Map<string, [group: string, used: [number, number]][]>()
    for (const bound of this.#source.binds()) {
      const key = pairKey(bound)
      const used = this.#rate((sample) => sample.delivered.get(key) ?? 0)
      push(groups, bound.topic, bound.group)
      push(limiters, bound.topic, [
        bound.group,
        [used, bound.watermark > 0 ? bound.watermark : unlimitedPerSecond],
      ])
    }
    return plainJson({
      topic_2_groups: Object.fromEntries(groups),
      topic_limiters: Object.fromEntries(
        [...limiters].map(([topic, used]) => [topic, Object.fromEntries(used)]),
      ),
    })
  }

  /** Per second, whole; 0 until there are two looks. */
  #rate(of: (sample: Sample) => number): number {
    if (this.#older === undefined || this.#newer === undefined) return 0
    const seconds = (this.#newer.atMs - this.#older.atMs) / 1000
    return seconds <= 0 ? 0 : Math.max(0, Math.round((of(this.#newer) - of(this.#older)) / seconds))
  }
}

function archiveBody(figures: ArchiveFigures): Record<string, unknown> {
  return {
    connected: figures.connected,
    required: figures.required,
    archived_offset: figures.archivedOffset,
    lag_records: figures.lagRecords,
    lag_bytes: figures.lagBytes,
    lag_seconds: figures.lagSeconds,
    gaps: figures.gaps,
    gap_records: figures.gapRecords,
    dropped_records: figures.droppedRecords,
    why: figures.why,
  }
}

function peersBody(peers: PeerCounts): Record<string, number> {
  const { passedOn, ...others } = peers
  return { ...others, passed_on: passedOn }
}

function valueOr0(counts: TopicCounts | undefined, of: (counts: TopicCounts) => number): number {
  return counts === undefined ? 0 : of(counts)
}

function push<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

/** Names may hold any character, so their lengths keep the pair apart. */
function pairKey(bound: BoundGroup): string {
  return `${bound.topic.length}:${bound.topic}${bound.group}`
}
