// Stands where a ChunkReader stands, over frames that a second thread has read and checked. From the first place on where
// that thread has nothing, the file is read here, and nothing of it is taken for checked.

import type { ChunkReader } from './chunk-reader.ts'
import type { CheckedFrames, CheckRequest } from './frame-check-worker.ts'
import type { FrameCheck } from './frame-check.ts'

export class CheckedReader {
  bytes: Uint8Array = new Uint8Array(0)
  start = 0
  end = 0
  position: number
  /** Whether every frame in bytes[start, end) is whole and its crc holds. */
  isChecked = false

  readonly #check: FrameCheck
  readonly #own: ChunkReader
  readonly #limit: number
  #held: CheckedFrames | undefined
  #isAhead = true

  constructor(check: FrameCheck, request: CheckRequest, own: ChunkReader) {
    this.#check = check
    this.#own = own
    this.#limit = request.limit
    this.position = request.position
    check.begin(request)
  }

  /** As that of ChunkReader. */
  async next(position: number): Promise<number> {
    this.#release()
    if (this.#isAhead) {
      const frames = await this.#check.next()
      this.#held = frames
      if (frames?.position === position) {
        this.bytes = frames.bytes
        this.start = frames.start
        this.end = frames.end
        this.position = position
        this.isChecked = true
        return this.#limit
      }
      this.#release()
      this.#isAhead = false
    }
    const limit = await this.#own.next(position)
    this.bytes = this.#own.bytes
    this.start = this.#own.start
    this.end = this.#own.end
    this.position = this.#own.position
    this.isChecked = false
    return limit
  }

  async settle(): Promise<void> {
    this.#release()
    await this.#own.settle()
  }

  #release(): void {
    if (this.#held !== undefined) this.#check.free(this.#held)
    this.#held = undefined
  }
}
