// What a member of a replica set asks of the world: who arbitrates, how members talk, and where the copy of the log is kept.
// ZooKeeper, sockets and files implement these for a broker; the simulation implements them for virtual time.

import type { EpochStart, LogPlace, RawRecords } from '../log/raw-records.ts'
import type { MemberId } from '../model/coordinator.ts'
import type { Epoch, Offset } from '../model/ids.ts'

/** The last epoch that two logs share, and where the leader's part of it ends; epoch 0 where they share none. */
export interface CommonEpoch {
  readonly epoch: Epoch
  readonly end: Offset
}

/** A follower's question: what comes behind `place`? It says what it has safe, too. */
export interface PullRequest {
  readonly kind: 'pull'
  readonly member: MemberId
  readonly copy: string
  /** The leader it follows; one that leads no longer, or leads a later epoch, says so. */
  readonly epoch: Epoch
  /** Of its last segment; 0 for an empty log. */
  readonly lastEpoch: Epoch
  readonly place: LogPlace
  /** Everything below is synced here. */
  readonly synced: Offset
  /** What it was told last. */
  readonly watermark: Offset
  /** How long the answer may wait for something new, ms, and how much it may hold. */
  readonly waitMs: number
  readonly bytesMax: number
}

/** Sent by a member that may lead to those it may take the place of. */
export interface StatusRequest {
  readonly kind: 'status'
}

export type ReplicaRequest = PullRequest | StatusRequest

export type ReplicaReply =
  | {
      readonly kind: 'records'
      readonly epoch: Epoch
      readonly watermark: Offset
      /** Behind the last record that may be had. */
      readonly end: Offset
      /** undefined: nothing new. */
      readonly records: RawRecords | undefined
    }
  /** The follower has records that the leader never had. */
  | { readonly kind: 'diverged'; readonly epoch: Epoch; readonly common: CommonEpoch }
  /** What comes next was dropped long ago: begin anew with the segment that is the first one there. */
  | { readonly kind: 'dropped'; readonly epoch: Epoch; readonly first: LogPlace }
  | { readonly kind: 'not-leader'; readonly epoch: Epoch }
  | { readonly kind: 'status'; readonly status: MemberStatus }

/** What a member's copy of the log is worth. */
export interface MemberStatus {
  readonly id: MemberId
  readonly copy: string
  readonly lastEpoch: Epoch
  readonly end: Offset
  /** Damaged, or in the middle of being filled: its end says nothing. */
  readonly isUnsure: boolean
  /** Highest epoch it has heard of. */
  readonly epoch: Epoch
}

/** Questions among members. */
export interface ReplicaTransport {
  /** Rejects when nobody answers in time, or the peer does not know the key. */
  ask(address: string, request: ReplicaRequest, withinMs: number): Promise<ReplicaReply>
}

/** A copy of the leader's log while it is followed. */
export interface FollowerCopy {
  readonly logId: string | undefined
  readonly lastEpoch: Epoch
  readonly end: LogPlace
  readonly isUnsure: boolean
  epochStarts(): readonly EpochStart[]
  /** Resolves once it is synced. Rejects KITEQ_DISK_FULL, to be tried again; anything else is final. */
  append(records: RawRecords): Promise<void>
  /** Lets go of every record from `to` on, and of every segment that begins there, durably. */
  cut(to: Offset): Promise<void>
  /** Lets go of everything. */
  clear(): Promise<void>
  /** Far behind: many batches at a time, and no word of being in sync until it is `filled`. */
  fill(): Promise<void>
  filled(): Promise<void>
}

/** The log of a leader. */
export interface LeadingLog {
  /** Behind the last record that is safe on this copy. */
  readonly synced: Offset
  /** Of the oldest segment that is there. */
  readonly first: LogPlace
  epochStarts(): readonly EpochStart[]
  /** Rejects KITEQ_USAGE for a place that is none of this log. */
  readRaw(from: LogPlace, bytesMax: number): Promise<RawRecords | undefined>
  /** Effects of what lies below may leave. */
  release(watermark: Offset): void
}

/** Who a member is, and what its folder was. */
export interface MemberIdentity {
  readonly set: string
  readonly id: MemberId
  readonly copy: string
  /** The folder has belonged to the set before this start. */
  readonly isKnown: boolean
}

/** The broker around a member: it keeps the copy, folds it, and serves while the member leads. */
export interface MemberHost {
  readonly identity: MemberIdentity
  /** Where members are answered. */
  readonly address: string
  /** A new id of this folder, on its disk before it resolves: what it was counted for before, it has no more. */
  renewCopy(): Promise<string>
  /** The folder belongs to the set from now on, on its disk before it resolves. */
  known(): Promise<void>
  /** At the beginning, and after `resigned`. */
  openCopy(): Promise<FollowerCopy>
  /** Everything below is safe on all copies that count: it may be folded. */
  watermark(offset: Offset): void
  /** Before a cut: what was folded stays, or all of it is dropped. */
  cutting(to: Offset): Promise<void>
  /** Closes the copy, folds what is left and opens the log of a new epoch; `started` is appended. */
  lead(epoch: Epoch, logId: string, onSynced: () => void): Promise<LeadingLog>
  /** At once, before it returns: no effect leaves any more. Resolves when the log is closed. */
  resigned(why: string): Promise<void>
  /** Who leads now, for clients that ask and for the operator. */
  told(line: string, details: object): void
}
