// What one member writes to another: pieces in order, one at a time once the system is busy, so that one sees whether the other side
// takes any. Copies nothing: what is handed in must not change until it has left.

import type { Socket } from 'node:net'
import { memberWriteBytesMax } from '../model/limits.ts'

export class MemberOutput {
  readonly #socket: Socket
  #waiting: Uint8Array[] = []
  #next = 0
  #waitingBytes = 0
  /** When the other side last took something, or had nothing to take. */
  #movedAtMs = 0

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** Not taken by the system, bytes. */
  get unsentBytes(): number {
    return this.#waitingBytes + this.#socket.writableLength
  }

  write(pieces: readonly Uint8Array[], nowMs: number): void {
    if (this.unsentBytes === 0) this.#movedAtMs = nowMs
    for (const piece of pieces) {
      this.#waitingBytes += piece.length
      for (let at = 0; at < piece.length; at += memberWriteBytesMax) {
        this.#waiting.push(piece.subarray(at, at + memberWriteBytesMax))
      }
    }
    this.#pump()
  }

  /** The system has taken everything that was handed to it. */
  drained(nowMs: number): void {
    this.#movedAtMs = nowMs
    this.#pump()
  }

  /** Since something was taken, ms; 0 when there is nothing to take. */
  stuckForMs(nowMs: number): number {
    return this.unsentBytes === 0 ? 0 : nowMs - this.#movedAtMs
  }

  #pump(): void {
    const socket = this.#socket
    if (!socket.writable) return
    socket.cork()
    while (this.#next < this.#waiting.length && !socket.writableNeedDrain) {
      const piece = this.#waiting[this.#next++]!
      this.#waitingBytes -= piece.length
      socket.write(piece)
    }
    socket.uncork()
    if (this.#next < this.#waiting.length) return
    this.#waiting = []
    this.#next = 0
  }
}
