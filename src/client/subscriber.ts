// Deliveries to handlers, and their answers back: as many at work as asked for, the rest waiting here within the credit.
// A handler that answers without a promise costs none. Never acks what no handler has finished.

import { KiteQError } from '../model/errors.ts'
import {
  clientWindow,
  creditMax,
  topicBytesMax,
  typeBytesMax,
  wantedTopicsMax,
} from '../model/limits.ts'
import type { BindType, MessageForm } from '../model/record.ts'
import { ackBytesMax, writeDeliverAck } from '../net/ack-packet.ts'
import { frameBytes } from '../net/frame.ts'
import { PublishedView, type HeaderView } from '../net/header.ts'
import { commands, encodeBind, encodeCredit, encodeUnbind } from '../net/packet.ts'
import type { Connection } from './connection.ts'
import { Message } from './message.ts'
import type { Requests } from './requests.ts'
import {
  checkFunction,
  checkShape,
  flag,
  integerFrom,
  oneOf,
  required,
  textOfBytes,
  usage,
  wrong,
  type Rule,
  type Shape,
} from './shape.ts'
import { bytesOf, feedbackOf } from './text.ts'

export interface ClientBinding {
  /** A message type; a regular expression (RE2, found anywhere in the type); ignored for `fanout`. */
  readonly type?: string
  /** Default `direct`. */
  readonly kind?: BindType
  /** Messages a second for (group, topic); 0, the default: no limit. */
  readonly watermark?: number
  /** Keep messages for the group while it is away. Default true. */
  readonly persistent?: boolean
}

export interface SubscribeOptions {
  readonly topic: string
  /** The complete list for this group and topic; it replaces the one before, of any client of the group. Left out: bindings are made elsewhere, in the registry for one. */
  readonly bindings?: readonly ClientBinding[]
}

export interface FlowOptions {
  /** Deliveries that may be here without an answer. Default 256. */
  readonly window?: number
  /** Handlers at work at a time, if they return promises. Default: the window. */
  readonly concurrency?: number
}

// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- a handler that returns nothing has succeeded
export type HandlerResult = boolean | undefined | void

/** false or an error means: not done, deliver again. Anything else: done. */
export type Handler = (message: Message) => HandlerResult | Promise<HandlerResult>

export interface Subscription {
  readonly topic: string
  /** What the broker remarked about the bindings: which pattern cannot match, and why. Empty when all is well. */
  readonly remark: string
  /** No more deliveries are handled; the bindings stay, and so messages are kept for the group. */
  stop(): void
  /** Removes the bindings, then stops. */
  unsubscribe(): Promise<void>
}

const topicRule: Rule = required(textOfBytes(1, topicBytesMax))
const bindingList: Rule = { expected: 'a list of bindings', holds: Array.isArray }
const bindKinds: Readonly<Record<BindType, true>> = { direct: true, regex: true, fanout: true }

const subscribeShape: Shape<SubscribeOptions> = {
  topic: topicRule,
  bindings: bindingList,
}
const flowShape: Shape<FlowOptions> = {
  window: integerFrom(1, creditMax),
  concurrency: integerFrom(1, creditMax),
}
const bindingShape: Shape<ClientBinding> = {
  type: textOfBytes(0, typeBytesMax),
  kind: oneOf(...Object.keys(bindKinds)),
  watermark: integerFrom(0, 0x7fff_ffff),
  persistent: flag,
}

interface Entry {
  readonly topic: string
  readonly topicBytes: Uint8Array
  readonly bindings: readonly ClientBinding[] | undefined
  readonly handler: Handler
  readonly window: number
  readonly concurrency: number
  bound: boolean
  running: number
  /** Waiting from `nextWaiting` on. */
  waiting: Message[]
  nextWaiting: number
}

const noHandler = bytesOf('no handler for this topic')
const saidNo = bytesOf('the handler said no')
const compactAfter = 1024

export class Subscriber {
  readonly #connection: Connection
  readonly #requests: Requests
  readonly #report: (error: KiteQError) => void
  readonly #entries: Entry[] = []
  readonly #view = new PublishedView()
  #lastHit: Entry | undefined
  #stopped = false
  /** This broker takes lists of topics. */
  #isListing = true
  #running = 0
  #whenIdle: (() => void)[] = []

  constructor(connection: Connection, requests: Requests, report: (error: KiteQError) => void) {
    this.#connection = connection
    this.#requests = requests
    this.#report = report
  }

