// Work on many things in slices: so many a second, shown on a terminal, ended between two slices by Control-C. Must never
// leave a slice half done.

import { InvalidArgumentError } from 'commander'
import { Progress } from './terminal.ts'

const sliceMax = 256
const slicesASecond = 10

/** `--rate`: `50`, `50/s`; 0 for as fast as it goes. */
export function rateOf(text: string): number {
  const value = Number(/^(\d{1,9})(\/s)?$/.exec(text)?.[1] ?? Number.NaN)
  if (Number.isNaN(value)) throw new InvalidArgumentError('Expected a number a second: 50 or 50/s.')
  return value
}

export class Pace {
  /** Control-C was pressed: no further slice. */
  isStopped = false
  readonly #rate: number
  readonly #startMs = performance.now()
  readonly #progress = new Progress()
  #taken = 0
  #wake: (() => void) | undefined
  readonly #stop = (): void => {
    this.isStopped = true
    process.off('SIGINT', this.#stop) // a second one ends it, whatever it waits for
    this.#wake?.()
  }

  /** `rate`: a second; 0 for no limit. */
  constructor(rate: number) {
    this.#rate = rate
    process.on('SIGINT', this.#stop)
  }

  /** How many the next slice may take. */
  get slice(): number {
    if (this.#rate === 0) return sliceMax
    return Math.max(1, Math.min(sliceMax, Math.floor(this.#rate / slicesASecond)))
  }

  /** So many were dealt with; resolves when the next slice may go, at once when stopped. */
  async took(count: number, text: () => string): Promise<void> {
    this.#taken += count
    this.#progress.show(text)
    if (this.#rate === 0 || this.isStopped) return
    const dueMs = this.#startMs + (this.#taken * 1000) / this.#rate
    await this.#wait(dueMs - performance.now())
  }

  /** Somebody else has worked for so long: he has as long for others. */
  async rest(sinceMs: number): Promise<void> {
    if (!this.isStopped) await this.#wait(performance.now() - sinceMs)
  }

  async #wait(waitMs: number): Promise<void> {
    if (waitMs < 1) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wake = undefined
  }

  /** The work is over: Control-C is the system's again. */
  end(): void {
    process.off('SIGINT', this.#stop)
    this.#progress.end()
  }
}
