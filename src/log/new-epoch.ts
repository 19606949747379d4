// Which epoch and which log a writer begins: the next one, or what its replica set has decided. Pure.

import { KiteQError } from '../model/errors.ts'
import type { Epoch } from '../model/ids.ts'

/** Without them the epoch is the next one, and a new log draws its id. */
export interface NewEpoch {
  /** Greater than any of the log. */
  readonly epoch?: Epoch
  /** 32 hex digits; that of the log, if it has one. */
  readonly logId?: string
}

/** Throws KITEQ_USAGE for what contradicts the log that is there. */
export function epochAfter(
  before: { readonly epoch: Epoch; readonly logId: string | undefined },
  wanted: NewEpoch,
  random: () => number,
): { readonly epoch: Epoch; readonly logId: string } {
  const { epoch = (before.epoch + 1) as Epoch, logId = before.logId } = wanted
  if (before.logId !== undefined && logId !== before.logId)
    throw new KiteQError('KITEQ_USAGE', `log ${before.logId} cannot go on as ${logId}`)
  if (epoch <= before.epoch)
    throw new KiteQError('KITEQ_USAGE', `epoch ${epoch} cannot follow epoch ${before.epoch}`)
  return { epoch, logId: logId ?? newLogId(random) }
}

function newLogId(random: () => number): string {
  let id = ''
  for (let i = 0; i < 4; i++) id += (random() >>> 0).toString(16).padStart(8, '0')
  return id
}
