// The registry port: who subscribes to what, and which brokers there are. A file implements it, and ZooKeeper.

import type { BindType, BindingSource } from './record.ts'

/** A binding as the registry tells it: names, not numbers. */
export interface RegistryBinding {
  readonly topic: string
  readonly group: string
  readonly bindType: BindType
  readonly messageType: string
  readonly watermark: number
  readonly persistent: boolean
}

/** One complete, successful read; applied atomically. What it does not name, its source has removed. */
export interface RegistrySnapshot {
  readonly source: BindingSource
  readonly bindings: readonly RegistryBinding[]
  /** Topics this broker is to serve, when the registry says so. */
  readonly topics?: readonly string[]
}

export interface RegistryEvents {
  snapshot(snapshot: RegistrySnapshot): void
  /** `host:port` of every broker that serves the topic, this one included; told again when it has changed. */
  brokers?(topic: string, addresses: readonly string[]): void
  /** Topics to be served of which nobody has read yet who is bound to them: all of them, whenever they differ. */
  unread?(topics: readonly string[]): void
  /** The registry cannot be read or understood; the last good snapshot stays. */
  problem(message: string): void
  /** Worth knowing, and nothing is wrong. */
  told?(message: string): void
}

export interface Registry {
  /** Resolves after the first snapshot was handed over; rejects with KITEQ_REGISTRY when there is none. */
  start(events: RegistryEvents): Promise<void>
  /** Make this broker known, after its doors are open. */
  announce(address: string, topics: readonly string[]): Promise<void>
  /**
   * Take this broker's nodes away for a moment, so that its clients connect anew: some of the original's never answer again
   * otherwise. Disturbs all of them, so the caller asks rarely. A registry that cannot leaves it out.
   */
  bounce?(): void | Promise<void>
  /** It answers now. A registry without anything that could be away leaves it out. */
  isConnected?(): boolean
  withdraw(): Promise<void>
  close(): Promise<void>
}
