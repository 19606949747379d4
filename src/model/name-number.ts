// Numbers of names, as records and checkpoints tell them: what is indexed by one must not be made as large as it claims.

import { KiteQError } from './errors.ts'
import { namesMax } from './limits.ts'

/** Throws KITEQ_LOG_CORRUPT for the number of no topic, type or group: nobody ever gave out so many. */
export function expectNameNumber(number: number): void {
  if (number <= 2 * namesMax) return
  throw new KiteQError(
    'KITEQ_LOG_CORRUPT',
    `a record or a checkpoint speaks of name ${number}; expected at most ${namesMax}`,
  )
}
