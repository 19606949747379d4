// Why a message that a group is to get is not on its way: all that holds it at this moment, what matters most first. The
// log knows failures, parking and pauses; windows, rates and who is there only the running broker knows.

import type { LiveMember, LiveStanding, Standing } from '../broker/standing.ts'
import { counted } from './counted.ts'
import type { Life, LifeEvent } from './message-life.ts'
import { timeText } from './record-text.ts'
import { rest, type Known, type Reason } from './why-not-reason.ts'

const membersNamedMax = 3

export function waitingReasons(known: Known, life: Life): Reason[] {
  const { standing } = known
  if (standing === undefined || standing.phase === 'gone' || standing.phase === 'dead')
    return [{ code: 'changed', text: 'it changed while this was asked: ask again' }]
  const last = (what: string): LifeEvent | undefined =>
    life.events.findLast((event) => event.group === known.group && event.what === what)
  const { live } = standing
  const reasons: (Reason | undefined)[] = [
    standing.phase === 'parked' ? parked(life, last('parked')) : undefined,
    paused(known, standing),
    known.inUse ? undefined : noBroker(known),
    known.inUse ? offline(known, live) : undefined,
    standing.phase === 'out' ? inFlight(known, last('delivered')) : undefined,
    backOff(known, standing, last('failed'), last('delivered')),
  ]
  if (standing.phase === 'waiting') {
    if (live !== undefined && live.membersOnline > 0) {
      reasons.push(
        unwanted(life, live),
        watermark(known, life, standing, live),
        live.isUnwanted ? undefined : window(known, live),
      )
    }
    if (standing.watermark <= 0 || live === undefined) reasons.push(behind(standing))
  }
  const found = reasons.filter((reason) => reason !== undefined)
  if (found.length > 0) return found
  return [{ code: 'next-turn', text: 'nothing holds it: it leaves with a next turn of the broker' }]
}

function parked(life: Life, event: LifeEvent | undefined): Reason {
  const text =
    `parked: no binding of the group wants ${life.topic} / ${life.type} any more; ` +
    `it goes on when one does, and expires ${life.expiresAt}`
  return { code: 'parked', text, ...rest(event) }
}

function paused({ history }: Known, { pause }: Standing): Reason | undefined {
  if (pause === undefined) return undefined
  const text = `the group is paused by ${pause.who} since ${timeText(pause.sinceMs)}`
  return { code: 'paused', text, ...rest(history.pause) }
}

function noBroker({ horizon }: Known): Reason {
  const text = `nobody serves the folder, whose last record is of ${horizon.lastTime}: nothing is delivered before a start`
  return { code: 'no-broker', text }
}

function offline({ history }: Known, live: LiveStanding | undefined): Reason | undefined {
  if (live === undefined || live.membersOnline > 0) return undefined
  const { lastLeft } = history
  const since =
    lastLeft === undefined
      ? 'and nobody was, as far as the log reaches'
      : `since ${timeText(lastLeft.timeMs)}: ${lastLeft.how}`
  return { code: 'offline', text: `nobody of the group is connected, ${since}`, ...rest(lastLeft) }
}

function inFlight({ inUse }: Known, event: LifeEvent | undefined): Reason {
  if (event === undefined) return { code: 'in-flight', text: 'an attempt is under way' }
  const peer = event.peer === undefined ? '' : ` (${event.peer})`
  const attempt = `attempt ${event.attempt} went to connection ${event.connection}${peer}`
  const since = `at ${timeText(event.timeMs)}`
  const text = inUse
    ? `${attempt} ${since} and is not answered yet`
    : `${attempt} ${since}; the next start ends it, uncounted`
  return { code: 'in-flight', text, ...rest(event) }
}

function backOff(
  { nowMs }: Known,
  { retryAtMs }: Standing,
  failed: LifeEvent | undefined,
  delivered: LifeEvent | undefined,
): Reason | undefined {
  if (retryAtMs <= nowMs) return undefined
  const attempt = delivered?.attempt === undefined ? 'an attempt' : `attempt ${delivered.attempt}`
  const how = failed?.detail === undefined ? '' : ` (${failed.detail})`
  return {
    code: 'back-off',
    text: `${attempt} failed${how}; the next is due at ${timeText(retryAtMs)}`,
    ...rest(failed),
  }
}

function watermark(
  { nowMs, history, group }: Known,
  { topic }: Life,
  { watermark: rate, ahead, isAheadCut }: Standing,
  { rate: bucket }: LiveStanding,
): Reason | undefined {
  if (rate <= 0 || bucket === undefined || (ahead === 0 && bucket.nextAtMs <= nowMs))
    return undefined
  const least = isAheadCut ? 'at least ' : ''
  const before =
    ahead === 0 ? '' : `, and ${least}${aheadText(ahead)}: ${least}${Math.ceil(ahead / rate)} s`
  const { topics } = history.names
  const bound = history
    .bindings()
    .find(({ binding }) => binding.watermark === rate && topics.textOf(binding.topic) === topic)
  return {
    code: 'watermark',
    text: `${group} is over its watermark of ${counted(rate, 'message')} a second: the next may leave at ${timeText(bucket.nextAtMs)}${before}`,
    ...rest(bound),
  }
}

function unwanted(
  { topic }: Life,
  { isUnwanted, membersOnline }: LiveStanding,
): Reason | undefined {
  if (!isUnwanted) return undefined
  const text = `no member of the group wants topic ${JSON.stringify(topic)}: ${membersOnline} connected`
  return { code: 'unwanted', text }
}

function window(
  { history }: Known,
  { members, membersOnline, membersWanting }: LiveStanding,
): Reason | undefined {
  if (members.length === 0 || members.some(({ room }) => room > 0)) return undefined
  const named = members.slice(0, membersNamedMax).map(memberText)
  if (membersWanting > named.length) named.push(`${membersWanting - named.length} more`)
  const those = membersWanting < membersOnline ? ' that wants the topic' : ''
  const text = `no connection of the group${those} has room: ${named.join('; ')}`
  return { code: 'window', text, ...rest(history.members.get(members[0]!.connection)) }
}

function memberText({
  connection,
  peer,
  window: size,
  inFlight: out,
  late,
  probeAtMs,
  opensAtMs,
  readsBytesMax,
  silentSinceMs,
  answersBy,
}: LiveMember): string {
  const who = `connection ${connection} (${peer})`
  if (size <= 0) return `${who} has asked for none`
  if (answersBy !== undefined)
    return `${who} gets nothing: its client answers by connection ${answersBy}`
  if (readsBytesMax !== undefined) return `${who} reads at most ${readsBytesMax} bytes`
  if (opensAtMs !== undefined)
    return `${who} has just shaken hands, and gets its first at ${timeText(opensAtMs)}`
  const past = late === 0 ? '' : `, ${late} of them past their time`
  const probe = probeAtMs === undefined ? '' : `; it is tried again at ${timeText(probeAtMs)}`
  const silent =
    silentSinceMs === undefined ? '' : `; it has answered nothing since ${timeText(silentSinceMs)}`
  return `${who} has ${out + late} of ${size}${past}${silent}${probe}`
}

function behind({ ahead, isAheadCut }: Standing): Reason | undefined {
  if (ahead === 0) return undefined
  return { code: 'behind', text: `${isAheadCut ? 'at least ' : ''}${aheadText(ahead)}` }
}

function aheadText(ahead: number): string {
  return `${counted(ahead, 'message')} of the topic ${ahead === 1 ? 'goes' : 'go'} before it`
}
