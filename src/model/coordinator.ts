// What the members of a replica set agree on through their arbiter, and what they ask of him: ZooKeeper for a broker, a simulated one
// in virtual time. The state is one node, so that it changes as one: who leads, in which epoch, and which copies of the log have all
// that was ever acked. Every change is written with the version it rests on.

import type { Epoch, Offset } from './ids.ts'

export type MemberId = string

/** A copy that has everything below the high watermark of every epoch so far. */
export interface InSyncMember {
  readonly id: MemberId
  readonly copy: string
  /** It had so much safe, at least; a log that ends before is an older state of its disk, and counts for nothing. */
  readonly bound: Offset
}

export interface ClusterState {
  readonly format: 1
  /** 32 hex digits, of the log that all share; undefined until a first leader has written. */
  readonly logId: string | undefined
  /** Of the last leader; 0 before the first. */
  readonly epoch: Epoch
  readonly leader: MemberId | undefined
  /** A record counts as safe on no fewer copies. */
  readonly minInSync: number
  /** Never fewer than `minInSync` once there were as many. */
  readonly inSync: readonly InSyncMember[]
  /** Everybody who belongs to the set; nobody else is ever in sync. */
  readonly members: readonly MemberId[]
}

/** What a member is found by; its own node, gone with its session. */
export interface LiveMember {
  readonly id: MemberId
  /** Of its folder; a wiped or restored one has another. */
  readonly copy: string
  /** `host:port` where it answers members. */
  readonly address: string
}

/** Who leads, as a node that is gone with its session says. */
export interface LeaderNode {
  readonly id: MemberId
  readonly epoch: Epoch
  readonly address: string
}

/** One consistent look; `version` is of `state`. */
export interface ClusterView {
  /** undefined: nobody has made this set yet. */
  readonly state: ClusterState | undefined
  readonly version: number
  readonly leader: LeaderNode | undefined
  readonly live: readonly LiveMember[]
}

/** `conflict`: somebody else wrote first; look again. `unknown`: the connection was lost; it may or may not be done. */
export type WriteResult =
  | { readonly kind: 'done'; readonly version: number }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'unknown'; readonly why: string }

export interface CoordinatorEvents {
  /** Something may have changed, or a connection is there again: look. */
  changed(): void
  /** The session is over: every node of it is gone, or will be. A new one begins by itself, and `changed` tells. */
  expired(): void
}

/** Arbitration: ZooKeeper, or a simulated one. Every call ends within a third of the session's time. */
export interface Coordinator {
  start(events: CoordinatorEvents): void
  /** Rejects KITEQ_REGISTRY while nobody answers. Watches all it has read: the next change is told by `changed`. */
  look(): Promise<ClusterView>
  /** Makes the set, where there is none. */
  create(state: ClusterState): Promise<WriteResult>
  /** Makes this member's own live node anew, or what stands there true. */
  join(member: LiveMember): Promise<WriteResult>
  /** Only if the state still has `version`. */
  write(state: ClusterState, version: number): Promise<WriteResult>
  /** Both or nothing: the state, if it still has `version`, and the leader's node, if there is none. */
  lead(state: ClusterState, version: number, leader: LeaderNode): Promise<WriteResult>
  /** Takes its own leader's node away, so that others need not wait for the session's end. */
  resign(): Promise<void>
  /** How long the session that is there now lasts without a word, at least, ms. */
  readonly sessionTimeoutMs: number
  /**
   * Monotonic ms; -Infinity before any: when the last request of this session was sent that was answered by all who arbitrate,
   * not by a single one of them, which may be cut off from the others and not know that the session is over.
   */
  readonly answeredAtMs: number
  close(): Promise<void>
}
