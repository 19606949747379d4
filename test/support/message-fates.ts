// A broker in this process with one message of every fate a message can have, made through its doors: each with a type and a
// group of its own, named by the fate. Waits for answers and deliveries; only an expiry takes real time.

import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { connect } from '../../src/client/client.ts'
import { loadConfig } from '../../src/config.ts'
import { startBroker, type RunningBroker } from '../../src/kiteq.ts'
import { askOwner } from '../../src/log/folder-owner.ts'
import { commands } from '../../src/net/packet.ts'
import { bytesOf, DoorClient } from '../e2e/door.ts'
import { temporaryFolder } from './broker-process.ts'

export const fates = [
  'delivered',
  'retried',
  'watermark',
  'offline',
  'parked',
  'expired',
  'dead',
  'rolled-back',
  'duplicate',
  'in-flight',
  'window',
  'prepared',
  'skipped',
] as const
export type Fate = (typeof fates)[number]

export interface FatesBroker {
  readonly dataDir: string
  readonly broker: RunningBroker
  /** Stops the broker; the folder stays until the test ends. */
  stop(): Promise<void>
}

/** Back-off of an hour after the second attempt, leases of an hour: what is to be seen stays. */
const settings = `
[delivery]
deliverySeconds = 3600
backOff = [[1, 0], [2, 3600]]
[transactions]
inquiryFirstSeconds = 3600
inquiryMaxSeconds = 3600
[log]
idleCloseSeconds = 3600
`

/** The same in every run, so that what is printed can be compared. */
export function idOfFate(fate: string): string {
  return createHash('sha256').update(fate).digest('hex').slice(0, 32)
}

export async function brokerWithFates(after: (work: () => unknown) => void): Promise<FatesBroker> {
  const dataDir = temporaryFolder('fates')
  after(() => rmSync(dataDir, { recursive: true, force: true }))
  const config = loadConfig(
    { dataDir, listen: '127.0.0.1:0', http: 'off', config: 'settings' },
    () => settings,
  )
  const broker = await startBroker(config)
  const clients: DoorClient[] = []
  const stop = async (): Promise<void> => {
    for (const client of clients) client.close()
    await broker.close()
  }
  after(stop)
  const port = Number(broker.address.split(':').at(-1))
  const fate = new Maker(port, dataDir, broker, clients)
  await fate.makeAll()
  return { dataDir, broker, stop }
}

class Maker {
  readonly #port: number
  readonly #dataDir: string
  readonly #broker: RunningBroker
  readonly #clients: DoorClient[]
  #publisher!: DoorClient

  constructor(port: number, dataDir: string, broker: RunningBroker, clients: DoorClient[]) {
    this.#port = port
    this.#dataDir = dataDir
    this.#broker = broker
    this.#clients = clients
  }

  async makeAll(): Promise<void> {
    this.#publisher = await this.#join('shop')
    await this.#expired()
    await this.#delivered()
    await this.#retried()
    await this.#offline()
    await this.#parked()
    await this.#dead()
    await this.#rolledBack()
    await this.#duplicate()
    await this.#inFlight()
    await this.#window()
    await this.#publish('prepared', { commit: false })
    await this.#skipped()
    await this.#untilExpired()
    await this.#watermark()
  }

