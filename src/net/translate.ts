// Between packets and the broker's words: a frame becomes a command, an effect becomes bytes. Pure; the objects for
// what travels often are reused. Knows nothing of sockets.

import type {
  BindCommand,
  CreditCommand,
  DeliverAckCommand,
  JoinCommand,
  PublishCommand,
  TransactionCommand,
} from '../broker/command.ts'
import type { StoreAckEffect } from '../broker/effect.ts'
import { cutText } from '../model/cut-text.ts'
import type { ConnectionNumber } from '../model/ids.ts'
import {
  echoedIdBytesMax,
  feedbackCharsMax,
  frameHeadBytes,
  javaPacketBytesMax,
  packetBodyBytesMax,
  topicBytesMax,
  wantedTopicsMax,
} from '../model/limits.ts'
import type { MessageBytes, MessageForm } from '../model/record.ts'
import { ackBytesMax, DeliverAckView, TxAckView, writeStoreAck, writeTxAck } from './ack-packet.ts'
import type { Framing } from './frame.ts'
import { headBytes, writeHead } from './frame.ts'
import { PublishedView } from './header.ts'
import type { OutputBuffer } from './output-buffer.ts'
import type { HeartBeat } from './packet.ts'
import * as packet from './packet.ts'
import { notUtf8At } from './utf8.ts'
import { putBytes, wireBytes, WireCursor } from './varint.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** The largest whole frame a client of this framing can read. */
export function frameBytesMaxOf(framing: Framing): number {
  return framing === 'prefixed' ? javaPacketBytesMax : frameHeadBytes + packetBodyBytesMax
}

