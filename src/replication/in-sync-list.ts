// Which copies count: what a leader wants the in-sync list to be, from what it has and what the members have said. Pure.
// A copy enters only with everything that may ever have been acked, and leaves only through the arbiter.

import type { InSyncMember, MemberId } from '../model/coordinator.ts'
import type { Offset } from '../model/ids.ts'

/** What the leader knows of a member that pulls. */
export interface MemberProgress {
  readonly id: MemberId
  readonly copy: string
  readonly synced: Offset
  /** It last had everything there was, ms on the leader's monotonic clock; -Infinity: never in this epoch. */
  readonly caughtUpAtMs: number
}

export interface ListRequest {
  readonly list: readonly InSyncMember[]
  readonly members: readonly MemberId[]
  readonly progress: readonly MemberProgress[]
  readonly leader: MemberId
  readonly minInSync: number
  /** A copy that enters has everything below: the watermark, and all that was there when this epoch began. */
  readonly enterFrom: Offset
  readonly nowMs: number
  /** Since then this leader leads. */
  readonly sinceMs: number
  /** A member that was behind for longer leaves, ms. */
  readonly lagMs: number
}

/** The list as it should be now, with fresh bounds; the same members in the same order where none comes or goes. */
export function wantedList(request: ListRequest): InSyncMember[] {
  const { list, members, leader, progress, nowMs, sinceMs, lagMs, enterFrom } = request
  const isLate = (copy: string): boolean => {
    const seen = progress.find((one) => one.copy === copy)
    return nowMs - Math.max(seen?.caughtUpAtMs ?? -Infinity, sinceMs) > lagMs
  }
  const stays: InSyncMember[] = []
  const late: InSyncMember[] = []
  for (const member of list) {
    const { id, copy, bound } = member
    const synced = progress.find((one) => one.copy === copy)?.synced ?? bound
    const fresh = { id, copy, bound: Math.max(bound, synced) as Offset }
    if (id === leader || (members.includes(id) && !isLate(copy))) stays.push(fresh)
    else late.push(fresh)
  }
  for (const { id, copy, synced } of progress) {
    if (synced < enterFrom || !members.includes(id) || isLate(copy)) continue
    if (stays.some((one) => one.copy === copy)) continue
    const back = late.findIndex((one) => one.copy === copy)
    if (back >= 0) late.splice(back, 1)
    const older = stays.findIndex((one) => one.id === id) // its folder was made anew
    if (older >= 0) stays.splice(older, 1)
    stays.push({ id, copy, bound: synced })
  }
  const least = Math.min(request.minInSync, list.length)
  while (stays.length < least && late.length > 0) stays.push(late.shift()!)
  return stays
}

/** Whether a list is another one; bounds alone are written less often. */
export function isSameList(one: readonly InSyncMember[], other: readonly InSyncMember[]): boolean {
  return one.length === other.length && one.every(({ copy }) => other.some((o) => o.copy === copy))
}
