// The reason for which a message is not with a group, or the word that it is: out of what the log told, what the state says
// and what the running broker knows. Plain data in, plain data out; every reason names the record it rests on, if there is one.

import type { Standing } from '../broker/standing.ts'
import { counted } from './counted.ts'
import type { Told } from './group-history.ts'
import type { Life, LifeEvent } from './message-life.ts'
import { timeText } from './record-text.ts'
import { boundText, rest, type Known, type Reason } from './why-not-reason.ts'
import { waitingReasons } from './why-not-waiting.ts'

/** The first reason is the one that counts; the others hold as well. */
export function reasonsOf(known: Known): Reason[] {
  const { life, group, standing } = known
  if (life === undefined) return [notInLog(known)]
  if (life.outcome === 'prepared') return [prepared(life, standing)]
  if (life.outcome === 'rolled back') return [rolledBack(life)]
  const last = (what: string): LifeEvent | undefined =>
    life.events.findLast((event) => event.group === group && event.what === what)
  switch (life.groups[group]) {
    case undefined:
      if (life.before !== undefined) return [beforeLog(known, life)]
      return unrouted(known, life)
    case 'acked':
      return [acked(last('acked'), life, group)]
    case 'skipped':
      return [skipped(known, life, last('skipped'))]
    case 'dead':
      return [dead(life, group, last('dead letter'), last('delivered'))]
    case 'purged':
      return [purged(last('purged'))]
    default:
      return waitingReasons(known, life)
  }
}

function notInLog({ horizon, lost, id }: Known): Reason {
  const { firstOffset, end, firstTime, lastTime } = horizon
  const reach =
    end === firstOffset
      ? 'which is empty'
      : `which reaches from record ${firstOffset} (${firstTime}) to ${end - 1} (${lastTime})`
  const before = firstOffset > 0 ? '; what was stored before is gone' : ''
  const where = lost === undefined ? '' : `; it may have stood in what cannot be read: ${lost}`
  const text =
    `message ${id} is not in this log, ${reach}${before}. Publishes that leave no record: fly messages, refused ones ` +
    `(also those whose id another message has), and those never acked${where}`
  return { code: 'not-in-log', text }
}

function beforeLog({ horizon }: Known, life: Life): Reason {
  const text =
    `its first record, ${life.offset}, went with old segments (the log begins at record ${horizon.firstOffset}). The group does ` +
    'not wait for it and has it not among its dead letters: it had it, skipped it, or was never to get it'
  return { code: 'before-log', text }
}

function prepared(life: Life, standing: Standing | undefined): Reason {
  const asked = life.events.filter(({ what }) => what === 'inquired')
  const inquiries =
    asked.length === 0
      ? 'not inquired yet'
      : `inquired ${counted(asked.length, 'time')}, last at ${timeText(asked.at(-1)!.timeMs)} (record ${asked.at(-1)!.offset})`
  const gone = standing?.phase === 'gone' ? '; decided while this was asked' : ''
  return {
    code: 'prepared',
    text: `prepared, and its publisher ${life.publisher} has not decided: ${inquiries}; rolled back at ${life.expiresAt} at the latest${gone}`,
    ...rest(life.events.find(({ what }) => what === 'prepared')),
  }
}

function rolledBack(life: Life): Reason {
  const event = life.events.findLast(({ what }) => what === 'rolled back')
  return {
    code: 'rolled-back',
    text: `rolled back ${event?.detail ?? ''}: no group gets it`,
    ...rest(event),
  }
}

