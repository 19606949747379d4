// Is the log still written where a next start will look for it? A file that was removed or replaced takes every write
// without an error, and none of it is ever found again. Looks only; what to do about it is the broker's.

import { stat } from 'node:fs/promises'
import type { FolderClaim } from './log/folder-owner.ts'
import { segmentName } from './log/segment.ts'
import type { ResumePlace } from './log/recover.ts'

export interface FolderWatchOptions {
  readonly dataDir: string
  readonly claim: Pick<FolderClaim, 'lost'>
  /** Behind the last durable record: its segment is the one looked at. */
  readonly place: () => ResumePlace
}

export class FolderWatch {
  readonly #options: FolderWatchOptions
  /** The segment as it was seen first. The log has it open, so no other file can have its number meanwhile. */
  #segment = 0
  #file = 0n
  /** It is made whole before its first record, and never made smaller. */
  #bytes = 0n

  constructor(options: FolderWatchOptions) {
    this.#options = options
  }

  /** What is wrong, in words for people; undefined while all is well, or when nothing can be told. */
  async look(): Promise<string | undefined> {
    try {
      return (await this.#options.claim.lost()) ?? (await this.#lookAtSegment())
    } catch {
      return undefined // no permission, a busy mount: no proof of a loss, and a write will tell
    }
  }

  async #lookAtSegment(): Promise<string | undefined> {
    const { dataDir, place } = this.#options
    const { segment } = place()
    const path = `${dataDir}/${segmentName(segment)}`
    const file = await stat(path, { bigint: true }).catch(absent)
    if (place().segment !== segment) return undefined // rolled meanwhile: the next look is at the new one
    if (file === undefined) return `the segment in use, ${path}, was removed`
    if (this.#segment === segment) {
      if (this.#file !== file.ino)
        return `the segment in use, ${path}, was replaced by another file`
      if (file.size < this.#bytes)
        return `the segment in use, ${path}, was cut: it has ${file.size} bytes and had ${this.#bytes}`
    }
    this.#segment = segment
    this.#file = file.ino
    this.#bytes = file.size
    return undefined
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
  return undefined
}
