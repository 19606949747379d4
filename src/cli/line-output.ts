// Many lines of result, gathered into pieces for standard output. With a disk whose reads wait for `taken` (paced-disk.ts) a
// slow reader slows the log's reading down, and nothing piles up in between.

import { drained } from './terminal.ts'

const pieceChars = 64 * 1024

export class LineOutput {
  #lines: string[] = []
  #chars = 0

  line(text: string): void {
    this.#lines.push(text)
    this.#chars += text.length + 1
    if (this.#chars >= pieceChars) this.flush()
  }

  flush(): void {
    if (this.#chars === 0) return
    const piece = `${this.#lines.join('\n')}\n`
    this.#lines = []
    this.#chars = 0
    process.stdout.write(piece)
  }
}

/** Resolves when what was written has been taken. */
export function taken(): Promise<void> | undefined {
  return process.stdout.writableNeedDrain ? drained() : undefined
}
