// Who may lead: only a copy that has everything ever acked, and of those that can be reached the one with the longest log of the
// highest epoch. Pure.

import type { ClusterState, MemberId } from '../model/coordinator.ts'
import type { MemberStatus } from './ports.ts'

/** Why a member may not lead; undefined: it may. */
export function whyNotStanding(
  state: ClusterState,
  own: MemberStatus,
  logId: string | undefined,
): string | undefined {
  const entry = state.inSync.find(({ id }) => id === own.id)
  if (!state.members.includes(own.id)) return 'it is no member of the set'
  if (state.logId !== undefined && logId !== state.logId)
    return `its log is ${logId ?? 'empty'}, the set's is ${state.logId}`
  if (entry === undefined) return 'it is not in the in-sync list'
  if (entry.copy !== own.copy) return 'its folder is not the one that was in sync'
  if (own.isUnsure) return 'its copy of the log is damaged, or not complete'
  if (own.end < entry.bound)
    return `its log ends at record ${own.end}, it once had all below ${entry.bound}`
  return undefined
}

/** Whether `other` has to go first. */
export function goesFirst(other: MemberStatus, own: MemberStatus, state: ClusterState): boolean {
  const entry = state.inSync.find(({ id, copy }) => id === other.id && copy === other.copy)
  if (entry === undefined || other.isUnsure || other.end < entry.bound) return false
  if (other.lastEpoch !== own.lastEpoch) return other.lastEpoch > own.lastEpoch
  if (other.end !== own.end) return other.end > own.end
  return isBefore(other.id, own.id)
}

const isBefore = (one: MemberId, other: MemberId): boolean => one < other
