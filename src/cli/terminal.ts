// What the commands print: results on stdout, one line each, so that they work in a pipe; everything else on stderr.
// Text from a broker is never printed raw: a control character could change the terminal.

/** A reader that has gone ends the command quietly, as `head` expects of what is before it. */
export function guardOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })
  process.stderr.on('error', () => {
    // nobody to tell
  })
}

/** One line of result. False: the reader is slow, wait for `drained`. */
export function print(line: string): boolean {
  return process.stdout.write(`${line}\n`)
}

export function printJson(value: unknown): boolean {
  return print(JSON.stringify(value))
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
  process.stderr.write(`${line}\n`)
}

/** One line, whatever is in it. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what must not reach a terminal
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (char) => {
    const short = shortEscapes[char]
    if (short !== undefined) return short
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

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
    process.stderr.write(`\r\u001b[K${text()}`)
  }

  /** Clears the line. */
  end(): void {
    if (this.#dirty) process.stderr.write('\r\u001b[K')
    this.#dirty = false
  }
}

const progressMs = 200
