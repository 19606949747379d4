// Who of a group may be given something in this dispatch, and of which topics; and of those, who gets the next message: the
// one with the fewest in flight among the warmed-up, the newest on a tie. Who is set aside comes first when a probe is due, and
// else not at all. Changes no member.

import type { Offset, TopicNumber } from '../model/ids.ts'
import { inFlightPerConnection } from '../model/limits.ts'
import type { Moment } from './decision.ts'
import type { DispatchPlan } from './dispatch-plan.ts'
import type { Delivery } from './effect.ts'
import type { GroupSession, QueueSession } from './group-session.ts'
import type { Member } from './member.ts'

/** A member that may be given something, and what it is given. */
export interface Candidate {
  readonly member: Member
  room: number
  load: number
  /** It has stopped answering, and may be given one to see whether it answers again. */
  readonly isProbe: boolean
  /** Larger frames it cannot read. */
  readonly bytesMax: number
  readonly messages: Offset[]
  readonly attempts: number[]
  readonly deliveries: Delivery[]
}

/** What may be given in place of a choice: a member all the same, nobody before something changes, or nobody has room. */
export type LastResort = Candidate | 'wait' | undefined

/**
 * Warm-up holds members back by chance, but never all of those that want a topic: then the one with the most progress
 * serves.
 */
export class Candidates {
  readonly all: Candidate[] = []
  readonly #group: GroupSession
  readonly #moment: Moment
  readonly #plan: DispatchPlan
  readonly #isScarce: boolean
  /** Only of a group in which somebody wants some topics only: by member, without a list, held back by warm-up. */
  readonly #byMember = new Map<Member, Candidate>()
  readonly #general: Candidate[] = []
  readonly #heldBack = new Set<Member>()
  #warmGeneral = 0
  #bestGeneral: Member | undefined

  /** While leases are scarce nobody gets more than an original client would, so that everybody gets some. */
  constructor(group: GroupSession, moment: Moment, plan: DispatchPlan, isScarce: boolean) {
    this.#group = group
    this.#moment = moment
    this.#plan = plan
    this.#isScarce = isScarce
    if (group.interest.listed === 0) this.#gather()
    else this.#gatherByInterest()
  }

  /** Nobody has room for anything. */
  get isExhausted(): boolean {
    return this.#heldBack.size === 0 && !this.all.some(({ room }) => room > 0)
  }

