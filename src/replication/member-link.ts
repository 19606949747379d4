// The connection to one other member, as the side that asks: made when something is asked, kept open, made again after a loss with
// pauses that grow to a bound. Every question ends: with its answer, at its time, or with the connection.

import { connect, type Socket } from 'node:net'
import type { Clock } from '../model/clock.ts'
import { KiteQError, type ErrorCode } from '../model/errors.ts'
import { memberHandshakeBytesMax } from '../model/limits.ts'
import { lengthBytes, MemberFrameReader, type MemberFrameSink } from './member-frame.ts'
import {
  helloFrame,
  helloOf,
  kinds,
  partsOf,
  plainFrame,
  provenIntroduction,
  wrongChallenge,
  wrongFormat,
  type MemberCredentials,
} from './member-handshake.ts'
import type { MemberLimits } from './member-limits.ts'
import { MemberOutput } from './member-output.ts'
import { decodeAnswer, decodeIntroduction } from './member-packet.ts'
import type { ReplicaReply } from './ports.ts'
import { isProof, nonceBytes, proofOf, sealOf, type FrameSeal } from './proof.ts'
import { openSealed, sealedBytes, sealedFrame } from './sealed-frame.ts'

export interface MemberLinkOptions {
  readonly credentials: MemberCredentials
  readonly clock: Clock
  readonly randomBytes: (count: number) => Uint8Array
  readonly limits: MemberLimits
}

type Standing = 'closed' | 'dialling' | 'proving' | 'open'

interface Question {
  readonly head: Uint8Array
  readonly resolve: (reply: ReplicaReply) => void
  readonly reject: (error: KiteQError) => void
  readonly timer: NodeJS.Timeout
  /** Nobody waits for it any more, since then; but the other side may still be at it. */
  givenUpAtMs: number
}

export class MemberLink implements MemberFrameSink {
  readonly address: string
  readonly #host: string
  readonly #port: number
  readonly #options: MemberLinkOptions
  #standing: Standing = 'closed'
  /** Id that the other side has proved; of the last connection. */
  peer = ''
  #waiting: Question[] = []
  readonly #sent = new Map<number, Question>()
  #number = 0
  #socket: Socket | undefined
  #reader: MemberFrameReader | undefined
  #output: MemberOutput | undefined
  /** What was said in the handshake so far. */
  #said: Uint8Array[] = []
  #sealing: FrameSeal | undefined
  #opening: FrameSeal | undefined
  #failures = 0
  #why = 'no answer'
  #retryAtMs = 0
  #retryTimer: NodeJS.Timeout | undefined
  #dialledAtMs = 0
  #heardAtMs = 0
  #pingedAtMs = 0
  #neededAtMs: number

  constructor(address: string, host: string, port: number, options: MemberLinkOptions) {
    this.address = address
    this.#host = host
    this.#port = port
    this.#options = options
    this.#neededAtMs = options.clock.monotonicMs()
  }

  get standing(): Standing {
    return this.#standing
  }

  get unanswered(): number {
    return this.#waiting.length + this.#sent.size
  }

  ask(head: Uint8Array, withinMs: number): Promise<ReplicaReply> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= this.#options.limits.waitingMax) {
        reject(this.#error('KITEQ_FULL', `${this.#waiting.length} questions wait`))
        return
      }
      const timer = setTimeout(() => this.#giveUp(question), Math.max(0, withinMs))
      const question: Question = { head, resolve, reject, timer, givenUpAtMs: Infinity }
      this.#waiting.push(question)
      if (this.#standing === 'open') this.#flush()
      else if (this.#standing === 'closed') this.#dialWhenDue()
    })
  }

