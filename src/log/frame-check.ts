// Frames whose checksums a second thread has checked, for whoever folds a long log: it reads ahead, and the one that folds
// never waits for a disk or a crc. Whatever does not hold is left to the reader itself, which knows what damage is.

import type { Worker } from 'node:worker_threads'
import { startWorker } from './background-worker.ts'
import type { CheckAnswer, CheckedFrames, CheckOrder, CheckRequest } from './frame-check-worker.ts'

export class FrameCheck {
  readonly #worker: Worker
  #run = 0
  #answers: CheckAnswer[] = []
  #waiting: ((frames: CheckedFrames | undefined) => void) | undefined
  #isEnded = false

  constructor() {
    this.#worker = startWorker(import.meta.url, 'frame-check-worker')
    this.#worker.unref()
    this.#worker.on('message', (answer: CheckAnswer) => this.#take(answer))
    for (const event of ['error', 'exit']) this.#worker.on(event, () => this.#end())
  }

  /** Begins to read ahead; what was read for an earlier request is forgotten. */
  begin(request: CheckRequest): void {
    this.#run++
    for (const { frames } of this.#answers.splice(0)) if (frames !== undefined) this.free(frames)
    this.#tell({ kind: 'read', run: this.#run, request })
  }

  /** The next frames of the file, or undefined: from there on somebody has to look himself. */
  next(): Promise<CheckedFrames | undefined> {
    const answer = this.#answers.shift()
    if (answer !== undefined) return Promise.resolve(answer.frames)
    if (this.#isEnded) return Promise.resolve(undefined)
    this.#worker.ref()
    return new Promise((resolve) => (this.#waiting = resolve))
  }

  /** Gives the bytes back: they must not be looked at any more. */
  free({ bytes }: CheckedFrames): void {
    this.#tell({ kind: 'free', bytes }, [bytes.buffer as ArrayBuffer])
  }

  async close(): Promise<void> {
    this.#end()
    await this.#worker.terminate()
  }

  #tell(order: CheckOrder, transfer: readonly ArrayBuffer[] = []): void {
    if (!this.#isEnded) this.#worker.postMessage(order, [...transfer])
  }

  #take(answer: CheckAnswer): void {
    if (answer.run !== this.#run) {
      if (answer.frames !== undefined) this.free(answer.frames)
      return
    }
    if (this.#waiting === undefined) this.#answers.push(answer)
    else this.#answer(answer.frames)
  }

  #answer(frames: CheckedFrames | undefined): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    this.#worker.unref()
    waiting?.(frames)
  }

  #end(): void {
    this.#isEnded = true
    this.#answers = []
    this.#answer(undefined)
  }
}
