// Bytes on their way to one socket: gathered in one growing buffer, written with one call, used again when sent.
// It never touches a buffer that the socket has not yet let go.

import type { Socket } from 'node:net'

const firstBytes = 16 * 1024
const sparesMax = 3

export class OutBuffer {
  /** Where to write; the room up to `length` is taken. Ask `reserve` first, it may replace the buffer. */
  bytes: Buffer = Buffer.allocUnsafe(firstBytes)
  length = 0
  /** Bytes handed to the socket and not yet taken by the kernel. */
  unsent = 0
  private readonly spares: Buffer[] = []

  /** Makes room for `count` more bytes and returns where they begin; the caller moves `length`. */
  reserve(count: number): number {
    const needed = this.length + count
    if (needed > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.bytes.length))
      this.bytes.copy(larger, 0, 0, this.length)
      this.bytes = larger
    }
    return this.length
  }

  /** One write of all that was gathered. */
  sendTo(socket: Socket, sent?: () => void): void {
    const { bytes, length } = this
    if (length === 0) return
    this.length = 0
    this.bytes = this.spares.pop() ?? Buffer.allocUnsafe(bytes.length)
    this.unsent += length
    socket.write(bytes.subarray(0, length), () => {
      this.unsent -= length
      if (this.spares.length < sparesMax) this.spares.push(bytes)
      sent?.()
    })
  }
}
