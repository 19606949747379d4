// Where two logs part. Every epoch opens a segment and has one leader, so two logs that both have an epoch have the same
// records in it, as far as both go; what a follower has beyond its leader's part of an epoch was never safe. Pure.

import type { EpochStart } from '../log/raw-records.ts'
import type { Epoch, Offset } from '../model/ids.ts'
import type { CommonEpoch } from './ports.ts'

/** Where a leader's log goes, as far as it matters to whoever compares. */
export interface LogShape {
  readonly starts: readonly EpochStart[]
  readonly end: Offset
}

/** Undefined: the follower's log is the beginning of the leader's. */
export function commonEpochOf(
  leader: LogShape,
  follower: { readonly lastEpoch: Epoch; readonly end: Offset },
): CommonEpoch | undefined {
  const { starts } = leader
  if (follower.lastEpoch === 0) return undefined
  let at = starts.length - 1
  while (at >= 0 && starts[at]!.epoch > follower.lastEpoch) at--
  const epoch = starts[at]?.epoch ?? (0 as Epoch)
  const end = starts[at + 1]?.firstOffset ?? leader.end
  if (epoch === follower.lastEpoch && follower.end <= end) return undefined
  return { epoch, end: at < 0 ? (starts[0]?.firstOffset ?? (0 as Offset)) : end }
}

/** The first offset that the follower has to let go of. */
export function cutFor(follower: LogShape, common: CommonEpoch): Offset {
  const later = follower.starts.find(({ epoch }) => epoch > common.epoch)
  return Math.min(common.end, later?.firstOffset ?? Infinity, follower.end) as Offset
}
