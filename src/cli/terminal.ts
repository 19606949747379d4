// What the commands print: results on stdout, one line each, so that they work in a pipe; everything else on stderr.
// Text from a broker, a log or a manifest is never printed raw: a control character could change the terminal.

import { isNoSpace } from '../log/disk.ts'
import { KiteQError } from '../model/errors.ts'
import { plainJson, plainLines, plainText } from '../model/plain-text.ts'
import { exitCodeOf, lineOf } from './exit-codes.ts'

/** A reader that has gone ends the command quietly, as `head` expects of what is before it; a full disk with its own code. */
export function guardOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit()
    const why = isNoSpace(error)
      ? new KiteQError('KITEQ_DISK_FULL', 'no space to write standard output', { cause: error })
      : error
    tell(lineOf(why))
    process.exit(exitCodeOf(why))
  })
  process.stderr.on('error', () => {
    // nobody to tell
  })
}

/** A line of result; a newline in it is meant. False: the reader is slow, wait for `drained`. */
export function print(line: string): boolean {
  return process.stdout.write(`${plainLines(line)}\n`)
}

export function printJson(value: unknown): boolean {
  return print(plainJson(value))
}

/** One wait, shared by everybody whose line has not left yet. */
export function drained(): Promise<void> {
  drain ??= new Promise((resolve) =>
    process.stdout.once('drain', () => {
      drain = undefined
      resolve()
    }),
  )
  return drain
}

let drain: Promise<void> | undefined

/** To people, about the work. */
export function tell(line: string): void {
  process.stderr.write(`${plainLines(line)}\n`)
}

/** One line, whatever is in it. */
export const printable: (text: string) => string = plainText

/** A line that is written again and again while work goes on, only where a person can see it. */
export class Progress {
  readonly #isShown = process.stderr.isTTY
  #lastMs = 0
  #dirty = false

  /** Cheap to call often. */
  show(text: () => string): void {
    if (!this.#isShown) return
    const nowMs = performance.now()
    if (nowMs - this.#lastMs < progressMs) return
    this.#lastMs = nowMs
    this.#dirty = true
    process.stderr.write(`\r\u001b[K${plainText(text())}`)
  }

  /** Clears the line. */
  end(): void {
    if (this.#dirty) process.stderr.write('\r\u001b[K')
    this.#dirty = false
  }
}

const progressMs = 200
