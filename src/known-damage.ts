// What a broker knows of damage in its log, and says: each place goes on record once, so that no checkpoint can make it forgotten,
// and makes it degraded until an operator has accepted the loss.

import { acceptLossAction, type Hole } from './broker/journal.ts'
import { knownLosses } from './broker/known-losses.ts'
import type { BrokerLoop } from './broker/loop.ts'
import type { Health } from './http/stat.ts'
import type { RecoveryReport } from './log/recover.ts'
import { cutText } from './model/cut-text.ts'
import type { Logger } from './model/logger.ts'

/** Lines of one start. */
const toldMax = 20

/** Tells of what is on record, and puts on record what the start has found. */
export function noteHoles({ holes }: RecoveryReport, loop: BrokerLoop, logger: Logger): void {
  const { journal } = loop.state
  const known = knownLosses(journal)
  const since = journal.isDegraded ? 'since an earlier start' : 'and the loss was accepted'
  for (const hole of known.places.slice(0, toldMax))
    logger.warn(hole, `the log is damaged here ${since}: docs/operating.md, A bad night`)
  const more = known.places.length - Math.min(known.places.length, toldMax) + known.unlisted
  if (more > 0) logger.warn({ more }, `more places are damaged ${since}`)
  let found = 0
  for (const hole of holes) {
    if (!noteHole(hole, loop)) continue
    if (++found <= toldMax) logger.warn(hole, 'damage in the log was stepped over')
  }
  if (found > toldMax)
    logger.warn({ more: found - toldMax }, 'more damage in the log was stepped over')
}

/** False when it is on record already. */
export function noteHole(hole: Hole, loop: BrokerLoop): boolean {
  if (loop.state.journal.covers(hole)) return false
  const { segment, position, length, firstOffset, count } = hole
  loop.note({ kind: 'hole', segment, position, length, firstOffset, count })
  return true
}

/** What an operator is told that he has accepted; `places` 0: there was nothing to accept. */
export interface AcceptedLoss {
  readonly places: number
  readonly records: number
}

/** Puts on record that somebody has seen all that is lost so far. Resolves once that is durable. */
export async function acceptLoss(loop: BrokerLoop, who: string): Promise<AcceptedLoss> {
  const { journal } = loop.state
  if (!journal.isDegraded) return { places: 0, records: 0 }
  const known = knownLosses(journal)
  const { records } = known
  const places = known.places.length + known.unlisted
  const detail = `${places} damaged places, ${records} records lost`
  loop.note({ kind: 'operator', who: cutText(who, 200), action: acceptLossAction, detail })
  await loop.settle()
  return { places, records }
}

export function healthOf(failure: Error | undefined, loop: BrokerLoop): Health {
  if (failure !== undefined) return { ok: false, reason: failure.message }
  const { journal } = loop.state
  if (journal.counts.holes === 0) return { ok: true }
  const { places, unlisted, records } = knownLosses(journal)
  const count = places.length + unlisted
  const what = `${count} damaged ${count === 1 ? 'place' : 'places'} in the log`
  if (!journal.isDegraded)
    return { ok: true, reason: `${what}, ${records} records lost: accepted by an operator` }
  const first = places[0]
  const where =
    first === undefined ? '' : `, the first in segment ${first.segment} at byte ${first.position}`
  return { ok: false, reason: `degraded: ${what}, ${records} records lost${where}` }
}
