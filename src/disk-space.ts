// How much is free on the file system of a folder. A disk that does not answer makes nobody wait for it: then what was found
// last counts.

import { statfs } from 'node:fs/promises'

export interface FoundSpace {
  /** Bytes that this user may still write. */
  readonly free: number
  readonly size: number
}

export class DiskSpace {
  readonly #dir: string
  #found: FoundSpace | undefined
  #looking: Promise<void> | undefined

  constructor(dir: string) {
    this.#dir = dir
  }

  /** Within `withinMs`; undefined: it was never found out. */
  async look(withinMs: number): Promise<FoundSpace | undefined> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined))
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs)))
    await Promise.race([this.#looking, late])
    clearTimeout(timer)
    return this.#found
  }

  async #look(): Promise<void> {
    try {
      const { bavail, blocks, bsize } = await statfs(this.#dir)
      this.#found = { free: bavail * bsize, size: blocks * bsize }
    } catch {
      // the folder may be gone: that is told elsewhere
    }
  }
}
