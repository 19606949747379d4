// How much all binding nodes together may hold. Whoever writes there decides how much it is: what was taken before is never
// given up for what is new, and a list that does not fit is not taken at all.

import { registryBindingsMax, registryTypeCharsMax } from '../model/limits.ts'
import type { RegistryBinding } from '../model/registry.ts'

type List = readonly RegistryBinding[]

export class BindingRoom {
  #bindings = 0
  #chars = 0

  /** With this in it. */
  constructor(lists: Iterable<List>) {
    for (const list of lists) this.#add(list, 1)
  }

  /** In place of `before`. A text says why not, and nothing has changed. */
  take(list: List, before: List = []): string | undefined {
    const bindings = this.#bindings
    const chars = this.#chars
    this.#add(before, -1)
    this.#add(list, 1)
    if (this.#bindings > registryBindingsMax && this.#bindings > bindings)
      return this.#refuse(bindings, chars, `at most ${registryBindingsMax} bindings`)
    if (this.#chars > registryTypeCharsMax && this.#chars > chars)
      return this.#refuse(bindings, chars, `at most ${registryTypeCharsMax} characters of types`)
    return undefined
  }

  give(list: List): void {
    this.#add(list, -1)
  }

  #refuse(bindings: number, chars: number, most: string): string {
    const would = this.#bindings
    this.#bindings = bindings
    this.#chars = chars
    return `with its list there would be ${would} bindings; expected ${most} of all groups together`
  }

  #add(list: List, sign: 1 | -1): void {
    this.#bindings += sign * list.length
    for (const { messageType } of list) this.#chars += sign * messageType.length
  }
}