  /** Looks after the time; `lateMs`: this process itself stood still. True when the link is of no more use. */
  sweep(nowMs: number, lateMs: number): boolean {
    const { limits } = this.#options
    this.#heardAtMs += lateMs
    this.#dialledAtMs += lateMs
    if (this.unanswered > 0) this.#neededAtMs = nowMs
    const isIdle = nowMs - this.#neededAtMs > limits.idleMs
    if (this.#standing === 'closed') return isIdle
    if (this.#standing !== 'open') {
      if (nowMs - this.#dialledAtMs > limits.handshakeMs) this.#end('no answer to the handshake')
      return false
    }
    if (isIdle) {
      this.#end('not needed')
      return true
    }
    if (this.#sent.size > 0) this.#watch(nowMs)
    return false
  }

  /** Whatever is asked is rejected KITEQ_CLOSED. */
  close(why: string): void {
    this.#end(why)
    clearTimeout(this.#retryTimer)
  }

  frame(source: Uint8Array, start: number, end: number): void {
    this.#heardAtMs = this.#options.clock.monotonicMs()
    if (this.#standing === 'open') {
      this.#sealed(source, start, end)
      return
    }
    const kind = source[start + lengthBytes]!
    const body = source.slice(start + lengthBytes + 1, end)
    if (this.#standing === 'dialling' && kind === kinds.challenge) this.#challenged(body)
    else if (this.#standing === 'proving' && kind === kinds.welcome) this.#welcomed(body)
    else this.#end(`a frame of kind ${kind} in the middle of the handshake`)
  }

  broken(why: string): void {
    this.#end(why)
  }

  #dialWhenDue(): void {
    const waitMs = this.#retryAtMs - this.#options.clock.monotonicMs()
    if (waitMs <= 0) this.#dial()
    else
      this.#retryTimer ??= setTimeout(() => {
        this.#retryTimer = undefined
        if (this.#standing === 'closed' && this.#waiting.length > 0) this.#dial()
      }, waitMs)
  }

  #dial(): void {
    const { clock, randomBytes } = this.#options
    const hello = helloOf(randomBytes(nonceBytes))
    const socket = connect({ host: this.#host, port: this.#port, noDelay: true })
    const reader = new MemberFrameReader(this, memberHandshakeBytesMax)
    const output = new MemberOutput(socket)
    this.#standing = 'dialling'
    this.#why = 'the connection has ended'
    this.#said = [hello]
    this.#dialledAtMs = this.#heardAtMs = clock.monotonicMs()
    this.#socket = socket
    this.#reader = reader
    this.#output = output
    socket.on('connect', () => output.write([helloFrame(hello)], clock.monotonicMs()))
    socket.on('data', (chunk) => {
      this.#heardAtMs = clock.monotonicMs()
      reader.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length))
    })
    socket.on('drain', () => output.drained(clock.monotonicMs()))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (socket === this.#socket) this.#why = error.code ?? error.message
    })
    socket.on('close', () => {
      if (socket !== this.#socket) return
      if (this.#standing === 'proving')
        this.#end(
          'it ended the connection at our proof: it has another key, or is of another set',
          true,
        )
      else this.#end(this.#why)
    })
  }

  #challenged(challenge: Uint8Array): void {
    const wrong = wrongChallenge(challenge)
    if (wrong !== undefined) {
      this.#end(wrong, true)
      return
    }
    this.#said.push(challenge)
    const proven = provenIntroduction(this.#options.credentials, 'dialling', this.#said)
    this.#said.push(proven)
    this.#standing = 'proving'
    this.#write([plainFrame(kinds.proof, proven)])
  }

  #welcomed(proven: Uint8Array): void {
    const { credentials, limits } = this.#options
    const { key, set } = credentials
    const { proof, introduction } = partsOf(proven)
    const isKnown = isProof(proof, proofOf(key, set, 'dialled', [...this.#said, introduction]))
    const wrong = isKnown ? this.#wrongPeer(introduction) : 'it does not know the key of the set'
    if (wrong !== '') {
      this.#end(wrong, true)
      return
    }
    this.#said.push(proven)
    this.#sealing = sealOf(key, set, 'dialling', this.#said)
    this.#opening = sealOf(key, set, 'dialled', this.#said)
    this.#said = []
    this.#standing = 'open'
    this.#failures = 0
    // Behind the bytes of an answer: its head, and of a first batch more than was asked for.
    if (this.#reader !== undefined) this.#reader.bytesMax = limits.answerBytesMax + sealedBytes
    this.#flush()
  }

  /** '' when all is well. */
  #wrongPeer(introduction: Uint8Array): string {
    const { credentials } = this.#options
    try {
      const { member, formatWrites, refused } = decodeIntroduction(introduction)
      this.peer = member
      if (refused !== '') return refused
      if (member === credentials.id) return `it has the id of this member, ${member}`
      return wrongFormat(credentials.formatReads, formatWrites)
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  #sealed(source: Uint8Array, start: number, end: number): void {
    const frame = openSealed(this.#opening!, source, start, end)
    if (frame === undefined) {
      this.#end('a frame was changed on its way')
      return
    }
    if (frame.kind !== kinds.answer) return // an answer to a ping, or what only newer versions know
    const question = this.#sent.get(frame.number)
    if (question === undefined) {
      this.#end('an answer to no question')
      return
    }
    this.#sent.delete(frame.number)
    clearTimeout(question.timer)
    try {
      const answer = decodeAnswer(frame.head, frame.raw)
      if (answer.kind === 'refused') question.reject(this.#error('KITEQ_REFUSED', answer.why))
      else question.resolve(answer)
    } catch (error) {
      question.reject(error as KiteQError)
    }
    this.#flush()
  }

  #flush(): void {
    while (this.#sent.size < this.#options.limits.unansweredMax && this.#standing === 'open') {
      const question = this.#waiting.shift()
      if (question === undefined) return
      this.#number = (this.#number + 1) >>> 0
      this.#sent.set(this.#number, question)
      this.#write(sealedFrame(this.#sealing!, kinds.question, this.#number, question.head, []))
    }
  }

  /** Something is unanswered: whoever says nothing at all is not there, and whoever forgets questions is of no use. */
  #watch(nowMs: number): void {
    const { limits } = this.#options
    if (nowMs - this.#heardAtMs > limits.silentMs) {
      this.#end('it is silent')
      return
    }
    for (const question of this.#sent.values()) {
      if (nowMs - question.givenUpAtMs > limits.abandonedMs) {
        this.#end('it does not answer')
        return
      }
    }
    if (nowMs - Math.max(this.#heardAtMs, this.#pingedAtMs) < limits.pingMs) return
    this.#pingedAtMs = nowMs
    this.#write(sealedFrame(this.#sealing!, kinds.ping, 0, noBytes, []))
  }

  #giveUp(question: Question): void {
    question.givenUpAtMs = this.#options.clock.monotonicMs()
    const at = this.#waiting.indexOf(question)
    if (at >= 0) this.#waiting.splice(at, 1)
    const why = this.#standing === 'open' ? 'no answer in time' : `no answer in time: ${this.#why}`
    question.reject(this.#error('KITEQ_TIMEOUT', why))
  }

  #write(pieces: readonly Uint8Array[]): void {
    this.#output?.write(pieces, this.#options.clock.monotonicMs())
  }

  /** Everything that was asked ends, and the next try waits. */
  #end(why: string, isRefusal: boolean = false): void {
    const { clock, limits } = this.#options
    this.#reader?.stop()
    this.#socket?.destroy()
    if (this.#standing !== 'closed') {
      const pauseMs = Math.min(
        limits.retryMs * 2 ** Math.min(this.#failures, 20),
        limits.retryMaxMs,
      )
      this.#retryAtMs = clock.monotonicMs() + pauseMs
      this.#failures++
    }
    this.#socket = this.#reader = this.#output = this.#sealing = this.#opening = undefined
    this.#standing = 'closed'
    this.#why = why
    const questions = [...this.#sent.values(), ...this.#waiting]
    this.#sent.clear()
    this.#waiting = []
    const error = this.#error(isRefusal ? 'KITEQ_REFUSED' : 'KITEQ_CLOSED', why)
    for (const question of questions) {
      clearTimeout(question.timer)
      question.reject(error)
    }
  }

  #error(code: ErrorCode, why: string): KiteQError {
    return new KiteQError(code, `member at ${this.address}: ${why}`)
  }
}

const noBytes = new Uint8Array(0)
