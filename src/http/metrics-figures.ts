// What /metrics needs to know of a broker, in plain numbers: one look at everything it counts anyway. Times here are seconds,
// sizes bytes, so that nothing is converted on the way out. Figures that a broker does not have are left out, not 0.

import type { ArchiveFigures } from './stat.ts'

/** A number for each name of a set that the program itself bounds: reasons, causes, kinds. */
export type Counted = Readonly<Record<string, number>>

/** One topic with series of its own, or all others together. */
export interface TopicFigures {
  readonly topic: string
  readonly published: number
  readonly delivered: number
  readonly waiting: number
}
/** One group with series of its own, or all others together. */
export interface GroupFigures {
  readonly group: string
  readonly delivered: number
  readonly acked: number
  readonly failed: number
  readonly waiting: number
  readonly inFlight: number
  readonly dead: number
  readonly connections: number
}

export interface MessageFigures {
  readonly published: number
  readonly refused: number
  readonly delivered: number
  readonly retried: number
  readonly acked: number
  readonly failedBy: Counted
  readonly skipped: number
  readonly diedBy: Counted
  readonly redriven: number
  readonly purged: number
  readonly droppedFly: number
  readonly ignoredAcks: number
  readonly waiting: number
  readonly inFlight: number
  readonly dead: number
  readonly held: number
}
export interface TransactionFigures {
  readonly prepared: number
  readonly committed: number
  readonly rolledBack: number
  readonly inquiries: number
  readonly open: number
  readonly ignored: number
}
export interface ConsumerFigures {
  readonly setAsideNow: number
  readonly setAside: number
  readonly pausedGroups: number
  readonly unreadTopics: number
  readonly names: Counted
  readonly namesMax: number
}
export interface LogFigures {
  readonly records: number
  readonly batches: number
  readonly bytes: number
  readonly rolls: number
  /** `counts`: of flushes within each bound, not cumulative, one more for the rest. */
  readonly flushes: {
    readonly bounds: readonly number[]
    readonly counts: readonly number[]
    readonly sum: number
  }
  readonly reads: Counted
  readonly segments: number
  readonly endOffset: number
  readonly durableOffset: number
  readonly unflushedBytes: number
  readonly unflushedAge: number
  readonly holes: number
  readonly lostRecords: number
  readonly heldSegments: number
  readonly heldBytes: number
}
export interface StorageFigures {
  /** Of the file system of the data folder; undefined until it was asked. */
  readonly disk: { readonly free: number; readonly size: number } | undefined
  readonly isFull: boolean
  readonly isSlow: boolean
  readonly checkpointsWritten: number
  readonly checkpointsFailed: number
  readonly checkpointAge: number
  readonly checkpointLag: number
  readonly recoverySeconds: number
  readonly recoveryRecords: number
  readonly recoveryBytes: number
  readonly recoveryCutBytes: number
}
export interface NetFigures {
  readonly connections: number
  readonly connectionsMax: number
  readonly strangers: number
  readonly accepted: number
  readonly refused: number
  readonly closedBy: Counted
  readonly framesIn: number
  readonly framesOut: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly badBy: Counted
  readonly undeliverable: number
  readonly unfinishedBytes: number
  readonly unfinishedBytesMax: number
  readonly unsentBytes: number
  readonly unsentBytesMax: number
  readonly evictedBy: Counted
  readonly memoryWaits: number
  readonly readPauses: number
}
export interface PeerFigures {
  readonly brokers: number
  readonly links: number
  readonly waiting: number
  readonly passedOn: number
  readonly confirmed: number
  readonly dropped: number
}
export interface ProcessFigures {
  readonly cpuSeconds: number
  readonly residentBytes: number
  readonly heapBytes: number
  readonly externalBytes: number
  readonly startedAt: number
  readonly loopActiveSeconds: number
  readonly loopIdleSeconds: number
  /** undefined: nothing was measured yet. */
  readonly loopDelay:
    { readonly p50: number; readonly p99: number; readonly max: number } | undefined
}

export interface BrokerFigures {
  readonly accepts: boolean
  readonly healthy: boolean
  readonly messages: MessageFigures
  readonly topics: readonly TopicFigures[]
  readonly groups: readonly GroupFigures[]
  readonly transactions: TransactionFigures
  readonly consumers: ConsumerFigures
  readonly log: LogFigures
  readonly storage: StorageFigures
  readonly net: NetFigures
  /** Where the registry names brokers. */
  readonly peers: PeerFigures | undefined
  /** ZooKeeper answers; undefined: no ZooKeeper is used. */
  readonly zooKeeper: boolean | undefined
  readonly archive: ArchiveFigures | undefined
}

/** Behind /metrics. A look changes nothing, and gives the loop a turn now and then while it lasts. */
export interface MetricsSource {
  figures(): Promise<BrokerFigures>
}
