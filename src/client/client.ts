// The typed client: publish, transact, subscribe over one connection that comes back by itself. Puts the parts together
// and hands each frame to the one it is for. Nothing of it survives close(): no timer, no socket, no open promise.

import { KiteQError } from '../model/errors.ts'
import { clientDrainMs } from '../model/limits.ts'
import { commands } from '../net/packet.ts'
import { Connection, type ConnectionUser } from './connection.ts'
import { Events, type Listener } from './events.ts'
import { settingsOf, type ClientOptions } from './options.ts'
import type { OutgoingMessage, StoredMessage } from './outgoing.ts'
import type { PublishAnswer, Settle } from './pending.ts'
import { Publisher } from './publisher.ts'
import { Requests } from './requests.ts'
import { checkFunction, checkShape, integerFrom, oneOf, wrong, type Shape } from './shape.ts'
import {
  Subscriber,
  type ClientBinding,
  type FlowOptions,
  type Handler,
  type SubscribeOptions,
  type Subscription,
} from './subscriber.ts'
import { Transactions, type CheckHandler, type TransactionAnswer } from './transactions.ts'

export interface ClientEvents {
  /** The address of the broker; after the first time, too. */
  readonly connected: string
  /** Why; the client goes on trying unless `closed` follows. */
  readonly disconnected: KiteQError
  /** Something went wrong that no promise is there for. */
  readonly error: KiteQError
  /** It is over: by close() (undefined), or because the client gave up. */
  readonly closed: KiteQError | undefined
}

const events: Readonly<Record<keyof ClientEvents, true>> = {
  connected: true,
  disconnected: true,
  error: true,
  closed: true,
}
const eventName = oneOf(...Object.keys(events))

const timerMsMax = 0x7fff_ffff
const closeShape: Shape<CloseOptions> = { drainMs: integerFrom(0, timerMsMax) }

export interface CloseOptions {
  /** How long to wait for handlers at work and for publishes without an answer. Default 5 s. */
  readonly drainMs?: number
}

/**
 * Resolves when the first broker has said yes. Rejects with KITEQ_CLOSED or KITEQ_TIMEOUT (nobody there),
 * KITEQ_REFUSED (not welcome), KITEQ_USAGE (an option is wrong).
 */
export async function connect(options: ClientOptions): Promise<Client> {
  const client = new Client(options)
  await client.ready()
  return client
}

