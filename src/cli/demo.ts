// `kiteq demo`: the story of a broker in under a minute, on this machine and with real processes: publish, a transaction
// whose publisher dies, a kill -9 in the middle of publishing. Everything it says it has seen; it waits for events only.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { connect, type Client } from '../client/client.ts'
import type { OutgoingMessage } from '../client/outgoing.ts'
import type { Settle } from '../client/pending.ts'
import { KiteQError } from '../model/errors.ts'
import { exitCodes } from './exit-codes.ts'
import { print } from './terminal.ts'
import { lifeOf, linesOf } from './why.ts'

const topic = 'trade'
const type = 'pay-succ-200'
const messageCount = 20_000
/** The broker is killed once so many are acked. */
const killAfter = 5_000
/** Broker down and up again, with time to spare on a slow machine. */
const patience = {
  answerTimeoutMs: 60_000,
  startupMs: 30_000,
  reconnect: { minMs: 50, maxMs: 500 },
}

export function register(program: Command): void {
  program
    .command('demo')
    .description('tell the story of a broker in under a minute')
    .action(async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'kiteq-demo-'))
      const stage = new Stage(folder)
      // Stopped in the middle: no broker and no folder may stay behind.
      for (const signal of ['SIGINT', 'SIGTERM'] as const)
        process.once(signal, () => {
          stage.abandon()
          rmSync(folder, { recursive: true, force: true })
          process.exit(exitCodes.negative)
        })
      try {
        await tell(stage)
      } finally {
        await stage.clear()
        rmSync(folder, { recursive: true, force: true })
      }
    })
}

async function tell(stage: Stage): Promise<void> {
  const startedMs = performance.now()
  say('1. A broker starts, with nothing but a data folder.')
  await stage.startBroker()
  const received = new Received()
  const consumer = await stage.client('s-trade-a')
  await consumer.subscribe({ topic, bindings: [{ kind: 'direct', type }] }, (message) =>
    received.add(message.id, message.text()),
  )
  detail(`group s-trade-a listens to ${topic} / ${type}`)
  const publisher = await stage.client('ps-trade-a')
  await publishOne(publisher, received)
  await transact(publisher, received)
  await checkBack(stage, publisher, received)
  const interesting = await killInTheMiddle(stage, publisher, received)
  say(`6. Why? The life of ${interesting}, as the log tells it.`)
  const { lives } = await lifeOf(stage.dataDir, interesting)
  for (const line of lives.flatMap(linesOf)) detail(line)
  say(`Done in ${((performance.now() - startedMs) / 1000).toFixed(1)} s.`)
}

async function publishOne(publisher: Client, received: Received): Promise<void> {
  say('2. A publish is acked once it is on disk, and delivered.')
  const { id, feedback } = await publisher.publish(payment('payment 1'))
  detail(`acked      ${id} "${feedback}"`)
  detail(`delivered  ${id} "${await received.one(id)}"`)
}

async function transact(publisher: Client, received: Received): Promise<void> {
  say('3. A transaction: nobody sees the message before the local work is done.')
  const { id } = await publisher.publishInTransaction(payment('payment 2'), () => {
    detail('prepared   the ledger is written now')
  })
  detail(`committed  ${id}`)
  detail(`delivered  ${id} "${await received.one(id)}"`)
  const failed = publisher.publishInTransaction(payment('never seen'), () =>
    Promise.reject(new Error('no funds')),
  )
  await failed.catch((error: unknown) => detail(`rolled back, because of: ${String(error)}`))
}

/** The publisher goes away between prepare and commit; another one of its group is asked. */
async function checkBack(stage: Stage, colleague: Client, received: Received): Promise<void> {
  say('4. A publisher prepares and dies before it decides. The broker asks its group.')
  const asked = new Promise<string>((resolve) => {
    colleague.onCheck((inquiry) => {
      resolve(inquiry.id)
      return 'commit'
    })
  })
  const forgetful = await stage.client('ps-trade-a')
  await new Promise<void>((prepared) => {
    const never = new Promise<never>(() => {
      // the work that is never finished
    })
    void forgetful.publishInTransaction(payment('payment 3'), () => {
      prepared()
      return never
    })
  })
  await forgetful.close({ drainMs: 0 })
  detail('prepared   and the publisher is gone')
  const id = await asked
  detail(`asked      "what became of ${id}?", answered commit by another publisher of the group`)
  detail(`delivered  ${id} "${await received.one(id)}"`)
}

