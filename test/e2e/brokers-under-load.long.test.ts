// Several brokers of one topic under load: kills, returns, and who takes which share. Nothing that was acked may be missing.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, type Client } from '../../src/client/client.ts'
import { BrokerSet } from '../support/broker-set.ts'
import { SpreadLoad } from '../support/spread-load.ts'

const topic = 'trade'
const burst = 10_000

/** A publisher of ours with a list of brokers: keeps so many unanswered until it is told to stop, and counts acks by broker. */
class ListPublisher {
  readonly client: Client
  readonly ackedAt = new Map<string, number>()
  readonly #load: SpreadLoad
  #stopped = false

  constructor(client: Client, load: SpreadLoad) {
    this.client = client
    this.#load = load
  }

  static async start(addresses: readonly string[], load: SpreadLoad): Promise<ListPublisher> {
    const client = await connect({
      addresses,
      group: 'p-list',
      reconnect: { minMs: 20, maxMs: 200 },
      answerTimeoutMs: 60_000,
    })
    const publisher = new ListPublisher(client, load)
    for (let n = 0; n < 32; n++) publisher.#send()
    return publisher
  }

  /** Acks while connected there. */
  countAt(address: string): number {
    return this.ackedAt.get(address) ?? 0
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.client.settled()
  }

  #send(): void {
    if (this.#stopped) return
    const id = this.client.send({ topic, type: 'pay', body: 'listed' }, (error) => {
      if (error !== undefined) throw error
      const { address } = this.client
      if (address !== undefined) this.ackedAt.set(address, this.countAt(address) + 1)
      this.#load.noteAck(id)
      setImmediate(() => this.#send())
    })
  }
}

test(
  'of two brokers one is killed under load and comes back, then the other',
  { timeout: 120_000 },
  async (t) => {
    const set = await BrokerSet.start(2)
    t.after(() => set.close())
    const load = new SpreadLoad([set.port(0), set.port(1)])
    t.after(() => load.close())
    await load.consume(topic, 's-trade')
    await load.publish()
    const [a, b] = [set.address(0), set.address(1)] as const
    const lists = [await ListPublisher.start([a, b], load), await ListPublisher.start([b, a], load)]
    t.after(() => Promise.all(lists.map(({ client }) => client.close({ drainMs: 0 }))))
    const more = async (index: number, count: number): Promise<void> => {
      const wanted = load.ackedBy[index]! + count
      await load.until(() => load.ackedBy[index]! >= wanted)
    }
    const allAt = async (address: string, count: number): Promise<void> => {
      const wanted = lists.map((list) => list.countAt(address) + count)
      await load.until(() => lists.every((list, at) => list.countAt(address) >= wanted[at]!))
    }
    await more(0, 1000)
    await more(1, 1000)

    await set.kill9(0)
    await more(1, 1000) // whoever finds a broker by chance goes on at the other
    await allAt(b, 500) // and so does whoever has a list
    await set.restart(0)
    await more(0, 1000)
    const fromA = load.receivedFrom[0]!
    await load.until(() => load.receivedFrom[0]! > fromA + 500)

    await set.kill9(1)
    await allAt(a, 500) // the one that is back is used again
    await set.restart(1)
    await more(1, 1000)

    load.stop()
    await Promise.all(lists.map((list) => list.stop()))
    await load.until(() => load.missing === 0)
    const twice = [...load.received.values()].filter((times) => times > 1).length
    t.diagnostic(`${load.acked.size} acked, 0 missing, ${twice} came more than once`)
    assert.equal(load.missing, 0)
  },
)

for (const count of [1, 3])
  test(
    `a burst of 10,000 reaches ${count} broker(s) in fair shares and none is lost`,
    { timeout: 120_000 },
    async (t) => {
      const set = await BrokerSet.start(count)
      t.after(() => set.close())
      const ports = Array.from({ length: count }, (_, index) => set.port(index))
      const load = new SpreadLoad(ports, { count: burst, window: burst })
      t.after(() => load.close())
      await load.consume(topic, 's-trade')
      const begun = performance.now()
      await load.publish()
      await load.until(() => load.acked.size === burst && load.missing === 0)
      const rate = (until: number): number => Math.round((burst * 1000) / (until - begun))
      t.diagnostic(
        `${rate(load.lastAckMs)} acked/s, ${rate(load.lastReceivedMs)} received/s, shares ${load.ackedBy.join(', ')}`,
      )
      assert.equal(load.received.size, burst)
      assert.equal(
        load.ackedBy.reduce((sum, one) => sum + one, 0),
        burst,
      )
      for (const [index, share] of load.ackedBy.entries())
        assert.ok(share >= burst / count / 2, `broker ${index} took ${share} of ${burst}`)
    },
  )