  async subscribe(
    options: SubscribeOptions,
    handler: Handler,
    flow: FlowOptions,
  ): Promise<Subscription> {
    checkShape('subscribe', options, subscribeShape)
    checkFunction('subscribe', 'the handler', handler)
    checkShape('subscribe: flow', flow, flowShape)
    const { topic, bindings } = options
    checkBindings('subscribe', bindings ?? [])
    if (this.#entries.some((other) => other.topic === topic))
      throw usage(`subscribe: topic ${JSON.stringify(topic)} has a handler; expected one per topic`)
    const { window = clientWindow, concurrency = window } = flow
    const entry: Entry = {
      topic,
      topicBytes: bytesOf(topic),
      // A copy: it is said again on every new link.
      bindings: bindings?.map((binding) => ({ ...binding })),
      handler,
      window,
      concurrency,
      bound: false,
      running: 0,
      waiting: [],
      nextWaiting: 0,
    }
    // Before the answer: a delivery may come with it.
    this.#entries.push(entry)
    let remark = ''
    try {
      this.#sendCredit()
      if (bindings !== undefined) remark = await this.#bind(topic, bindings)
      entry.bound = true
    } catch (error) {
      this.#remove(entry)
      throw error
    }
    return {
      topic,
      remark,
      stop: () => this.#remove(entry),
      unsubscribe: async () => {
        await this.unbind(topic)
        this.#remove(entry)
      },
    }
  }

  async bind(topic: string, bindings: readonly ClientBinding[]): Promise<string> {
    checkTopic('bind', topic)
    if (!Array.isArray(bindings)) throw wrong('bind', 'bindings', bindings, bindingList.expected)
    checkBindings('bind', bindings)
    return this.#bind(topic, bindings)
  }

  async unbind(topic: string): Promise<void> {
    checkTopic('unbind', topic)
    const body = encodeUnbind(bytesOf(topic))
    await this.#requests.ask(commands.unbind, body, `unbind ${topic}`)
  }

  /** A new link: the broker may be another one, or have forgotten. */
  opened(): void {
    this.#isListing = true
    for (const { topic, bindings, bound } of this.#entries) {
      if (!bound || bindings === undefined) continue
      this.#bind(topic, bindings).catch((error: unknown) => {
        if (error instanceof KiteQError && error.code !== 'KITEQ_CLOSED') this.#report(error)
      })
    }
    this.#sendCredit()
  }

  delivered(
    form: MessageForm,
    opaque: number,
    source: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (this.#stopped) return
    const view = this.#view
    if (!view.read(form, source, start, end)) {
      this.#report(new KiteQError('KITEQ_PACKET', 'a delivery cannot be read; it stays unanswered'))
      return
    }
    const entry = this.#entryOf(view)
    if (entry === undefined) {
      this.#answer(view, opaque, false, noHandler)
      return
    }
    const message = new Message(view, opaque)
    if (entry.running < entry.concurrency) this.#start(entry, message)
    else if (entry.waiting.length - entry.nextWaiting < creditMax) entry.waiting.push(message)
    // Beyond any credit we ever gave: no answer, and the broker tries again later.
  }

  /** The broker keeps no list for us: then we take of all topics of the group, and refuse those without a handler. */
  creditRefused(error: KiteQError): void {
    this.#report(error)
    if (!this.#isListing) return
    this.#isListing = false
    this.#sendCredit()
  }

  /** Takes no more; resolves when no handler is at work. */
  stop(): Promise<void> {
    this.#stopped = true
    this.#sendCredit()
    for (const entry of this.#entries) {
      entry.waiting = []
      entry.nextWaiting = 0
    }
    if (this.#running === 0) return Promise.resolve()
    return new Promise((resolve) => this.#whenIdle.push(resolve))
  }

  #bind(topic: string, bindings: readonly ClientBinding[]): Promise<string> {
    const body = encodeBind({ topic: bytesOf(topic), bindings: bindings.map(wireBinding) })
    return this.#requests.ask(commands.bind, body, `bind ${topic}`)
  }

  #entryOf(view: HeaderView): Entry | undefined {
    const last = this.#lastHit
    if (last !== undefined && isTopic(last, view)) return last
    this.#lastHit = this.#entries.find((entry) => isTopic(entry, view))
    return this.#lastHit
  }

  #start(entry: Entry, message: Message): void {
    let result: HandlerResult | Promise<HandlerResult>
    try {
      result = entry.handler(message)
    } catch (error) {
      this.#answer(message, message.opaque, false, feedbackOf(error))
      return
    }
    if (!isPromise(result)) {
      this.#answer(message, message.opaque, result !== false, undefined)
      return
    }
    entry.running++
    this.#running++
    result.then(
      (value) => this.#finished(entry, message, value !== false, undefined),
      (error: unknown) => this.#finished(entry, message, false, feedbackOf(error)),
    )
  }

  #finished(
    entry: Entry,
    message: Message,
    status: boolean,
    feedback: Uint8Array | undefined,
  ): void {
    this.#answer(message, message.opaque, status, feedback)
    entry.running--
    this.#running--
    while (entry.running < entry.concurrency && entry.nextWaiting < entry.waiting.length) {
      const next = entry.waiting[entry.nextWaiting++]!
      if (entry.nextWaiting >= compactAfter) {
        entry.waiting = entry.waiting.slice(entry.nextWaiting)
        entry.nextWaiting = 0
      }
      this.#start(entry, next)
    }
    if (entry.nextWaiting === entry.waiting.length) {
      entry.waiting.length = 0
      entry.nextWaiting = 0
    }
    if (this.#running === 0) for (const wake of this.#whenIdle.splice(0)) wake()
  }

  /** On whatever link is open now; without one the broker finds out by itself. */
  #answer(
    message: Message | HeaderView,
    opaque: number,
    status: boolean,
    feedback: Uint8Array | undefined,
  ): void {
    if (!this.#connection.isOpen) return
    const text = feedback ?? (status ? undefined : saidNo)
    const { out } = this.#connection
    const { idStart, idEnd, topicStart, topicEnd, typeStart, typeEnd, groupStart, groupEnd } =
      message
    const spans =
      idEnd - idStart + topicEnd - topicStart + typeEnd - typeStart + groupEnd - groupStart
    out.reserve(ackBytesMax('bare', spans + (text?.length ?? 0)))
    // The writer reads these spans and nothing else of a header.
    const spansOnly = message as unknown as HeaderView
    out.length = writeDeliverAck(out.piece, out.length, 'bare', opaque, spansOnly, status, text)
    this.#connection.flushSoon()
  }

  #remove(entry: Entry): void {
    const at = this.#entries.indexOf(entry)
    if (at < 0) return
    this.#entries.splice(at, 1)
    this.#lastHit = undefined
    entry.waiting = []
    entry.nextWaiting = 0
    this.#sendCredit()
  }

  /** The sum of the windows: 0, and so no delivery, for who only publishes. Of the topics with a handler, if they can be listed. */
  #sendCredit(): void {
    if (!this.#connection.isOpen) return
    let window = 0
    if (!this.#stopped) for (const entry of this.#entries) window += entry.window
    const isListed = this.#isListing && window > 0 && this.#entries.length <= wantedTopicsMax
    const topics = isListed ? this.#entries.map(({ topicBytes }) => topicBytes) : []
    const body = encodeCredit(Math.min(window, creditMax), topics)
    const frame = frameBytes(0, commands.credit, body, 'bare')
    this.#connection.out.append(frame, 0, frame.length)
    this.#connection.flushSoon()
  }
}

