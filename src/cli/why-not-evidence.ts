// The records an answer of `why-not` rests on, in the order of the log: what happened to the message for this group, and what
// happened to the group. Long lives are shortened; `kiteq why` has them whole.

import type { Told } from './group-history.ts'
import type { LifeEvent } from './message-life.ts'
import { boundText, type Known } from './why-not-reason.ts'

/** Events of a life that are shown: the first, and the last of these. */
const eventsMax = 8

export function evidenceOf(known: Known): { evidence: LifeEvent[]; more: number } {
  const { life, group } = known
  if (life === undefined) return { evidence: [], more: 0 }
  const own = life.events.filter((event) => event.group === undefined || event.group === group)
  const more = Math.max(0, own.length - eventsMax)
  const shown = more === 0 ? own : [own[0]!, ...own.slice(more + 1)]
  const others = groupEvents(known).filter(({ offset }) =>
    own.every((event) => event.offset !== offset),
  )
  const events = [...shown, ...others.filter(({ offset }) => offset >= 0)]
  return { evidence: events.sort((a, b) => a.offset - b.offset), more }
}

function groupEvents(known: Known): LifeEvent[] {
  const { life, group, route, history, standing } = known
  const events: LifeEvent[] = []
  const say = (what: string, { offset, timeMs }: Told, detail: string): number =>
    events.push({ offset, timeMs, what, group, detail })
  const isRouted = life !== undefined && Object.hasOwn(life.groups, group)
  if (!isRouted && route !== undefined && life?.outcome !== 'prepared') {
    const { near, unbound, later } = route
    if (near !== undefined) say('bound', near.bound, boundText(history, near.bound))
    if (unbound !== undefined) {
      say('bound', unbound, boundText(history, unbound))
      say('unbound', unbound.gone, boundText(history, unbound))
    }
    if (later !== undefined) say('bound', later, boundText(history, later))
  }
  if (standing === undefined || !isRouted) return events
  const { topics } = history.names
  const limiting = history
    .bindings()
    .find(({ binding }) => binding.watermark > 0 && topics.textOf(binding.topic) === life.topic)
  if (limiting !== undefined && standing.watermark > 0)
    say('bound', limiting, boundText(history, limiting))
  if (history.pause !== undefined) say('paused', history.pause, `by ${history.pause.who}`)
  const isFull = standing.live?.members.every(({ room }) => room === 0) === true
  const first = standing.live?.members[0]
  const joined = isFull && first !== undefined ? history.members.get(first.connection) : undefined
  if (joined !== undefined && standing.phase === 'waiting')
    say('joined', joined, `connection ${joined.connection} (${joined.peer})`)
  const isNobody = known.inUse && standing.live?.membersOnline === 0
  if (isNobody && history.lastLeft !== undefined)
    say('left', history.lastLeft, history.lastLeft.how)
  return events
}
