// What dispatching one group comes to, for the session to note: how far each queue was read and when to look again.

import type { Ordinal } from '../model/ids.ts'
import type { FlyMessage, GroupSession, QueueSession } from './group-session.ts'

export interface QueueTurn {
  readonly queue: QueueSession
  cursor: Ordinal
  retriesTaken: number
  /** Messages dealt with, given or expired: they use up its share. */
  taken: number
  /** Messages given, one token of the rate limit each. */
  given: number
  /** Nothing is left in it that could be given now. */
  isDrained: boolean
  /** Its turn is over; otherwise it stays first, because the members or the budget ran out. */
  hadWholeTurn: boolean
  /** Its next message waits for a member that has no room now, although others have. */
  isBlocked: boolean
}

export interface DispatchPlan {
  readonly group: GroupSession
  readonly turns: QueueTurn[]
  /** Queues whose rate limit says wait: active again when the group is woken. */
  readonly limited: QueueSession[]
  /** Queues that nobody takes from now, although somebody takes from others: out of the round until somebody does. */
  readonly aside: QueueSession[]
  /** Queues whose next message none of those with room can have. */
  readonly blocked: QueueSession[]
  /** Queues that were aside and have somebody again. */
  woken: QueueSession[]
  /** Fly messages that go on waiting; undefined: all of them. */
  flyLeft: FlyMessage[] | undefined
  /** Fly messages that nobody wants any more. */
  readonly flyDropped: FlyMessage[]
  /** When a rate limit or a probe lets it go on; Infinity: somebody else marks it dirty. */
  wakeAtMs: number
  /** The budget ran out: dispatch again soon. */
  hasMore: boolean
}
