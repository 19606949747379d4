// What a reading of a registry asked for and did not get, for people. One line a list, and no more of them than people read.

import { cutText } from '../model/cut-text.ts'
import { feedbackCharsMax, registryProblemsMax } from '../model/limits.ts'
import type { BindingSource } from '../model/record.ts'

export interface RegistryProblem {
  /** Names. */
  readonly topic: string
  readonly group: string
  readonly text: string
}

/** Of the last reading of one registry. */
export interface RegistryOutcome {
  readonly source: BindingSource
  readonly problems: readonly RegistryProblem[]
}

export class RegistryProblems {
  readonly list: RegistryProblem[] = []

  add({ topic, group }: Pick<RegistryProblem, 'topic' | 'group'>, text: string): void {
    if (this.list.length < registryProblemsMax)
      this.list.push({ topic, group, text: cutText(text, feedbackCharsMax) })
  }
}
