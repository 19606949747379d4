// What /metrics shows, gathered from the parts of a running broker when somebody asks: looks only, at what they count anyway.
// Nothing here is as long as the number of messages; walks over topics and queues give the loop a turn after each slice.

import type { BrokerLoop } from './broker/loop.ts'
import type { Checkpointer } from './checkpointer.ts'
import type { NetConfig } from './config.ts'
import type { DiskSpace } from './disk-space.ts'
import type {
  BrokerFigures,
  Counted,
  LogFigures,
  MessageFigures,
  MetricsSource,
  NetFigures,
  StorageFigures,
} from './http/metrics-figures.ts'
import type { ArchiveFigures, StatSource } from './http/stat.ts'
import type { Log } from './log/log.ts'
import type { RecoveryReport } from './log/recover.ts'
import { flushBucketsMs } from './log/write-stats.ts'
import { MetricsNames } from './metrics-names.ts'
import { namesMax } from './model/limits.ts'
import type { Peers } from './net/peers.ts'
import type { NetServer, NetStats } from './net/server.ts'
import type { HeldSegments } from './retention-held.ts'

export interface MetricsPortOptions {
  readonly loop: BrokerLoop
  readonly net: NetServer
  readonly log: Log
  readonly limits: Pick<NetConfig, 'connectionsMax' | 'unfinishedBytesMax' | 'unsentBytesMax'>
  /** What /healthz and /readyz say. */
  readonly stat: Pick<StatSource, 'health' | 'ready'>
  readonly disk: DiskSpace
  readonly recovery: RecoveryReport
  /** What recovery took. */
  readonly recoveryMs: number
  /** Topics with series of their own, and groups. */
  readonly namesShown: number
  readonly checkpointer?: Checkpointer | undefined
  /** What retention would let go and cannot. */
  readonly held: () => HeldSegments | undefined
  readonly archive: () => ArchiveFigures | undefined
  readonly peers?: Peers | undefined
  /** ZooKeeper answers; undefined: none is used. */
  readonly zooKeeper: () => boolean | undefined
}

/** A disk that does not answer is told with what it said last. */
const diskWithinMs = 200
/** Reasons for which connections are ended have few names; should there be more, they are told together. */
const reasonsMax = 32

export class MetricsPort implements MetricsSource {
  readonly #options: MetricsPortOptions
  readonly #names: MetricsNames

  constructor(options: MetricsPortOptions) {
    this.#options = options
    this.#names = new MetricsNames(options.loop, options.namesShown)
  }

  async figures(): Promise<BrokerFigures> {
    const { loop, net, stat, archive, disk, zooKeeper } = this.#options
    const { state, session, traffic } = loop
    const network = net.stats()
    const peers = this.#options.peers?.stats()
    const hasPeers = peers !== undefined && peers.brokers + peers.passedOn > 0
    const space = await disk.look(diskWithinMs)
    const { topics, groups } = await this.#names.figures()
    return {
      accepts: stat.ready().ok,
      healthy: stat.health().ok,
      messages: messageFigures(loop, network),
      topics,
      groups,
      transactions: {
        prepared: traffic.prepared,
        committed: traffic.committed,
        rolledBack: traffic.rolledBack,
        inquiries: traffic.inquired,
        open: state.transactions.open,
        ignored: session.counters.ignoredDecisions,
      },
      consumers: {
        setAsideNow: session.setAside.size,
        setAside: session.counters.setAside,
        pausedGroups: state.queues.paused.size,
        unreadTopics: loop.settings.unread?.length ?? 0,
        names: {
          topic: state.topicNames.size,
          type: state.typeNames.size,
          group: state.groupNames.size,
        },
        namesMax: namesMax - 1,
      },
      log: this.#log(),
      storage: this.#storage(space),
      net: netFigures(network, this.#options.limits),
      peers: hasPeers ? peers : undefined,
      zooKeeper: zooKeeper(),
      archive: archive(),
    }
  }

  #log(): LogFigures {
    const { log, loop } = this.#options
    const { counts } = loop.state.journal
    const { appends, batches, bytes, rolls, flushMs, reads } = log.stats()
    const held = this.#options.held()
    return {
      records: appends,
      batches,
      bytes,
      rolls,
      flushes: {
        bounds: flushBucketsMs.map(seconds),
        counts: flushMs.buckets,
        sum: seconds(flushMs.total),
      },
      reads: { memory: reads.recent, cache: reads.cached, disk: reads.disk },
      segments: log.segments.length,
      endOffset: log.endOffset,
      durableOffset: log.durableOffset,
      unflushedBytes: log.unflushedBytes,
      unflushedAge: seconds(
        Math.max(0, loop.nowMs() - Math.min(loop.nowMs(), log.unflushedSinceMs)),
      ),
      holes: counts.holes,
      lostRecords: counts.recordsLost,
      heldSegments: held?.segments ?? 0,
      heldBytes: held?.bytes ?? 0,
    }
  }

