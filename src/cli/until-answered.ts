// A question to the broker of a folder that is asked again while that broker is starting, ending or stopped: of a log in use
// nothing can be known without its word. Must never take silence for an answer.

import { EndedError, pause } from '../archive/mysql-link.ts'
import { KiteQError } from '../model/errors.ts'

const askEveryMs = 200
const passing: ReadonlySet<string> = new Set(['KITEQ_CLOSED', 'KITEQ_TIMEOUT'])

/** `onWait`: once, if it comes to that. Rejects EndedError when it is to end before the answer; else as the question does. */
export async function untilAnswered<T>(
  question: () => Promise<T>,
  signal: AbortSignal,
  onWait: () => void,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await question()
    } catch (error) {
      const isPassing = error instanceof KiteQError && passing.has(error.code)
      if (!isPassing) throw error
      if (tries === 1) onWait()
      await pause(askEveryMs, signal)
      if (signal.aborted) throw new EndedError('the broker has not answered')
    }
  }
}