  async #delivered(): Promise<void> {
    const typo = await this.#join('audit', 'pay-delivred')
    const member = await this.#join('delivered', 'pay-delivered')
    await this.#publish('delivered')
    await this.#answer(member, true)
    await typo.bind(bytesOf('trade'), [direct('pay-delivered')])
  }

  async #retried(): Promise<void> {
    const member = await this.#join('retried', 'pay-retried')
    await this.#publish('retried')
    await this.#answer(member, false, 'the ledger is locked')
    await this.#answer(member, false, 'the ledger is locked')
  }

  /** Five messages, one a second: the last waits for the whole time of a test. */
  async #watermark(): Promise<void> {
    const member = await this.#join('watermark', 'pay-watermark', { watermark: 1 })
    for (let n = 0; n < 19; n++) await this.#publish(`watermark ${n}`, {}, 'pay-watermark')
    await this.#publish('watermark')
    await member.next(commands.stringMessage)
  }

  async #offline(): Promise<void> {
    const member = await this.#join('offline', 'pay-offline')
    await this.#left(member)
    await this.#publish('offline')
  }

  /** Bound by an operator, so that no connection comes in between. */
  async #parked(): Promise<void> {
    await this.#bind('parked', 'pay-parked')
    await this.#publish('parked')
    await this.#bind('parked', 'pay-later')
  }

  async #expired(): Promise<void> {
    await this.#bind('expired', 'pay-expired')
    await this.#publish('expired', { expiredTime: Math.floor(Date.now() / 1000) + 2 })
  }

  /** A door without events: asked again and again. */
  async #untilExpired(): Promise<void> {
    const { state } = this.#broker.loop
    const group = state.groupNames.numberOfText('expired')
    while (state.dead.list().every((letter) => letter.group !== group))
      await new Promise((resolve) => setTimeout(resolve, 20))
  }

  async #dead(): Promise<void> {
    const member = await this.#join('dead', 'pay-dead')
    await this.#publish('dead', { deliverLimit: 1 })
    await this.#answer(member, false, 'no such account')
  }

  async #rolledBack(): Promise<void> {
    await this.#bind('rolled-back', 'pay-rolled-back')
    const client = await connect({ address: this.#broker.address, group: 'shop' })
    const message = { topic: 'trade', type: 'pay-rolled-back', body: 'order 7 is paid' }
    const sold = new Error('sold out')
    await client
      .publishInTransaction({ ...message, id: idOfFate('rolled-back') }, () => {
        throw sold
      })
      .catch((error: unknown) => {
        if (error !== sold) throw error
      })
    await client.close()
    while (this.#broker.loop.state.transactions.open > 0)
      await new Promise((resolve) => setTimeout(resolve, 5))
  }

  async #duplicate(): Promise<void> {
    const member = await this.#join('duplicate', 'pay-duplicate')
    await this.#publish('duplicate')
    await this.#answer(member, true)
    await this.#publish('duplicate')
    const other = await this.#try('duplicate', bytesOf('other content'))
    if (other.status) throw new Error('other content was taken under a known id')
  }

  async #inFlight(): Promise<void> {
    const member = await this.#join('in-flight', 'pay-in-flight')
    await this.#publish('in-flight')
    await member.next(commands.stringMessage)
  }

  /** It asks for one at a time, and does not answer the first. */
  async #window(): Promise<void> {
    const member = await this.#join('window', 'pay-window')
    member.credit(1)
    await member.heartBeat()
    await this.#publish('window 0', {}, 'pay-window')
    await member.next(commands.stringMessage)
    await this.#publish('window')
  }

  async #skipped(): Promise<void> {
    const member = await this.#join('skipped', 'pay-skipped', { persistent: false })
    await this.#left(member)
    await this.#publish('skipped')
  }

  async #join(group: string, type?: string, more: object = {}): Promise<DoorClient> {
    const client = await DoorClient.join(
      this.#port,
      group,
      type === undefined ? {} : { trade: [{ ...direct(type), ...more }] },
    )
    this.#clients.push(client)
    return client
  }

  /** Until the broker knows. */
  async #left(member: DoorClient): Promise<void> {
    const { members } = this.#broker.loop.session
    const before = members.size
    member.close()
    while (members.size === before) await new Promise((resolve) => setTimeout(resolve, 5))
  }

  async #bind(group: string, type: string): Promise<void> {
    const bindings = [{ bindType: 'direct', messageType: type }]
    await askOwner(this.#dataDir, { op: 'bind', topic: 'trade', group, bindings, who: 'kai' })
  }

  async #publish(name: string, fields: object = {}, type = `pay-${name}`): Promise<void> {
    const answer = await this.#try(name, bytesOf('order 7 is paid'), fields, type)
    if (!answer.status) throw new Error(`${name}: ${answer.feedback}`)
  }

  #try(
    name: string,
    body: Uint8Array,
    fields: object = {},
    type = `pay-${name}`,
  ): Promise<{ status: boolean; feedback: string }> {
    const header = {
      messageId: bytesOf(idOfFate(name)),
      topic: bytesOf('trade'),
      messageType: bytesOf(type),
      group: bytesOf('shop'),
      ...fields,
    }
    return this.#publisher.publish(header, body, commands.stringMessage)
  }

  async #answer(member: DoorClient, status: boolean, feedback = ''): Promise<void> {
    member.answer(await member.next(commands.stringMessage), status, feedback)
    await member.heartBeat()
    await this.#publisher.heartBeat()
  }
}

function direct(type: string): { bindType: 'direct'; messageType: Uint8Array } {
  return { bindType: 'direct', messageType: bytesOf(type) }
}

/** What stays the same from run to run: times and numbers are not looked at, nor the blanks that line them up. */
export function withoutNumbers(text: string): string {
  return text
    .replace(/\+?\d+\.\d+ s/g, '# s')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '#')
    .replace(/\b(?![0-9a-f]{32}\b)\d+\b/g, '#')
    .replace(/ +/g, ' ')
}
