// One connection of another member, as the side that answers. Before the proof has held it says a challenge and nothing else, takes
// next to no memory, and ends after some seconds; behind it every frame is looked at only when its seal has held.

import type { Socket } from 'node:net'
import { KiteQError } from '../model/errors.ts'
import { memberHandshakeBytesMax } from '../model/limits.ts'
import { lengthBytes, MemberFrameReader, type MemberFrameSink } from './member-frame.ts'
import {
  challengeTo,
  kinds,
  partsOf,
  plainFrame,
  provenIntroduction,
  wrongFormat,
  type MemberCredentials,
} from './member-handshake.ts'
import type { MemberLimits } from './member-limits.ts'
import { MemberOutput } from './member-output.ts'
import { decodeIntroduction, decodeRequest, encodeAnswer, type Answer } from './member-packet.ts'
import type { ReplicaReply, ReplicaRequest } from './ports.ts'
import { isProof, nonceBytes, proofOf, sealOf, type FrameSeal } from './proof.ts'
import { openSealed, sealedBytes, sealedFrame } from './sealed-frame.ts'

/** What a connection asks of the door it came through. */
export interface MemberSessionHost {
  readonly credentials: MemberCredentials
  readonly limits: MemberLimits
  readonly counters: MemberCounters
  randomBytes(count: number): Uint8Array
  monotonicMs(): number
  answer(request: ReplicaRequest, member: string): Promise<ReplicaReply>
  /** The proof has held; '' or why it goes no further. */
  admit(session: MemberSession, member: string): string
  complain(session: MemberSession, why: string): void
  ended(session: MemberSession): void
}

/** Since the start. */
export interface MemberCounters {
  /** Connections whose proof has held. */
  admitted: number
  wrongKeys: number
  /** Strangers that were sent away because there were too many of them, or that did not prove the key in time. */
  displaced: number
  overdue: number
  /** Frames whose seal did not hold, and bytes that were no frames. */
  forged: number
  malformed: number
  answered: number
  refused: number
}

interface WaitingQuestion {
  readonly number: number
  readonly request: ReplicaRequest
  /** Record bytes its answer may hold. */
  readonly bytes: number
}

type Standing = 'greeted' | 'rejected' | 'open' | 'ended'

export class MemberSession implements MemberFrameSink {
  readonly socket: Socket
  readonly address: string
  readonly peer: string
  readonly openedAtMs: number
  /** '' until it is proved. */
  member = ''
  readonly #host: MemberSessionHost
  readonly #reader: MemberFrameReader
  readonly #output: MemberOutput
  #standing: Standing = 'greeted'
  #said: Uint8Array[]
  #sealing: FrameSeal | undefined
  #opening: FrameSeal | undefined
  #heardAtMs: number
  #endAtMs: number
  #answering = 0
  /** Record bytes of the answers that are being made. */
  #expectedBytes = 0
  /** Not begun: what was answered before has not left. */
  #waiting: WaitingQuestion[] = []

  constructor(host: MemberSessionHost, socket: Socket, hello: Uint8Array) {
    this.#host = host
    this.socket = socket
    this.address = socket.remoteAddress ?? 'unknown'
    this.peer = `${this.address}:${socket.remotePort ?? 0}`
    this.openedAtMs = this.#heardAtMs = host.monotonicMs()
    this.#endAtMs = this.openedAtMs + host.limits.handshakeMs
    this.#reader = new MemberFrameReader(this, memberHandshakeBytesMax)
    this.#output = new MemberOutput(socket)
    this.#said = [hello]
  }