  /** Those that want a topic. */
  of(topic: TopicNumber): readonly Candidate[] {
    const { interest } = this.#group
    if (interest.listed === 0) return this.all
    const found = this.#general.slice()
    let warm = this.#warmGeneral
    let best = this.#bestGeneral
    for (const member of interest.listedFor(topic)) {
      if (this.#heldBack.has(member)) best = this.#further(best, member)
      else {
        if (!member.isSetAside) warm += 1
        const candidate = this.#byMember.get(member)
        if (candidate !== undefined) found.push(candidate)
      }
    }
    if (warm > 0 || best === undefined) return found
    const last = this.#byMember.get(best) ?? this.#admit(best)
    return last === undefined ? found : [...found, last]
  }

  /** Queues that are out of the round although somebody has room for them. */
  wakes(): QueueSession[] {
    const { held, queues } = this.#group
    const woken: QueueSession[] = []
    if (held.size === 0) return woken
    for (const { member } of this.all) {
      if (member.wanted === undefined) return [...held]
      if (member.wanted.size < held.size) {
        for (const topic of member.wanted) {
          const queue = queues.get(topic)
          if (queue !== undefined && held.has(queue)) woken.push(queue)
        }
      } else for (const queue of held) if (member.wants(queue.topic)) woken.push(queue)
    }
    return woken
  }

  /**
   * For a message that `choose` gives to none of `takers`: those with room cannot read it, or have stopped answering and it is
   * its last attempt. Somebody better who only has no room now is waited for; otherwise they get it all the same, and it ends
   * as it must.
   */
  lastResort(topic: TopicNumber, takers: readonly Candidate[], bytes: number): LastResort {
    const rest = choose(takers, 0, true)
    if (rest === undefined) return undefined
    let isAwaited = false
    for (const member of this.#group.members) {
      if (bytes > member.readsBytesMax || member.window <= 0) continue
      if (member.isSetAside || !member.wants(topic)) continue
      const isFull = this.all.some((candidate) => candidate.member === member)
      const heldBack = isFull ? undefined : this.#admit(member) // by warm-up
      if (heldBack !== undefined) return heldBack
      isAwaited = true
    }
    return isAwaited ? 'wait' : rest
  }

  #gather(): void {
    let best: Member | undefined
    let warm = 0
    for (const member of this.#group.members) {
      if (this.#isTooEarly(member)) continue
      if (member.isSetAside) {
        this.#admit(member)
        continue
      }
      best = this.#further(best, member)
      if (this.#isHeldBack(member)) continue
      warm += 1
      this.#admit(member)
    }
    if (warm === 0 && best !== undefined) this.#admit(best)
  }

  #gatherByInterest(): void {
    for (const member of this.#group.members) {
      if (this.#isTooEarly(member)) continue
      const isGeneral = member.wanted === undefined
      const { isSetAside } = member
      if (isGeneral && !isSetAside) this.#bestGeneral = this.#further(this.#bestGeneral, member)
      if (!isSetAside && this.#isHeldBack(member)) {
        this.#heldBack.add(member)
        continue
      }
      if (isGeneral && !isSetAside) this.#warmGeneral += 1
      const candidate = this.#admit(member)
      if (isGeneral && candidate !== undefined) this.#general.push(candidate)
    }
  }

  #further(best: Member | undefined, member: Member): Member {
    const { nowMs } = this.#moment
    return best === undefined || member.progress(nowMs) > best.progress(nowMs) ? member : best
  }

  /** Its handshake is so new that it may lose its answers; the group is looked at again when that is over. */
  #isTooEarly(member: Member): boolean {
    if (member.isOpen(this.#moment.nowMs)) return false
    this.#plan.wakeAtMs = Math.min(this.#plan.wakeAtMs, member.opensAtMs)
    return true
  }

  #isHeldBack(member: Member): boolean {
    const progress = member.progress(this.#moment.nowMs)
    return progress < 100 && Math.floor(this.#moment.chance * 100) > progress
  }

  #admit(member: Member): Candidate | undefined {
    const { nowMs } = this.#moment
    const load = member.inFlight + member.late
    const free = member.room(nowMs)
    const room = this.#isScarce ? Math.min(free, inFlightPerConnection - load) : free
    if (room <= 0) {
      if (member.isStalled && !member.isSuperseded && member.inFlight === 0)
        this.#plan.wakeAtMs = Math.min(this.#plan.wakeAtMs, member.probeAt())
      return undefined
    }
    const candidate = {
      member,
      room,
      load,
      isProbe: member.isStalled,
      bytesMax: member.readsBytesMax,
      messages: [],
      attempts: [],
      deliveries: [],
    }
    this.all.push(candidate)
    if (this.#group.interest.listed > 0) this.#byMember.set(member, candidate)
    return candidate
  }
}

/** `bytes`: at least as many as its frame. `mayProbe`: it can spare an attempt. */
export function choose(
  candidates: readonly Candidate[],
  bytes: number,
  mayProbe: boolean,
): Candidate | undefined {
  let chosen: Candidate | undefined
  for (let i = 0; i < candidates.length; i++) {
    const candidate = candidates[i]!
    if (candidate.room <= 0 || bytes > candidate.bytesMax) continue
    if (candidate.isProbe) {
      if (mayProbe) return candidate
    } else if (chosen === undefined || candidate.load < chosen.load) chosen = candidate
    else if (
      candidate.load === chosen.load &&
      candidate.member.connection > chosen.member.connection
    )
      chosen = candidate
  }
  return chosen
}
