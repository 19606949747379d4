// Bare appends to one file: a 16-byte head, a checksum, the record's bytes, one durable write a batch. No format, no
// recovery, no rolling: the least that any log must do.

import {
  close,
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  openSync,
  unlinkSync,
  write,
  writeSync,
  writev,
} from 'node:fs'
import { join } from 'node:path'
import { crc32 } from '../yardstick/crc32.ts'
import type { Appender } from './closed-loop.ts'

export interface BareOptions {
  readonly dir: string
  readonly recordBytes: number
  /** write and writev are followed by fdatasync; dsync is one write to a file opened with O_DSYNC. */
  readonly how: 'write' | 'writev' | 'dsync'
  /** True: the file was filled with zeros and synced before, and is overwritten. False: it grows. */
  readonly zeroFilled: boolean
}

const headBytes = 16
const bufferBytes = 8 * 1024 * 1024
/** Of a zero-filled file; the loop begins again at its start. */
const fileBytes = 128 * 1024 * 1024

export class BareAppender implements Appender {
  onDurable: (count: number) => void = () => undefined
  private readonly options: BareOptions
  private readonly fd: number
  private readonly path: string
  private readonly record: Buffer
  private gathering = Buffer.allocUnsafeSlow(bufferBytes)
  private writing = Buffer.allocUnsafeSlow(bufferBytes)
  private parts: Buffer[] = []
  private length = 0
  private count = 0
  private writingLength = 0
  private writingCount = 0
  private position = 0
  private busy = false

  constructor(options: BareOptions) {
    this.options = options
    this.path = join(options.dir, `bare-${options.how}`)
    this.record = Buffer.alloc(options.recordBytes, 'a record of the bare loop ')
    if (options.zeroFilled) fillWithZeros(this.path)
    const sync = options.how === 'dsync' ? constants.O_DSYNC : 0
    this.fd = openSync(this.path, constants.O_RDWR | constants.O_CREAT | sync)
  }

  append(): void {
    const at = this.length
    const end = at + headBytes + this.options.recordBytes
    if (end > bufferBytes) throw new Error('more in flight than the buffer holds')
    const target = this.gathering
    target.writeUInt32LE(end - at, at + 4)
    target.writeDoubleLE(this.position + at, at + 8)
    this.record.copy(target, at + headBytes)
    target.writeUInt32LE(crc32(target, at + 4, end), at)
    if (this.options.how === 'writev') this.parts.push(target.subarray(at, end))
    this.length = end
    this.count++
  }

  flush(): void {
    if (this.busy || this.length === 0) return
    this.busy = true
    const bytes = this.gathering
    const parts = this.parts
    this.gathering = this.writing
    this.writing = bytes
    this.parts = []
    this.writingLength = this.length
    this.writingCount = this.count
    this.length = 0
    this.count = 0
    if (this.options.zeroFilled && this.position + this.writingLength > fileBytes) this.position = 0
    if (this.options.how === 'writev') writev(this.fd, parts, this.position, this.written)
    else write(this.fd, bytes, 0, this.writingLength, this.position, this.written)
  }

  private readonly written = (error: Error | null, count: number): void => {
    if (error !== null) throw error
    if (count !== this.writingLength) throw new Error(`wrote ${count} of ${this.writingLength}`)
    if (this.options.how === 'dsync') this.synced(null)
    else fdatasync(this.fd, this.synced)
  }

  private readonly synced = (error: Error | null): void => {
    if (error !== null) throw error
    this.position += this.writingLength
    this.busy = false
    this.onDurable(this.writingCount)
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      close(this.fd, () => {
        unlinkSync(this.path)
        resolve()
      })
    })
  }
}

function fillWithZeros(path: string): void {
  const fd = openSync(path, 'w')
  const zeros = Buffer.alloc(bufferBytes)
  for (let at = 0; at < fileBytes; at += bufferBytes) writeSync(fd, zeros, 0, bufferBytes, at)
  fdatasyncSync(fd)
  closeSync(fd)
}
