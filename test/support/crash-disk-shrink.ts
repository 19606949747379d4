// A history of thousands of crash points takes a second: what fails is made smaller for some runs, then it is told.

import fc from 'fast-check'

const runsAfterFailure = 60

/** The property as it is until it has failed; then it runs a few times more, and what comes after counts for nothing. */
export function failingFast<Arguments extends unknown[]>(
  property: (...values: Arguments) => Promise<void>,
): (...values: Arguments) => Promise<void> {
  let left = Infinity
  return async (...values) => {
    fc.pre(left-- > 0)
    try {
      await property(...values)
    } catch (error) {
      left = Math.min(left, runsAfterFailure)
      throw error
    }
  }
}