export class Client {
  readonly #connection: Connection
  readonly #requests: Requests
  readonly #publisher: Publisher
  readonly #transactions: Transactions
  readonly #subscriber: Subscriber
  readonly #events = new Events<ClientEvents>()
  readonly #waitingForReady: {
    readonly resolve: () => void
    readonly reject: (error: KiteQError) => void
  }[] = []
  #address: string | undefined
  #closedBy: KiteQError | undefined
  #closing: Promise<void> | undefined

  /** Begins to connect. Throws KITEQ_USAGE. */
  constructor(options: ClientOptions) {
    const settings = settingsOf(options)
    const report = (error: KiteQError): void => this.#events.emit('error', error)
    this.#connection = new Connection(settings, this.#parts(report))
    this.#requests = new Requests(this.#connection, settings.answerTimeoutMs)
    this.#publisher = new Publisher(settings, this.#connection)
    this.#transactions = new Transactions(
      this.#connection,
      this.#publisher,
      settings.answerTimeoutMs,
      report,
    )
    this.#subscriber = new Subscriber(this.#connection, this.#requests, report)
    this.#connection.start()
  }

  /** Of the broker at the other end; undefined while there is none. */
  get address(): string | undefined {
    return this.#address
  }

  /** Publishes and prepares without an answer. */
  get pendingCount(): number {
    return this.#publisher.pendingCount
  }

  /** Resolves when connected; rejects as connect() does. */
  ready(): Promise<void> {
    if (this.#address !== undefined) return Promise.resolve()
    if (this.#closedBy !== undefined) return Promise.reject(this.#closedBy)
    return new Promise((resolve, reject) => this.#waitingForReady.push({ resolve, reject }))
  }

  /** Returns what removes the listener again. Throws KITEQ_USAGE. */
  on<K extends keyof ClientEvents>(name: K, listener: Listener<ClientEvents[K]>): () => void {
    if (!eventName.holds(name)) throw wrong('on', 'the event', name, eventName.expected)
    checkFunction('on', 'the listener', listener)
    return this.#events.on(name, listener)
  }

  /**
   * Resolves when the message is stored. Rejects with KITEQ_REFUSED (the broker's words), KITEQ_TIMEOUT (it may be
   * stored: the same id can be published again), KITEQ_FULL (wait for room()), KITEQ_USAGE, KITEQ_CLOSED.
   */
  publish(message: OutgoingMessage): Promise<PublishAnswer> {
    return new Promise((resolve, reject) => {
      this.#publisher.send(message, (error, answer) => {
        if (answer === undefined) reject(error!)
        else resolve(answer)
      })
    })
  }

  /** publish() without a promise, for hundreds of thousands a second. Throws KITEQ_USAGE, KITEQ_FULL, KITEQ_CLOSED; the rest is told to `settle`, once. Returns the id. */
  send(message: OutgoingMessage, settle: Settle): string {
    checkFunction('send', 'settle', settle)
    return this.#publisher.send(message, settle)
  }

  /** @internal send() of what a log holds. */
  sendStored(message: StoredMessage, settle: Settle): string {
    return this.#publisher.send(message, settle)
  }

  /** Resolves when a publish would not be refused with KITEQ_FULL. */
  room(): Promise<void> {
    return this.#publisher.room()
  }

  /** Resolves when no publish waits for its answer. */
  settled(): Promise<void> {
    return this.#publisher.settled()
  }

  /**
   * Prepares, runs `work`, then commits; rolls back when it throws, and throws that error. Nobody sees the message
   * before the commit. Rejects as publish() does, and then `work` never ran. Settles once the system has the bytes of
   * the decision, at the latest `answerTimeoutMs` after it was made: a process may end right after.
   */
  publishInTransaction<T>(
    message: OutgoingMessage,
    work: () => T | Promise<T>,
  ): Promise<TransactionAnswer<T>> {
    return this.#transactions.run(message, work)
  }

  /** Answers the broker that asks about a prepared message nobody has decided; without one the answer is 'unknown'. Throws KITEQ_USAGE. */
  onCheck(handler: CheckHandler): void {
    checkFunction('onCheck', 'the handler', handler)
    this.#transactions.check = handler
  }

  /**
   * Resolves when the bindings are in force. The bindings of a group and a topic are one list: `bindings` replaces, for
   * the whole group and without a word, what its clients bound before; leave it out to use what is there. One handler
   * per topic. Rejects with KITEQ_REFUSED, KITEQ_TIMEOUT, KITEQ_USAGE, KITEQ_CLOSED.
   */
  subscribe(
    options: SubscribeOptions,
    handler: Handler,
    flow: FlowOptions = {},
  ): Promise<Subscription> {
    if (this.#closedBy !== undefined) return Promise.reject(this.#closedBy)
    return this.#subscriber.subscribe(options, handler, flow)
  }

  /** Makes the list of this group's bindings of one topic complete: it replaces the one before. Resolves with the broker's remark, as in Subscription. */
  async bind(topic: string, bindings: readonly ClientBinding[]): Promise<string> {
    return this.#subscriber.bind(topic, bindings)
  }

  /** Removes this group's bindings of one topic, as far as clients made them. */
  unbind(topic: string): Promise<void> {
    return this.#subscriber.unbind(topic)
  }

  /**
   * Takes no more deliveries, waits up to `drainMs` for handlers and answers, sends what is to be sent, rejects what is
   * left with KITEQ_CLOSED, closes the socket. Idempotent; never rejects; ends within drainMs and a second.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    checkShape('close', options, closeShape)
    this.#closing ??= this.#close(options.drainMs ?? clientDrainMs)
    await this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(drainMs: number): Promise<void> {
    const already = this.#closedBy !== undefined
    this.#closedBy ??= new KiteQError('KITEQ_CLOSED', 'the client was closed')
    for (const { reject } of this.#waitingForReady.splice(0)) reject(this.#closedBy)
    this.#connection.beLast()
    const handlers = this.#subscriber.stop()
    // Without a link nobody will answer: only handlers are worth a wait.
    const answers = this.#connection.isOpen ? this.#publisher.settled() : Promise.resolve()
    await atMost(drainMs, Promise.all([handlers, answers]))
    this.#publisher.close(this.#closedBy)
    this.#requests.close(this.#closedBy)
    await this.#connection.end()
    this.#transactions.close()
    this.#address = undefined
    if (!already) this.#events.emit('closed', undefined)
  }

  #parts(report: (error: KiteQError) => void): ConnectionUser {
    return {
      opened: (address) => this.#opened(address),
      frame: (command, opaque, source, start, end) => {
        if (command === commands.storeAck) this.#publisher.answered(opaque, source, start, end)
        else if (command === commands.bytesMessage || command === commands.stringMessage)
          this.#subscriber.delivered(command, opaque, source, start, end)
        else if (command === commands.txAck) this.#transactions.inquired(opaque, source, start, end)
        else if (command === commands.commandAck) {
          const refused = this.#requests.answered(opaque, source, start, end)
          if (refused !== undefined) this.#subscriber.creditRefused(refused)
        }
        // An unknown command of a newer broker is ignored, as the broker ignores ours.
      },
      drained: () => this.#publisher.wake(),
      failed: report,
      lost: (error) => {
        this.#address = undefined
        if (this.#closing === undefined) this.#publisher.lost(error)
        else this.#publisher.close(this.#closedBy ?? error)
        this.#events.emit('disconnected', error)
      },
      ended: (error) => this.#ended(error),
    }
  }

  #opened(address: string): void {
    this.#address = address
    this.#subscriber.opened()
    this.#requests.opened()
    this.#transactions.opened()
    this.#publisher.opened()
    for (const { resolve } of this.#waitingForReady.splice(0)) resolve()
    this.#events.emit('connected', address)
  }

  /** The connection has given up. */
  #ended(error: KiteQError): void {
    if (this.#closedBy !== undefined) return
    this.#closedBy = error
    this.#publisher.close(error)
    this.#requests.close(error)
    this.#transactions.close()
    void this.#subscriber.stop()
    for (const { reject } of this.#waitingForReady.splice(0)) reject(error)
    this.#events.emit('closed', error)
  }
}

/** Waits for `work`, but not longer than `ms`. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}