/** It was routed past the group. */
function unrouted(known: Known, life: Life): Reason[] {
  const { route, history, group } = known
  const how = life.outcome === 'committed' ? 'committed' : 'published'
  const reasons: Reason[] = [
    {
      code: 'no-binding',
      text: `no binding of the group matched ${life.topic} / ${life.type} when it was ${how}${othersOf(life)}`,
      ...rest(route?.told),
    },
  ]
  const say = (text: string, told: Told | undefined): number =>
    reasons.push({ code: 'no-binding', text, ...rest(told) })
  if (route === undefined) return reasons
  const { near, unbound, later, bindings } = route
  if (route.told.offset < history.knownFrom)
    say(`how the group was bound then is known from record ${history.knownFrom} on only`, undefined)
  else if (near !== undefined)
    say(`nearest was ${boundText(history, near.bound)}: ${near.differs}`, near.bound)
  else if (history.group === 0) say(`no record names a group ${JSON.stringify(group)}`, undefined)
  else if (bindings === 0) say('the group had no binding at all then', undefined)
  if (unbound !== undefined)
    say(
      `${boundText(history, unbound)} would have matched, and was taken away before`,
      unbound.gone,
    )
  if (later !== undefined)
    say(`${boundText(history, later)} matches, and came after; it brings nothing back`, later)
  return reasons
}

function othersOf(life: Life): string {
  const groups = Object.keys(life.groups)
  return groups.length === 0 ? '; nor one of another group' : `; it went to ${groups.join(', ')}`
}

/** Attempts that left behind the ack have nothing to do with it. */
function acked(event: LifeEvent | undefined, life: Life, group: string): Reason {
  const out = life.events.findLast(
    (one) =>
      one.group === group && one.what === 'delivered' && one.offset < (event?.offset ?? Infinity),
  )
  const attempt = out?.attempt === undefined ? '' : `, attempt ${out.attempt}`
  const to = out?.connection === undefined ? '' : ` to connection ${out.connection}`
  const peer = out?.peer === undefined ? '' : ` (${out.peer})`
  const text = `it was delivered${attempt}${to}${peer}, and acked at ${event === undefined ? '' : timeText(event.timeMs)}`
  return { code: 'acked', text, ...rest(event) }
}

function skipped(known: Known, life: Life, event: LifeEvent | undefined): Reason {
  const isTransient = life.events.some(({ what, detail }) => {
    return isRouting(what) && detail?.includes(`${known.group} (transient)`) === true
  })
  const { detail } = event ?? {}
  const text =
    isTransient && detail === undefined
      ? 'skipped: the group is bound transient, and nobody of it was connected'
      : `skipped: an operator moved the group on, ${detail ?? 'as the log tells'}`
  return { code: 'skipped', text, ...rest(event) }
}

function isRouting(what: string): boolean {
  return what === 'published' || what === 'committed'
}

/** By an operator, or by the limits of dead letters. */
function purged(event: LifeEvent | undefined): Reason {
  const text = `it was removed from the dead letters of the group ${event?.detail ?? ''}`.trimEnd()
  return { code: 'purged', text, ...rest(event) }
}

function dead(
  life: Life,
  group: string,
  event: LifeEvent | undefined,
  out: LifeEvent | undefined,
): Reason {
  const told = event === undefined ? life.before?.groups[group] : undefined
  const [reason, feedback] =
    told?.dead === undefined ? reasonOfEvent(event) : [told.dead.reason, saidText(told.dead)]
  const attempts = counted(told?.attempts ?? out?.attempt ?? 0, 'attempt')
  const words: Readonly<Record<string, string>> = {
    limit: `its limit of ${counted(life.deliverLimit, 'delivery', 'deliveries')} is used up`,
    expired: `it expired at ${life.expiresAt}, after ${attempts} and without an ack`,
    damaged: 'its stored bytes are damaged',
    operator: 'an operator put it there',
  }
  const said = feedback === '' ? '' : `, last feedback ${feedback}`
  const since =
    told?.dead === undefined
      ? ''
      : `, since ${timeText(told.dead.atMs)} (its record went with old segments)`
  return {
    code: reason === 'expired' ? 'expired' : 'dead',
    text: `it is among the dead letters of the group: ${words[reason] ?? reason}${said}${since}`,
    ...rest(event),
  }
}

function reasonOfEvent(event: LifeEvent | undefined): [reason: string, feedback: string] {
  const [, reason = '', feedback = ''] =
    /^([^,]*)(?:, ("(?:[^"\\]|\\.)*"))?/s.exec(event?.detail ?? '') ?? []
  return [reason, feedback]
}

function saidText({ feedback }: { readonly feedback: string }): string {
  return feedback === '' ? '' : JSON.stringify(feedback)
}