/** Frames into commands. What comes back is reused by the next call of the same method; undefined: no such packet. */
export class FrameTranslator {
  readonly published: PublishedView = new PublishedView()
  readonly #ack = new DeliverAckView()
  readonly #tx = new TxAckView()
  readonly #creditMax: number
  readonly #publishCommand: Mutable<PublishCommand> = {
    kind: 'publish',
    connection: 0 as ConnectionNumber,
    opaque: 0,
    view: this.published,
  }
  readonly #ackCommand: Mutable<DeliverAckCommand> = {
    kind: 'deliver-ack',
    connection: 0 as ConnectionNumber,
    opaque: 0,
    status: false,
    feedback: '',
    id0: 0,
    id1: 0,
    id2: 0,
    id3: 0,
  }

  /** `creditMax`: the largest window a client may ask for. */
  constructor(creditMax: number) {
    this.#creditMax = creditMax
  }

  join(
    connection: ConnectionNumber,
    peer: string,
    framing: Framing,
    opaque: number,
    source: Uint8Array,
    start: number,
    end: number,
  ): JoinCommand | undefined {
    const meta = packet.decodeConnMeta(source, start, end)
    if (meta === undefined) return undefined
    return {
      kind: 'join',
      connection,
      opaque,
      group: meta.group.slice(),
      warmingUpSeconds: meta.warmingUpSeconds ?? 0,
      peer,
      frameBytesMax: frameBytesMaxOf(framing),
      ...(meta.isRelay === true && { isRelay: true }),
    }
  }

  /** After undefined, `published` still has the span of the id, empty when there was none. */
  publish(
    connection: ConnectionNumber,
    opaque: number,
    form: MessageForm,
    source: Uint8Array,
    start: number,
    end: number,
    nowSeconds: number,
  ): PublishCommand | undefined {
    if (!this.published.read(form, source, start, end)) return undefined
    this.published.normalise(nowSeconds)
    const command = this.#publishCommand
    command.connection = connection
    command.opaque = opaque
    return command
  }

  deliverAck(
    connection: ConnectionNumber,
    opaque: number,
    source: Uint8Array,
    start: number,
    end: number,
  ): DeliverAckCommand | undefined {
    const ack = this.#ack
    if (!ack.read(source, start, end) || !ack.idValid) return undefined
    const command = this.#ackCommand
    command.connection = connection
    command.opaque = opaque
    command.status = ack.status
    command.id0 = ack.id0
    command.id1 = ack.id1
    command.id2 = ack.id2
    command.id3 = ack.id3
    command.feedback = feedbackText(source, ack.feedbackStart, ack.feedbackEnd)
    return command
  }

  transaction(
    connection: ConnectionNumber,
    opaque: number,
    source: Uint8Array,
    start: number,
    end: number,
  ): TransactionCommand | undefined {
    const tx = this.#tx
    const { header } = tx
    if (!tx.read(source, start, end) || !header.idValid) return undefined
    return {
      kind: 'transaction',
      connection,
      opaque,
      topic: source.slice(header.topicStart, header.topicEnd),
      status: tx.status,
      feedback: feedbackText(source, tx.feedbackStart, tx.feedbackEnd),
      packet: { source, start, end },
      id0: header.id0,
      id1: header.id1,
      id2: header.id2,
      id3: header.id3,
    }
  }

  /** A text: why it is refused. */
  bind(
    connection: ConnectionNumber,
    opaque: number,
    source: Uint8Array,
    start: number,
    end: number,
  ): BindCommand | string | undefined {
    const bind = packet.decodeBind(source, start, end)
    if (bind === undefined) return undefined
    for (const [index, { messageType }] of bind.bindings.entries()) {
      const at = notUtf8At(messageType)
      if (at >= 0) return `bindings[${index}].messageType: expected UTF-8, byte ${at} is none`
    }
    const bindings = bind.bindings.map(({ bindType, messageType, watermark, persistent }) => {
      return { bindType, messageType: utf8.decode(messageType), watermark, persistent }
    })
    return { kind: 'bind', connection, opaque, topic: bind.topic.slice(), bindings }
  }

  unbind(
    connection: ConnectionNumber,
    opaque: number,
    source: Uint8Array,
    start: number,
    end: number,
  ): BindCommand | undefined {
    const topic = packet.decodeUnbind(source, start, end)
    if (topic === undefined) return undefined
    return { kind: 'bind', connection, opaque, topic: topic.slice(), bindings: [] }
  }

  /** A text: why it is refused. */
  credit(
    connection: ConnectionNumber,
    opaque: number,
    source: Uint8Array,
    start: number,
    end: number,
  ): CreditCommand | string | undefined {
    const credit = packet.decodeCredit(source, start, end)
    if (credit === undefined) return undefined
    const { topics } = credit
    if (topics.length > wantedTopicsMax)
      return `CREDIT refused: topics: expected at most ${wantedTopicsMax}, got ${topics.length}`
    const wrong = topics.findIndex(({ length }) => length === 0 || length > topicBytesMax)
    if (wrong >= 0)
      return `CREDIT refused: topics[${wrong}]: expected 1 to ${topicBytesMax} bytes, got ${topics[wrong]!.length}`
    const window = Math.min(Math.max(credit.window, 0), this.#creditMax)
    return { kind: 'credit', connection, opaque, window, topics: topics.map((one) => one.slice()) }
  }
}

/** Effects and replies into the output of a connection. */
export class EffectWriter {
  /** Feedback of a stored message, by cost in ms. */
  readonly #stored: Uint8Array[] = []
  readonly #storedSuffix: string
  readonly #texts = new Map<string, Uint8Array>()

  /** `storedSuffix`: what a weaker durability adds to the text of a store ack, with its leading space. */
  constructor(storedSuffix: string) {
    this.#storedSuffix = storedSuffix
  }

  storeAck(out: OutputBuffer, framing: Framing, effect: StoreAckEffect, nowMs: number): void {
    const feedback =
      effect.feedback === undefined
        ? this.#storedText(nowMs - effect.takenAtMs)
        : this.#text(effect.feedback)
    const { opaque, idSource, idStart, idEnd, status } = effect
    this.#putStoreAck(out, framing, opaque, idSource, idStart, idEnd, status, feedback)
  }

  /** A store ack of the network's own, for the message in `view`. */
  refusal(
    out: OutputBuffer,
    framing: Framing,
    opaque: number,
    view: PublishedView,
    text: string,
  ): void {
    const feedback = this.#text(text)
    this.#putStoreAck(out, framing, opaque, view.raw, view.idStart, view.idEnd, false, feedback)
  }

