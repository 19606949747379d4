// Zero-filled segment files and one durable write at a time: the disk half of the yardstick.
// A commit is done only after its bytes are synced; any error or short count is thrown, never retried.

import {
  close,
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  mkdirSync,
  open,
  openSync,
  readdirSync,
  unlink,
  write,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

export interface JournalOptions {
  readonly dir: string
  readonly segmentBytes: number
  /** True: one write to a file opened with O_DSYNC. False: write, then fdatasync. */
  readonly dsync: boolean
  /** False leaves the sync out: what the loop does without a disk. */
  readonly sync: boolean
  /**
   * True: a segment that is full is overwritten when its turn comes again, so that no filling runs beside the appends
   * (the bare limit). False: each roll fills the segment after the next with zeros in the background, as a log must.
   */
  readonly reuse: boolean
  /** Segments that stay on disk when they are not reused; older ones are removed. */
  readonly keep: number
}

interface Segment {
  readonly fd: number
  readonly path: string
}

const fillBytes = 8 * 1024 * 1024
const zeros = Buffer.alloc(fillBytes)

export class Journal {
  commits = 0
  bytes = 0
  rolls = 0
  /** Rolls that had to wait for the next segment to be filled. */
  waits = 0
  private readonly options: JournalOptions
  private readonly flags: number
  private readonly old: string[] = []
  private number: number
  private current: Segment
  private next: Segment | undefined
  private position = 0
  private pending: Buffer | undefined
  private pendingLength = 0
  private onDurable: () => void = () => undefined
  private waiting = false

  constructor(options: JournalOptions) {
    mkdirSync(options.dir, { recursive: true })
    this.options = options
    // Segments of an earlier run stay as they are.
    this.number = readdirSync(options.dir).length
    this.flags = constants.O_RDWR | constants.O_CREAT | (options.dsync ? constants.O_DSYNC : 0)
    this.current = this.fillNow()
    this.next = this.fillNow()
  }

  /** Writes bytes 0 to length durably; one at a time. The buffer must stay as it is until `done`. */
  commit(bytes: Buffer, length: number, done: () => void): void {
    if (this.pending !== undefined) throw new Error('a commit is under way')
    this.pending = bytes
    this.pendingLength = length
    this.onDurable = done
    if (this.position + length > this.options.segmentBytes) this.roll()
    else this.writePending()
  }

  private writePending(): void {
    const { fd } = this.current
    write(fd, this.pending!, 0, this.pendingLength, this.position, this.written)
  }

  private readonly written = (error: Error | null, count: number): void => {
    if (error !== null) throw error
    if (count !== this.pendingLength) throw new Error(`wrote ${count} of ${this.pendingLength}`)
    if (this.options.dsync || !this.options.sync) this.synced(null)
    else fdatasync(this.current.fd, this.synced)
  }

  private readonly synced = (error: Error | null): void => {
    if (error !== null) throw error
    this.position += this.pendingLength
    this.bytes += this.pendingLength
    this.commits++
    this.pending = undefined
    this.onDurable()
  }

  private roll(): void {
    const next = this.next
    if (next === undefined) {
      this.waiting = true
      this.waits++
      return
    }
    this.rolls++
    this.position = 0
    if (this.options.reuse) {
      this.next = this.current
      this.current = next
      this.writePending()
      return
    }
    this.old.push(this.current.path)
    close(this.current.fd, ignore)
    if (this.old.length >= this.options.keep) unlink(this.old.shift()!, ignore)
    this.current = next
    this.next = undefined
    this.fillAhead()
    this.writePending()
  }

  /** The first two segments, before the doors open. */
  private fillNow(): Segment {
    const path = this.nextPath()
    const plain = openSync(path, constants.O_RDWR | constants.O_CREAT)
    for (let at = 0; at < this.options.segmentBytes;) {
      at += writeSync(plain, zeros, 0, Math.min(fillBytes, this.options.segmentBytes - at), at)
    }
    fdatasyncSync(plain)
    closeSync(plain)
    return { fd: openSync(path, this.flags), path }
  }

  /** What the journal did, for the curious. */
  describe(): string {
    const { commits, bytes, rolls, waits } = this
    return `${commits} commits, ${bytes} bytes, ${rolls} rolls, ${waits} of them had to wait`
  }

  /** Real zeros in one go, one sync at the end; piecemeal syncs would double the p99 of the appends beside it. */
  private fillAhead(): void {
    const path = this.nextPath()
    open(path, constants.O_RDWR | constants.O_CREAT, 0o644, (openError, fd) => {
      if (openError !== null) throw openError
      const step = (at: number): void => {
        if (at >= this.options.segmentBytes) {
          fdatasync(fd, (syncError) => {
            if (syncError !== null) throw syncError
            closeSync(fd)
            this.filled({ fd: openSync(path, this.flags), path })
          })
          return
        }
        const length = Math.min(fillBytes, this.options.segmentBytes - at)
        write(fd, zeros, 0, length, at, (writeError, count) => {
          if (writeError !== null) throw writeError
          step(at + count)
        })
      }
      step(0)
    })
  }

  private filled(segment: Segment): void {
    this.next = segment
    if (!this.waiting) return
    this.waiting = false
    this.roll()
  }

  private nextPath(): string {
    return join(this.options.dir, `${String(++this.number).padStart(10, '0')}.segment`)
  }
}

function ignore(): void {
  // The file is no longer of use; whether it goes now or with the folder makes no difference.
}