  /** Says the challenge, and reads on with what has come behind the hello. */
  begin(rest: Uint8Array): void {
    const host = this.#host
    this.socket.on('data', (chunk) => {
      this.#heardAtMs = host.monotonicMs()
      this.#reader.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length))
    })
    this.socket.on('drain', () => {
      this.#output.drained(host.monotonicMs())
      this.#goOn()
    })
    this.socket.on('close', () => this.end())
    const challenge = challengeTo(this.#said[0]!, host.randomBytes(nonceBytes))
    if (challenge === undefined) {
      this.#malformed('its hello cannot be read')
      return
    }
    this.#said.push(challenge)
    this.#write([plainFrame(kinds.challenge, challenge)])
    if (challenge[0] === 0)
      this.#leave('it speaks no version of the protocol of members that this one does')
    else this.#reader.push(rest)
  }

  get isProven(): boolean {
    return this.member !== ''
  }

  /** Questions that are not answered. */
  get unanswered(): number {
    return this.#answering + this.#waiting.length
  }

  /** Memory of an unfinished frame, bytes. */
  get heldBytes(): number {
    return this.#reader.heldBytesMax
  }

  end(): void {
    if (this.#standing === 'ended') return
    this.#standing = 'ended'
    this.#reader.stop()
    this.#waiting = []
    this.socket.destroy()
    this.#host.ended(this)
  }

  /** Looks after the time; `lateMs`: this process itself stood still. */
  sweep(nowMs: number, lateMs: number): void {
    const { limits, counters } = this.#host
    this.#heardAtMs += lateMs
    if (this.#standing === 'greeted') this.#endAtMs += lateMs
    if (this.#standing !== 'open') {
      if (nowMs < this.#endAtMs) return
      if (this.#standing === 'greeted') {
        counters.overdue++
        this.#host.complain(this, 'a connection for members was not proved in time')
      }
      this.end()
      return
    }
    // Whoever waits for an answer says from time to time that he is there.
    const patienceMs = this.unanswered > 0 ? limits.unreadMs : limits.forgottenMs
    const isGone = nowMs - this.#heardAtMs > patienceMs
    if (isGone || this.#output.stuckForMs(nowMs) > limits.unreadMs) this.end()
  }

  frame(source: Uint8Array, start: number, end: number): void {
    if (this.#standing === 'open') this.#sealed(source, start, end)
    else if (this.#standing === 'greeted') {
      const kind = source[start + lengthBytes]
      if (kind === kinds.proof) this.#proved(source.slice(start + lengthBytes + 1, end))
      else this.#malformed(`a frame of kind ${kind} where a proof belongs`)
    }
  }

  broken(why: string): void {
    this.#malformed(why)
  }

  #proved(proven: Uint8Array): void {
    const host = this.#host
    const { key, set } = host.credentials
    const { proof, introduction } = partsOf(proven)
    if (!isProof(proof, proofOf(key, set, 'dialling', [...this.#said, introduction]))) {
      this.#wrongKey()
      return
    }
    this.#said.push(proven)
    let refused = this.#wrongPeer(introduction)
    if (refused === '') refused = host.admit(this, this.member)
    const welcome = provenIntroduction(host.credentials, 'dialled', this.#said, refused)
    this.#write([plainFrame(kinds.welcome, welcome)])
    if (refused !== '') {
      this.#leave(refused)
      return
    }
    this.#said.push(welcome)
    this.#sealing = sealOf(key, set, 'dialled', this.#said)
    this.#opening = sealOf(key, set, 'dialling', this.#said)
    this.#said = []
    this.#standing = 'open'
    this.#reader.bytesMax = host.limits.requestBytesMax + sealedBytes
    host.counters.admitted++
  }

  /** '' when all is well. */
  #wrongPeer(introduction: Uint8Array): string {
    const { credentials } = this.#host
    try {
      const { member, formatReads } = decodeIntroduction(introduction)
      if (member === credentials.id) return `this member has the same id, ${member}`
      const wrong = wrongFormat(formatReads, credentials.formatWrites)
      if (wrong !== '') return `${credentials.id} does not let it pull: ${wrong}`
      this.member = member
      return ''
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  /** Not at once, so that guessing takes its time; the place among the strangers is kept for as long. */
  #wrongKey(): void {
    const { counters, limits } = this.#host
    counters.wrongKeys++
    this.#reject(limits.wrongKeyMs)
    this.#host.complain(
      this,
      'whoever wanted to talk as a member has another key, or is of another set',
    )
  }

  #reject(withinMs: number): void {
    this.#standing = 'rejected'
    this.#endAtMs = this.#host.monotonicMs() + withinMs
    this.#reader.stop()
  }

  /** What was written last still leaves. */
  #leave(why: string): void {
    this.#host.counters.refused++
    this.#host.complain(this, `a member is not let in: ${why}`)
    this.#reject(this.#host.limits.wrongKeyMs)
    this.socket.end()
  }

  #malformed(why: string): void {
    this.#host.counters.malformed++
    this.#host.complain(this, `a connection for members ends: ${why}`)
    this.end()
  }

  #sealed(source: Uint8Array, start: number, end: number): void {
    const { counters, limits } = this.#host
    const frame = openSealed(this.#opening!, source, start, end)
    if (frame === undefined) {
      counters.forged++
      this.#host.complain(
        this,
        `a connection of member ${this.member} ends: a frame was changed on its way`,
      )
      this.end()
    } else if (frame.kind === kinds.ping) {
      this.#write(sealedFrame(this.#sealing!, kinds.pong, frame.number, noBytes, []))
    } else if (frame.kind === kinds.question) {
      if (this.unanswered >= limits.unansweredMax) this.#malformed('too many questions at once')
      else this.#ask(frame.number, frame.head)
    } // what only newer versions know is passed over
  }

  #ask(number: number, head: Uint8Array): void {
    let request: ReplicaRequest
    try {
      request = decodeRequest(head)
      if (request.kind === 'pull' && request.member !== this.member) {
        throw new KiteQError('KITEQ_PACKET', `${this.member} asks as ${request.member}`)
      }
    } catch (error) {
      this.#answer(number, { kind: 'refused', why: reasonOf(error) })
      return
    }
    const { answerBytesMax } = this.#host.limits
    const bytes = request.kind === 'pull' ? Math.min(request.bytesMax, answerBytesMax) : 0
    this.#waiting.push({ number, request, bytes })
    this.#goOn()
  }

  /** Begins what waits while there is room for its answers: a peer that does not read costs no more than two of the largest. */
  #goOn(): void {
    const most = 2 * this.#host.limits.answerBytesMax
    for (let at = 0; at < this.#waiting.length;) {
      const { bytes } = this.#waiting[at]!
      if (bytes > 0 && this.#output.unsentBytes + this.#expectedBytes + bytes > most) at++
      else this.#begin(this.#waiting.splice(at, 1)[0]!)
    }
  }

  #begin({ number, request, bytes }: WaitingQuestion): void {
    this.#answering++
    this.#expectedBytes += bytes
    void this.#host
      .answer(request, this.member)
      .catch((error: unknown): Answer => ({ kind: 'refused', why: reasonOf(error) }))
      .then((answer) => {
        this.#answering--
        this.#expectedBytes -= bytes
        this.#answer(number, answer)
        this.#goOn()
      })
  }

  #answer(number: number, answer: Answer): void {
    if (this.#standing !== 'open') return
    const { counters, limits } = this.#host
    let { head, raw } = encodeAnswer(answer)
    let bytes = head.length
    for (const piece of raw) bytes += piece.length
    let isRefusal = answer.kind === 'refused'
    if (bytes > limits.answerBytesMax) {
      isRefusal = true
      const why = `an answer of ${bytes} bytes, ${limits.answerBytesMax} are most`
      ;({ head, raw } = encodeAnswer({ kind: 'refused', why }))
    }
    if (isRefusal) counters.refused++
    else counters.answered++
    this.#write(sealedFrame(this.#sealing!, kinds.answer, number, head, raw))
  }

  #write(pieces: readonly Uint8Array[]): void {
    this.#output.write(pieces, this.#host.monotonicMs())
  }
}

const noBytes = new Uint8Array(0)

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