function isPromise(
  result: HandlerResult | Promise<HandlerResult>,
): result is Promise<HandlerResult> {
  // JavaScript may answer with null or anything else.
  return typeof (result as { then?: unknown } | null | undefined)?.then === 'function'
}

function isTopic(entry: Entry, view: HeaderView): boolean {
  const { topicBytes } = entry
  const { raw, topicStart, topicEnd } = view
  if (topicBytes.length !== topicEnd - topicStart) return false
  for (let at = 0; at < topicBytes.length; at++)
    if (topicBytes[at] !== raw[topicStart + at]) return false
  return true
}

function checkTopic(where: string, topic: string): void {
  if (!topicRule.holds(topic)) throw wrong(where, 'topic', topic, topicRule.expected)
}

function checkBindings(where: string, bindings: readonly ClientBinding[]): void {
  bindings.forEach((binding, at) => {
    const place = `${where}: bindings[${at}]`
    checkShape(place, binding, bindingShape)
    const { kind = 'direct', type } = binding
    if (type === undefined && kind !== 'fanout')
      throw wrong(place, 'type', type, kind === 'regex' ? 'a pattern' : 'a message type')
  })
}

function wireBinding(binding: ClientBinding): {
  bindType: BindType
  messageType: Uint8Array
  watermark: number
  persistent: boolean
} {
  const { kind = 'direct', type, watermark = 0, persistent = true } = binding
  return { bindType: kind, messageType: bytesOf(type ?? '*'), watermark, persistent }
}