/** Returns the id of a message the kill has touched: delivered twice, or at least not answered when the broker died. */
async function killInTheMiddle(
  stage: Stage,
  publisher: Client,
  received: Received,
): Promise<string> {
  say(`5. ${messageCount} publishes; kill -9 of the broker in the middle of them.`)
  const ids = new Set<string>()
  const acked = new Set<string>()
  const before = received.count
  let killed: Promise<string> | undefined
  await new Promise<void>((resolve, reject) => {
    const settle: Settle = (error, answer) => {
      if (answer === undefined) reject(error!)
      else acked.add(answer.id)
      if (acked.size === killAfter && killed === undefined) {
        send(messageCount / 2, messageCount) // right before, so that something is always in the middle
        killed = kill(stage, ids, acked)
      }
      if (acked.size === messageCount) resolve()
    }
    const send = (from: number, to: number): void => {
      for (let at = from; at < to; at++) ids.add(publisher.send(payment(`order ${at}`), settle))
    }
    send(0, messageCount / 2)
  })
  const unanswered = await killed!
  detail(`all ${acked.size} are acked now: what had no answer was sent again under the same id`)
  await received.all(ids)
  detail(`all ${ids.size} are delivered; ${received.count - before - ids.size} of them twice,`)
  detail('because their acks were not on disk when the broker died')
  return received.twice ?? unanswered
}

async function kill(
  stage: Stage,
  ids: ReadonlySet<string>,
  acked: ReadonlySet<string>,
): Promise<string> {
  await stage.kill9()
  const open = [...ids].filter((id) => !acked.has(id))
  detail(`killed     ${acked.size} acked, ${open.length} publishes without an answer`)
  await stage.startBroker()
  return open[0]!
}

/** What the consumer has seen. */
class Received {
  count = 0
  /** The first message that came twice. */
  twice: string | undefined
  readonly #bodies = new Map<string, string>()
  #watch: () => void = () => undefined

  add(id: string, body: string): void {
    this.count++
    if (this.#bodies.has(id)) this.twice ??= id
    this.#bodies.set(id, body)
    this.#watch()
  }

  async one(id: string): Promise<string> {
    await this.#until(() => this.#bodies.has(id))
    return this.#bodies.get(id)!
  }

  async all(ids: ReadonlySet<string>): Promise<void> {
    const missing = new Set(ids)
    await this.#until(() => {
      for (const id of missing) {
        if (!this.#bodies.has(id)) return false
        missing.delete(id)
      }
      return true
    })
  }

  #until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#watch = () => {
        if (!isSo()) return
        this.#watch = () => undefined
        resolve()
      }
      this.#watch()
    })
  }
}

/** The broker's process and everybody who talks to it. */
class Stage {
  readonly dataDir: string
  readonly #config: string
  readonly #clients: Client[] = []
  #broker: ChildProcess | undefined
  /** A free port the first time, the same one later. */
  #address = '127.0.0.1:0'

  constructor(folder: string) {
    this.dataDir = path.join(folder, 'data')
    this.#config = path.join(folder, 'kiteq.toml')
    // The first question after a second instead of five: this is a demonstration.
    writeFileSync(this.#config, '[transactions]\ninquiryFirstSeconds = 1\n')
  }

  async startBroker(): Promise<void> {
    const flags = ['--listen', this.#address, '--http', 'off', '--data-dir', this.dataDir]
    const self = [...process.execArgv, process.argv[1]!]
    const broker = spawn(process.execPath, [...self, 'serve', ...flags, '--config', this.#config], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#broker = broker
    const complaints: string[] = []
    broker.stderr.on('data', (chunk: Buffer) => complaints.push(chunk.toString()))
    for await (const line of createInterface({ input: broker.stdout })) {
      const address = /listening on (\S+:\d+)/.exec(line)?.[1]
      if (address === undefined) continue
      this.#address = address
      detail(`broker: ${line}`)
      return
    }
    throw new KiteQError('KITEQ_CLOSED', `the broker did not start: ${complaints.join('').trim()}`)
  }

  async client(group: string): Promise<Client> {
    const client = await connect({ address: this.#address, group, ...patience })
    this.#clients.push(client)
    return client
  }

  async kill9(): Promise<void> {
    await this.#end('SIGKILL')
  }

  abandon(): void {
    this.#broker?.kill('SIGKILL')
  }

  async clear(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close({ drainMs: 500 })))
    await this.#end('SIGTERM')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const broker = this.#broker
    if (broker === undefined || broker.exitCode !== null || broker.signalCode !== null) return
    const exit = once(broker, 'exit')
    broker.kill(signal)
    await exit
  }
}

function payment(body: string): OutgoingMessage {
  return { topic, type, body }
}

function say(line: string): void {
  print(`\n${line}`)
}

function detail(line: string): void {
  print(`   ${line}`)
}
