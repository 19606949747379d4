// Publishers as the original's are: one connection to every broker of the topic, each message to one of them by chance, and a
// connection that breaks is made again. Consumers on all brokers. Says what was acked by whom, and what arrived from whom.

import { createHash, randomInt } from 'node:crypto'
import { connect, type Client } from '../../src/client/client.ts'
import { randomOf } from './seeded-random.ts'
import { WirePeer } from './wire-peer.ts'

export interface SpreadOptions {
  /** Messages to publish; default: until stopped. */
  readonly count?: number
  /** Unanswered ones at each broker. */
  readonly window?: number
  readonly seed?: number
}

const retryMs = 50
const body = new Uint8Array(200).fill(0x61)

export class SpreadLoad {
  /** Ids that were acked, and how many by each broker. */
  readonly acked: Set<string> = new Set()
  readonly ackedBy: number[]
  /** How often each id came; and how many first came from each broker. */
  readonly received: Map<string, number> = new Map()
  readonly receivedFrom: number[]
  /** Acked and not arrived. */
  missing = 0
  lastAckMs = 0
  lastReceivedMs = 0
  readonly #ports: readonly number[]
  readonly #options: SpreadOptions
  readonly #peers: (WirePeer | undefined)[]
  readonly #unanswered: number[]
  readonly #consumers: Client[] = []
  readonly #waiters = new Set<() => void>()
  readonly #seed: number
  readonly #chance: () => number
  #next = 0
  #stopped = true

  constructor(ports: readonly number[], options: SpreadOptions = {}) {
    this.#ports = ports
    this.#options = options
    this.#seed = options.seed ?? randomInt(2 ** 31)
    this.#chance = randomOf(this.#seed)
    this.#peers = ports.map(() => undefined)
    this.#unanswered = ports.map(() => 0)
    this.ackedBy = ports.map(() => 0)
    this.receivedFrom = ports.map(() => 0)
  }

  /** One client of ours at each broker: it comes back by itself. */
  async consume(topic: string, group: string): Promise<void> {
    for (const [index, port] of this.#ports.entries()) {
      const client = await connect({
        address: `127.0.0.1:${port}`,
        group,
        reconnect: { minMs: retryMs, maxMs: 4 * retryMs },
        answerTimeoutMs: 60_000,
      })
      this.#consumers.push(client)
      const bindings = [{ kind: 'fanout' as const }]
      await client.subscribe({ topic, bindings }, ({ id }) => this.#arrived(index, id))
    }
  }

  async publish(): Promise<void> {
    await Promise.all(this.#ports.map((_, index) => this.#connect(index)))
    this.#stopped = false
    this.#fill()
  }

  /** What is on its way is still answered. */
  stop(): void {
    this.#stopped = true
  }

  /** Resolves once it holds; looked at with every ack and every message. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds()) return
        this.#waiters.delete(look)
        resolve()
      }
      this.#waiters.add(look)
      look()
    })
  }

  async close(): Promise<void> {
    this.stop()
    for (const peer of this.#peers) peer?.close()
    await Promise.all(this.#consumers.map((client) => client.close({ drainMs: 100 })))
  }

  /** Anybody else's message that was acked. */
  noteAck(id: string): void {
    if (!this.acked.has(id) && !this.received.has(id)) this.missing += 1
    this.acked.add(id)
    this.lastAckMs = performance.now()
    this.#look()
  }

  async #connect(index: number): Promise<void> {
    const peer = new WirePeer(this.#ports[index]!, 'p-spread', {
      stored: (id, status) => {
        this.#unanswered[index]! -= 1
        if (status) {
          this.ackedBy[index]! += 1
          this.noteAck(id)
        }
        this.#fill()
      },
      closed: () => {
        this.#peers[index] = undefined
        this.#unanswered[index] = 0
        if (!this.#stopped) setTimeout(() => void this.#connect(index), retryMs)
      },
    })
    await peer.ready.catch(() => undefined)
    if (peer.socket.destroyed) return
    this.#peers[index] = peer
    this.#fill()
  }

  /** One by one to a broker by chance, among those that take one more. */
  #fill(): void {
    const { count = Infinity, window = 64 } = this.#options
    while (!this.#stopped && this.#next < count) {
      const open = this.#ports
        .map((_, index) => index)
        .filter((index) => this.#peers[index] !== undefined && this.#unanswered[index]! < window)
      if (open.length === 0) return
      const index = open[Math.floor(this.#chance() * open.length)]!
      this.#unanswered[index]! += 1
      const id = createHash('md5').update(`${this.#seed} ${this.#next++}`).digest('hex')
      this.#peers[index]!.publish({ id, body })
    }
  }

  #arrived(index: number, id: string): void {
    const times = this.received.get(id) ?? 0
    this.received.set(id, times + 1)
    if (times === 0) {
      if (this.acked.has(id)) this.missing -= 1
      this.receivedFrom[index]! += 1
      this.lastReceivedMs = performance.now()
    }
    this.#look()
  }

  #look(): void {
    for (const look of [...this.#waiters]) look()
  }
}
