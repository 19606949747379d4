// A part of a ZooKeeper for one test, and what goes through a broker that stands in it.

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { commands } from '../../src/net/packet.ts'
import {
  temporaryFolder,
  type BrokerOptions,
  type BrokerProcess,
} from '../support/broker-process.ts'
import { ZooKeeperObserver } from '../support/zookeeper-observer.ts'
import { bytesOf, DoorClient, idIn, type DoorFrame } from './door.ts'

export interface Place {
  /** What a broker needs to find it. */
  readonly options: BrokerOptions
  /** Another client of it. */
  readonly other: ZooKeeperObserver
  readonly chroot: string
}

const config = '[zookeeper]\nsessionSeconds = 1.5\n'
/** For starts that find no ZooKeeper. */
export const impatient: string = `${config}startSeconds = 1\n`
let chroots = 0

/** Below a chroot of its own; the broker goes by `through`, when that is another way to the same servers. */
export function place(
  t: TestContext,
  address: string,
  topics: string,
  { through = address, ...options }: BrokerOptions & { readonly through?: string } = {},
): Place {
  const chroot = `/e${++chroots}`
  const other = new ZooKeeperObserver(address + chroot)
  t.after(() => other.close())
  const args = ['--registry', `zk://${through}${chroot}`, '--topics', topics]
  return {
    other,
    chroot,
    options: { config, ...options, args: [...args, ...(options.args ?? [])] },
  }
}

export function folder(t: TestContext): string {
  const dataDir = temporaryFolder('zookeeper')
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  return dataDir
}

/** Publishes until one arrives: a binding needs a moment from ZooKeeper to the broker. */
export async function arrives(
  publisher: DoorClient,
  consumer: DoorClient,
  type: string,
): Promise<void> {
  const sent = new Set<string>()
  do sent.add(await publish(publisher, type))
  while ((await taken(consumer)).every((id) => !sent.has(id)))
}

/** Publishes until one does not arrive, while another group still gets `witnessed`. */
export async function arrivesNoMore(
  publisher: DoorClient,
  consumer: DoorClient,
  type: string,
  witness: DoorClient,
  witnessed: string,
): Promise<void> {
  for (;;) {
    const id = await publish(publisher, type)
    await arrives(publisher, witness, witnessed)
    if (!(await taken(consumer)).includes(id)) return
  }
}

async function publish(publisher: DoorClient, type: string): Promise<string> {
  const { status, id, feedback } = await publisher.publish({ messageType: bytesOf(type) })
  assert.ok(status, feedback)
  return id
}

/** Ids of what has come, all of it acked. */
async function taken(consumer: DoorClient): Promise<string[]> {
  await consumer.heartBeat()
  const came = consumer.frames.splice(0).filter(({ command }) => command === commands.bytesMessage)
  for (const delivery of came) consumer.answer(delivery)
  return came.map(idIn)
}

/** A publisher that never pauses for long, and a consumer of the group `g`. */
export class Traffic {
  readonly #missing = new Set<string>()
  readonly #publisher: DoorClient
  readonly #consumer: DoorClient
  readonly #running: Promise<void>
  #isOver = false
  #count = 0

  private constructor(publisher: DoorClient, consumer: DoorClient) {
    this.#publisher = publisher
    this.#consumer = consumer
    this.#running = this.#run()
  }

  /** Begins once the binding of the group to `x` counts. */
  static async through({ host, port }: BrokerProcess): Promise<Traffic> {
    const publisher = await DoorClient.join(port, 'p', {}, host)
    const consumer = await DoorClient.join(port, 'g', {}, host)
    await arrives(publisher, consumer, 'x')
    return new Traffic(publisher, consumer)
  }

  get count(): number {
    return this.#count
  }

  /** Every message that was acked has arrived. */
  async end(): Promise<void> {
    this.#isOver = true
    await this.#running
    while (this.#missing.size > 0) this.#took(await this.#consumer.next(commands.bytesMessage))
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      const { status, id, feedback } = await this.#publisher.publish({ messageType: bytesOf('x') })
      assert.ok(status, feedback)
      this.#missing.add(id)
      this.#count += 1
      await this.#consumer.heartBeat()
      for (const frame of this.#consumer.frames.splice(0))
        if (frame.command === commands.bytesMessage) this.#took(frame)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  #took(frame: DoorFrame): void {
    this.#missing.delete(idIn(frame))
    this.#consumer.answer(frame)
  }
}
