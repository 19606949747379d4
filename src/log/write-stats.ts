// What the log did, in numbers. Counting only: nothing depends on it.

/** Upper bounds of the flush histogram, ms; one more bucket holds the rest. */
export const flushBucketsMs: readonly number[] = [0.1, 0.2, 0.5, 1, 2, 5, 10, 50, 200, 1000, 5000]

export interface LogStats {
  readonly appends: number
  readonly batches: number
  /** Bytes of written batches. */
  readonly bytes: number
  readonly rolls: number
  /** Time of writes until they were durable. */
  readonly flushMs: {
    readonly total: number
    readonly max: number
    readonly buckets: readonly number[]
  }
  /** Messages read back: from memory, from a cached page, from disk. */
  readonly reads: { readonly recent: number; readonly cached: number; readonly disk: number }
}

export class FlushTimes {
  total = 0
  max = 0
  readonly buckets: number[] = new Array<number>(flushBucketsMs.length + 1).fill(0)

  add(ms: number): void {
    this.total += ms
    if (ms > this.max) this.max = ms
    let i = 0
    while (i < flushBucketsMs.length && ms > flushBucketsMs[i]!) i++
    this.buckets[i]!++
  }
}
