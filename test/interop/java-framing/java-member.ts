// A whole client of the last Java version (2016): its nodes in ZooKeeper, a connection to each broker of its topics, brokers
// chosen by chance for every packet. In its order: publisher nodes, list of brokers with a watch and no look at whether
// there is one, connections, bindings. For tests of the broker only.

import { hostname } from 'node:os'
import {
  JavaClient,
  type Decision,
  type Delivery,
  type Inquiry,
  type Listener,
} from './java-client.ts'
import { JavaZooKeeper } from './java-zookeeper.ts'
import type { Answer, Header } from './packets.ts'

/** As the client writes it: the group is its own, 0 direct, 1 regular expression, 2 fanout. */
export interface JavaBinding {
  readonly topic: string
  readonly messageType: string
  readonly bindType: 0 | 1 | 2
  readonly watermark?: number
  readonly persistent?: boolean
}

export interface JavaMemberOptions extends Listener {
  readonly zookeeper: string
  readonly group: string
  /** Topics. */
  readonly publishes?: readonly string[]
  readonly bindings?: readonly JavaBinding[]
  /** Runs while binding nodes hold what is no JSON. */
  readonly beforeJson?: () => Promise<void>
  /** One counter for all connections of a process. */
  readonly opaques?: { next: number }
}

/** What a node holds when nothing else is said. */
const ownAddress = '127.0.0.1'
const picksMax = 4

export class JavaMember {
  readonly deliveries: Delivery[] = []
  readonly inquiries: Inquiry[] = []
  /** By address; one that could not be made, or has ended, stays until its address leaves the lists. */
  readonly connections: Map<string, JavaClient | 'dead'> = new Map()
  readonly #options: JavaMemberOptions
  readonly #zookeeper: JavaZooKeeper
  readonly #opaques: { next: number }
  readonly #brokers = new Map<string, readonly string[]>()
  readonly #watchers = new Set<() => void>()
  #applying: Promise<void> = Promise.resolve()
  #isClosed = false

  private constructor(options: JavaMemberOptions, zookeeper: JavaZooKeeper) {
    this.#options = options
    this.#zookeeper = zookeeper
    this.#opaques = options.opaques ?? { next: 0 }
  }

  /** Resolves when everything is written, with or without a broker. */
  static async start(options: JavaMemberOptions): Promise<JavaMember> {
    const { zookeeper, publishes = [], bindings = [] } = options
    const member = new JavaMember(options, await JavaZooKeeper.connect(zookeeper))
    for (const topic of publishes) await member.#publishNode(topic)
    const topics = new Set([...publishes, ...bindings.map((binding) => binding.topic)])
    for (const topic of topics) await member.#findSoon(topic)
    await member.#bind(bindings)
    return member
  }

  /** The first of up to four brokers that has a connection; rejects when none has. */
  publish(header: Header, body: string | Uint8Array): Promise<Answer> {
    return this.#pick(header.topic).publish(header, body)
  }

  /** Any broker of the topic, not always the one that holds what was prepared. Never answered. */
  decide(header: Header, status: 1 | 2): void {
    this.#pick(header.topic).decide(header, status)
  }

