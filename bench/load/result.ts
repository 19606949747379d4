// What the load generator tells its parent. Types only.

import type { LatencySummary } from './histogram.ts'

export interface PublishResult {
  readonly sent: number
  readonly acked: number
  readonly refused: number
  readonly firstRefusal: string
  readonly unexpected: number
  readonly unanswered: number
  /** Acknowledged in the window. */
  readonly perSecond: number
  /** Send (or due) to store acknowledgement, ms. */
  readonly latency: LatencySummary
}

export interface ConsumeResult {
  readonly received: number
  readonly unique: number
  readonly duplicates: number
  readonly damaged: number
  /** When the first came, on the machine's monotonic clock; 0 when none did. */
  readonly firstMs: number
  readonly perSecond: number
  /** Send (or due) to arrival at the consumer, ms. */
  readonly latency: LatencySummary
}

export interface LoadResult {
  readonly seconds: number
  /** CPU of the generator in the window, in cores. */
  readonly loadCores: number
  readonly publish: PublishResult | undefined
  readonly consume: ConsumeResult | undefined
}

export type LoadEvent =
  | { readonly event: 'ready' }
  | { readonly event: 'measuring' }
  | { readonly event: 'measured' }
  | { readonly event: 'result'; readonly result: LoadResult }
