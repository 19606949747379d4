// What is wrong with what a registry says, on its way to the log: each thing once while it lasts, and never more lines than
// somebody reads. Whoever may write to the registry decides how much there is to complain about.

import type { RegistryProblem } from './broker/registry-problems.ts'
import { cutText } from './model/cut-text.ts'
import { registryComplaintMs, registryLineCharsMax, registryNotesMax } from './model/limits.ts'

export class RegistryComplaints {
  readonly #warn: (line: string) => void
  readonly #monotonicMs: () => number
  #told: ReadonlySet<string> = new Set()
  #lines = 0
  #sinceMs = -Infinity

  constructor(warn: (line: string) => void, monotonicMs: () => number) {
    this.#warn = warn
    this.#monotonicMs = monotonicMs
  }

  /** All there is now. */
  of(problems: readonly RegistryProblem[]): void {
    const nowMs = this.#monotonicMs()
    if (nowMs - this.#sinceMs >= registryComplaintMs) {
      this.#sinceMs = nowMs
      this.#lines = 0
    }
    const told = new Set<string>()
    let untold = 0
    for (const problem of problems) {
      const line = lineOf(problem)
      if (this.#told.has(line)) told.add(line)
      else if (this.#lines < registryNotesMax) {
        told.add(line)
        this.#lines += 1
        this.#warn(line)
      } else untold += 1
    }
    if (untold > 0 && this.#lines === registryNotesMax) {
      this.#lines += 1
      this.#warn(`${untold} more lists of the registry have problems: kiteq bindings shows them`)
    }
    this.#told = told
  }
}

function lineOf({ topic, group, text }: RegistryProblem): string {
  return cutText(
    `topic ${JSON.stringify(topic)}, group ${JSON.stringify(group)}: ${text}`,
    registryLineCharsMax,
  )
}