  /** Resolves once `condition` holds; looked at after every delivery, inquiry and change of connections. */
  until(what: string, condition: () => boolean, withinMs = 20_000): Promise<void> {
    if (condition()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!condition()) return
        clearTimeout(timer)
        this.#watchers.delete(look)
        resolve()
      }
      const timer = setTimeout(() => {
        this.#watchers.delete(look)
        reject(new Error(`${what}: not within ${withinMs} ms`))
      }, withinMs)
      this.#watchers.add(look)
    })
  }

  isConnected(address: string): boolean {
    return this.connections.get(address) instanceof JavaClient
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#applying
    this.#zookeeper.close()
    for (const client of this.connections.values()) if (client !== 'dead') await client.close()
  }

  async #publishNode(topic: string): Promise<void> {
    const parent = `/kiteq/pub/${topic}/${this.#options.group}`
    const node = `${parent}/${hostname()}`
    await this.#zookeeper.remove(node)
    await this.#zookeeper.makeParents(parent)
    await this.#zookeeper.create(node, ownAddress, 'ephemeral')
  }

  /** One list after the other. */
  #findSoon(topic: string): Promise<void> {
    this.#applying = this.#applying.then(() => this.#find(topic))
    return this.#applying
  }

  async #find(topic: string): Promise<void> {
    if (this.#isClosed) return
    const changed = (): void => void this.#findSoon(topic)
    const names = await this.#zookeeper.children(`/kiteq/server/${topic}`, changed)
    if (names === undefined) return // never looked at again
    this.#brokers.set(
      topic,
      names.map((name) => name.split('?')[0]!),
    )
    await this.#apply()
  }

  async #apply(): Promise<void> {
    const wanted = new Set([...this.#brokers.values()].flat())
    for (const [address, client] of this.connections) {
      if (wanted.has(address)) continue
      this.connections.delete(address)
      if (client !== 'dead') await client.close()
    }
    for (const address of wanted) if (!this.connections.has(address)) await this.#connect(address)
    this.#changed()
  }

  async #connect(address: string): Promise<void> {
    const [host, port] = address.split(':')
    const { group } = this.#options
    try {
      const client = await JavaClient.connect({
        ...{ host: host!, port: Number(port), group, warmingUpSeconds: 0 },
        opaques: this.#opaques,
        onMessage: (delivery) => this.#onMessage(delivery),
        onInquiry: (inquiry) => this.#onInquiry(inquiry),
      })
      this.connections.set(address, client)
      void client.closed.then(() => {
        if (this.connections.get(address) === client) this.connections.set(address, 'dead')
        this.#changed()
      })
    } catch {
      this.connections.set(address, 'dead')
    }
  }

  async #bind(bindings: readonly JavaBinding[]): Promise<void> {
    const { group, beforeJson } = this.#options
    const texts = [...new Set(bindings.map(({ topic }) => topic))].map((topic) => {
      const own = bindings.filter((binding) => binding.topic === topic)
      const json = JSON.stringify(own.map((binding) => jsonOf(group, binding)))
      return { node: `/kiteq/sub/${topic}/${group}-bind`, json }
    })
    for (const { node } of texts) {
      await this.#zookeeper.makeParents(node.slice(0, node.lastIndexOf('/')))
      if (!(await this.#zookeeper.exists(node)))
        await this.#zookeeper.create(node, ownAddress, 'persistent')
    }
    await beforeJson?.()
    for (const { node, json } of texts) await this.#zookeeper.write(node, json)
  }

  async #onMessage(delivery: Delivery): Promise<boolean> {
    try {
      return (await this.#options.onMessage?.(delivery)) ?? true
    } finally {
      this.deliveries.push(delivery)
      this.#changed()
    }
  }

  #onInquiry(inquiry: Inquiry): Decision {
    this.inquiries.push(inquiry)
    this.#changed()
    return this.#options.onInquiry?.(inquiry)
  }

  #pick(topic: string): JavaClient {
    const addresses = this.#brokers.get(topic) ?? []
    for (let i = 0; i < picksMax && addresses.length > 0; i++) {
      const address = addresses[Math.floor(Math.random() * addresses.length)]!
      const client = this.connections.get(address)
      if (client !== undefined && client !== 'dead') return client
    }
    throw new Error(`no connection to a broker of ${topic}`)
  }

  #changed(): void {
    for (const look of this.#watchers) look()
  }
}

/** The keys in the order of the client. */
function jsonOf(group: string, binding: JavaBinding): object {
  const { topic, messageType, bindType, watermark = 6000, persistent = true } = binding
  return { groupId: group, topic, messageType, bindType, version: '1.0.0', watermark, persistent }
}
