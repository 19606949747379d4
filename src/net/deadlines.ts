// How long a connection may stay as it is: no handshake, no byte, an unfinished frame, output nobody reads.
// Pure: time and what the connection looks like come as arguments, once per sweep, so nothing is timed per packet.

/** The limits, in ms. */
export interface DeadlineLimits {
  readonly handshakeTimeoutMs: number
  readonly unfinishedFrameTimeoutMs: number
  readonly silentConnectionTimeoutMs: number
  readonly unreadWriteTimeoutMs: number
}

/** A connection at the moment of a sweep. */
export interface DeadlineView {
  readonly joined: boolean
  /** Whole frames read so far, and bytes of the one that has begun. */
  readonly framesRead: number
  readonly unfinishedBytes: number
  /** Bytes that wait in the socket, and a number that changes whenever the kernel takes some. */
  readonly unsentBytes: number
  readonly sentMark: number
}

export type Overdue = 'no handshake' | 'silent' | 'unfinished frame' | 'unread output'

const none = -1

export class Deadlines {
  readonly #limits: DeadlineLimits
  #openedAtMs: number
  #lastByteMs: number
  /** The frame that was unfinished at the last sweep, by the number of frames before it. */
  #unfinishedAfter = none
  #unfinishedSinceMs = 0
  #unreadMark = none
  #unreadSinceMs = 0

  constructor(limits: DeadlineLimits, nowMs: number) {
    this.#limits = limits
    this.#openedAtMs = nowMs
    this.#lastByteMs = nowMs
  }

  byteArrived(nowMs: number): void {
    this.#lastByteMs = nowMs
  }

  /** Since the last byte came. */
  quietForMs(nowMs: number): number {
    return nowMs - this.#lastByteMs
  }

  /** The process itself stood still for so long: nobody could be heard, so nobody is late. */
  forgive(ms: number): void {
    this.#openedAtMs += ms
    this.#lastByteMs += ms
    this.#unfinishedSinceMs += ms
    this.#unreadSinceMs += ms
  }

  /** Since which sweep the frame behind so many whole ones has been unfinished; 0: no sweep has seen it. */
  unfinishedForMs(framesRead: number, nowMs: number): number {
    return this.#unfinishedAfter === framesRead ? nowMs - this.#unfinishedSinceMs : 0
  }

  /** Likewise, output of which nothing was taken. */
  unreadForMs(sentMark: number, nowMs: number): number {
    return this.#unreadMark === sentMark ? nowMs - this.#unreadSinceMs : 0
  }

  overdue(view: DeadlineView, nowMs: number): Overdue | undefined {
    const limits = this.#limits
    if (!view.joined && nowMs - this.#openedAtMs > limits.handshakeTimeoutMs) return 'no handshake'
    if (nowMs - this.#lastByteMs > limits.silentConnectionTimeoutMs) return 'silent'
    if (view.unfinishedBytes === 0) this.#unfinishedAfter = none
    else if (this.#unfinishedAfter !== view.framesRead) {
      this.#unfinishedAfter = view.framesRead
      this.#unfinishedSinceMs = nowMs
    } else if (nowMs - this.#unfinishedSinceMs > limits.unfinishedFrameTimeoutMs) {
      return 'unfinished frame'
    }
    if (view.unsentBytes === 0) this.#unreadMark = none
    else if (this.#unreadMark !== view.sentMark) {
      this.#unreadMark = view.sentMark
      this.#unreadSinceMs = nowMs
    } else if (nowMs - this.#unreadSinceMs > limits.unreadWriteTimeoutMs) return 'unread output'
    return undefined
  }
}