  connAuth(
    out: OutputBuffer,
    framing: Framing,
    opaque: number,
    status: boolean,
    text: string,
  ): void {
    const body = packet.encodeConnAuth({ status, feedback: this.#text(text) })
    put(out, framing, opaque, packet.commands.connAuth, body)
  }

  commandAck(
    out: OutputBuffer,
    framing: Framing,
    opaque: number,
    status: boolean,
    text: string,
  ): void {
    const body = packet.encodeCommandAck({ status, feedback: this.#text(text) })
    put(out, framing, opaque, packet.commands.commandAck, body)
  }

  heartBeat(out: OutputBuffer, framing: Framing, opaque: number, beat: HeartBeat): void {
    put(out, framing, opaque, packet.commands.heartBeat, packet.encodeHeartBeat(beat))
  }

  /** The stored bytes behind a new head. */
  delivery(
    out: OutputBuffer,
    framing: Framing,
    opaque: number,
    form: MessageForm,
    message: MessageBytes,
  ): void {
    const bodyBytes = message.end - message.start
    out.reserve(headBytes(framing) + bodyBytes)
    const at = writeHead(out.bytes, out.length, opaque, form, bodyBytes, framing)
    out.length = putBytes(out.bytes, at, message.source, message.start, message.end)
  }

  /** A TX_ACK around the stored header; false when the bytes hold none. */
  inquiry(out: OutputBuffer, framing: Framing, opaque: number, message: MessageBytes): boolean {
    const cursor = new WireCursor()
    cursor.open(message.source, message.start, message.end)
    const found =
      cursor.tag() && cursor.field === 1 && cursor.wireType === wireBytes && cursor.span()
    if (!found) return false
    const { spanStart, spanEnd } = cursor
    out.reserve(ackBytesMax(framing, spanEnd - spanStart + serverCheck.length))
    out.length = writeTxAck(
      out.bytes,
      out.length,
      framing,
      opaque,
      message.source,
      spanStart,
      spanEnd,
      0,
      serverCheck,
    )
    return true
  }

  #putStoreAck(
    out: OutputBuffer,
    framing: Framing,
    opaque: number,
    idSource: Uint8Array,
    idStart: number,
    idEnd: number,
    status: boolean,
    feedback: Uint8Array,
  ): void {
    const end = Math.min(idEnd, idStart + echoedIdBytesMax)
    out.reserve(ackBytesMax(framing, end - idStart + feedback.length))
    out.length = writeStoreAck(
      out.bytes,
      out.length,
      framing,
      opaque,
      idSource,
      idStart,
      end,
      status,
      feedback,
    )
  }

  #storedText(costMs: number): Uint8Array {
    const cost = Math.max(0, Math.round(costMs))
    const known = this.#stored[cost]
    if (known !== undefined) return known
    const text = encoder.encode(`Store Result true Cost:${cost}${this.#storedSuffix}`)
    if (cost < textsMax) this.#stored[cost] = text
    return text
  }

  #text(text: string): Uint8Array {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    const bytes = encoder.encode(text)
    if (this.#texts.size < textsMax) this.#texts.set(text, bytes)
    return bytes
  }
}

/** Encoded texts remembered, each kind. */
const textsMax = 1024
const encoder = new TextEncoder()
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true }) // texts are what was sent, also what looks like a mark
const serverCheck: Uint8Array = encoder.encode('Server Check')

function put(
  out: OutputBuffer,
  framing: Framing,
  opaque: number,
  command: number,
  body: Uint8Array,
): void {
  out.reserve(headBytes(framing) + body.length)
  const at = writeHead(out.bytes, out.length, opaque, command, body.length, framing)
  out.length = putBytes(out.bytes, at, body, 0, body.length)
}

function feedbackText(source: Uint8Array, start: number, end: number): string {
  if (start === end) return ''
  // Four bytes are the longest character.
  const text = utf8.decode(source.subarray(start, Math.min(end, start + feedbackCharsMax * 4)))
  return cutText(text, feedbackCharsMax)
}
