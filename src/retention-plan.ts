// Which of the oldest segments go: pure, from how large each is and how much of it somebody still needs. Segments go from the
// oldest on and without a gap, so what still lives in them is judged together: one stubborn message pins nothing.

import { fullDiskShare, retentionSparse } from './model/limits.ts'

export interface SegmentUse {
  readonly number: number
  /** Of the file. */
  readonly bytes: number
  /** Of the messages in it that are prepared, waiting, out or dead letters. */
  liveBytes: number
}

export interface KeepPolicy {
  /** Ms; 0: no age is too old. */
  readonly keepMs: number
  /** All segments together; 0: no size is too large. */
  readonly keepBytes: number
}

export interface DropPlan {
  /** Last segment that goes. */
  readonly last: number
  /** Freed, and to be written again. */
  readonly bytes: number
  readonly liveBytes: number
}

/** The most of these segments that may go, because little enough of them lives; undefined: none. */
export function planDrop(segments: readonly SegmentUse[]): DropPlan | undefined {
  let plan: DropPlan | undefined
  let bytes = 0
  let liveBytes = 0
  for (const segment of segments) {
    bytes += segment.bytes
    liveBytes += segment.liveBytes
    if (liveBytes * retentionSparse < bytes) plan = { last: segment.number, bytes, liveBytes }
  }
  return plan
}

/**
 * How many of the oldest the policy lets go. `bytes` are those of all segments, oldest first; `isOld` tells whether every
 * record of one is older than is kept.
 */
export async function countPastKeeping(
  bytes: readonly number[],
  { keepBytes }: KeepPolicy,
  isOld: (index: number) => Promise<boolean>,
): Promise<number> {
  let left = bytes.reduce((sum, one) => sum + one, 0)
  let count = 0
  for (; count < bytes.length; count++) {
    const isTooMuch = keepBytes > 0 && left > keepBytes
    if (!isTooMuch && !(await isOld(count))) break
    left -= bytes[count]!
  }
  return count
}

/** What has to be written before segments may go, and what there is to write it into. */
export interface Outlay {
  /** Of an image of the state; 0: one stands behind these segments already. */
  readonly imageBytes: number
  /** An image is worth it when what goes for it is so many times as large. */
  readonly gain: number
  /** Space has run out. */
  readonly isShort: boolean
  /** Publishes are refused: what is left is for acks and decisions. */
  readonly isFull: boolean
  /** Bytes that may surely still be appended. */
  readonly sureBytes: number
}

/** Why what has to be written before segments go is not written now, in words; undefined: it is. */
export function whyNotYet(plan: DropPlan, outlay: Outlay): string | undefined {
  const { imageBytes, gain, isShort, isFull, sureBytes } = outlay
  const freed = plan.bytes - plan.liveBytes
  if (imageBytes > 0 && !isShort && freed < gain * imageBytes)
    return `an image of the state has to be written first, ${imageBytes} bytes, and only ${freed} bytes would go for it; from ${gain * imageBytes} on it is worth it`
  if (imageBytes > 0 && isShort && freed <= imageBytes)
    return `an image of the state has to be written first, ${imageBytes} bytes, and no more than ${freed} bytes would go for it`
  const written = imageBytes + plan.liveBytes
  if (isFull && written * fullDiskShare > sureBytes)
    return `the disk is too full to write what has to be written first: ${written} bytes, and ${sureBytes} are left for acks and decisions`
  return undefined
}
