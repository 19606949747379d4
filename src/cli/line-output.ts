// Many lines of result, gathered into pieces for standard output, and a disk whose reads wait while nobody takes them: so a
// slow reader slows the log's reading down, and nothing piles up in between.

import type { Disk, DiskFile } from '../log/disk.ts'
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

/** The same disk, whose files begin a read only once `ready` has resolved. */
export function pacedDisk(disk: Disk, ready: () => Promise<void> | undefined): Disk {
  return {
    ...disk,
    open: async (path, mode, options) => pacedFile(await disk.open(path, mode, options), ready),
  }
}

function pacedFile(file: DiskFile, ready: () => Promise<void> | undefined): DiskFile {
  return {
    write: (...args) => {
      file.write(...args)
    },
    read: (...args) => {
      const wait = ready()
      if (wait === undefined) file.read(...args)
      else void wait.then(() => file.read(...args))
    },
    sync: (done) => {
      file.sync(done)
    },
    truncate: (bytes) => file.truncate(bytes),
    size: () => file.size(),
    close: () => file.close(),
  }
}