  #storage(disk: StorageFigures['disk']): StorageFigures {
    const { log, loop, recovery, recoveryMs, checkpointer } = this.#options
    const progress = checkpointer?.progress
    return {
      disk,
      isFull: log.isFull,
      isSlow: loop.isSlow() && !log.isFull,
      checkpointsWritten: progress?.written ?? 0,
      checkpointsFailed: progress?.failed ?? 0,
      checkpointAge: seconds(performance.now() - (progress?.atMs ?? 0)),
      checkpointLag: Math.max(0, log.endOffset - (progress?.offset ?? 0)),
      recoverySeconds: seconds(recoveryMs),
      recoveryRecords: recovery.records,
      recoveryBytes: recovery.bytes,
      recoveryCutBytes: recovery.cut?.bytes ?? 0,
    }
  }
}

function messageFigures(
  { state, session, traffic, heldEffects }: BrokerLoop,
  network: NetStats,
): MessageFigures {
  const { counters } = session
  return {
    published: traffic.received,
    refused: counters.refusedPublishes,
    delivered: traffic.delivered,
    retried: traffic.retried,
    acked: traffic.acked,
    failedBy: traffic.failedBy,
    skipped: traffic.skipped,
    diedBy: traffic.diedBy,
    redriven: traffic.redriven,
    purged: traffic.purged,
    droppedFly: counters.droppedFly + network.droppedFly,
    ignoredAcks: counters.ignoredAcks,
    waiting: state.liveCount - state.transactions.open,
    inFlight: session.inFlight.size,
    dead: state.dead.count,
    held: heldEffects,
  }
}

function netFigures(network: NetStats, limits: MetricsPortOptions['limits']): NetFigures {
  return {
    connections: network.connections,
    connectionsMax: limits.connectionsMax,
    strangers: network.strangers,
    accepted: network.accepted,
    refused: network.refusedConnections,
    closedBy: firstOf(network.closedBy, reasonsMax),
    framesIn: network.framesIn,
    framesOut: network.framesOut,
    bytesIn: network.bytesIn,
    bytesOut: network.bytesOut,
    badBy: {
      framing: network.framingErrors,
      packet: network.badPackets,
      command: network.unknownCommands,
      handshake: network.unauthorised,
    },
    undeliverable: network.undeliverable + network.loadsFailed,
    unfinishedBytes: network.unfinishedBytes,
    unfinishedBytesMax: limits.unfinishedBytesMax,
    unsentBytes: network.unsentBytes,
    unsentBytesMax: limits.unsentBytesMax,
    evictedBy: { unfinished: network.unfinishedEvictions, unread: network.unreadEvictions },
    memoryWaits: network.memoryWaits,
    readPauses: network.readPauses,
  }
}

/** The first reasons ever keep their names. */
function firstOf(counts: ReadonlyMap<string, number>, max: number): Counted {
  const found: Record<string, number> = {}
  let at = 0
  for (const [name, count] of counts) {
    if (at++ < max) found[name] = count
    else found['other'] = (found['other'] ?? 0) + count
  }
  return found
}

function seconds(ms: number): number {
  return ms / 1000
}
