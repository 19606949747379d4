// Several real brokers of the same topics, which know each other by one registry file, each with a folder of its own.
// Ports are fixed, so that a broker that is killed comes back where its clients look for it.

import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { startBroker, temporaryFolder, type BrokerProcess } from './broker-process.ts'
import { freePorts } from './free-ports.ts'

export interface BrokerSetOptions {
  /** Default: trade. */
  readonly topics?: readonly string[]
  /** YAML of `bindings:`, a line each. */
  readonly bindings?: readonly string[]
  /** Text of a kiteq.toml. */
  readonly config?: string
  /** Instead of the registry file: arguments of `serve` for the broker with this address. */
  readonly args?: (address: string) => readonly string[]
}

export class BrokerSet {
  readonly #options: BrokerSetOptions
  readonly #folder: string
  readonly #ports: readonly number[]
  readonly #running: (BrokerProcess | undefined)[]

  private constructor(options: BrokerSetOptions, ports: readonly number[]) {
    this.#options = options
    this.#ports = ports
    this.#folder = temporaryFolder('broker-set')
    this.#running = ports.map(() => undefined)
  }

  static async start(count: number, options: BrokerSetOptions = {}): Promise<BrokerSet> {
    const set = new BrokerSet(options, await freePorts(count))
    try {
      await Promise.all(set.#ports.map((_, index) => set.restart(index)))
      return set
    } catch (error) {
      await set.close()
      throw error
    }
  }

  at(index: number): BrokerProcess {
    return this.#running[index]!
  }

  port(index: number): number {
    return this.#ports[index]!
  }

  address(index: number): string {
    return `127.0.0.1:${this.port(index)}`
  }

  get addresses(): string[] {
    return this.#ports.map((_, index) => this.address(index))
  }

  async kill9(index: number): Promise<void> {
    await this.at(index).kill9()
  }

  /** With the folder and the port it had. */
  async restart(index: number): Promise<BrokerProcess> {
    const address = this.address(index)
    const { config, args } = this.#options
    const broker = await startBroker({
      dataDir: path.join(this.#folder, `data-${index}`),
      args: [
        ...['--listen', address, '--http', '127.0.0.1:0'],
        ...(args?.(address) ?? ['--registry', `file://${this.#registryFile()}`]),
      ],
      ...(config !== undefined && { config }),
    })
    this.#running[index] = broker
    return broker
  }

  /** `peers` of /stat. */
  async peersOf(index: number): Promise<Readonly<Record<string, number>>> {
    const answer = await fetch(`http://${this.at(index).http}/stat`)
    const stat = (await answer.json()) as { peers?: Record<string, number> }
    return stat.peers ?? {}
  }

  /** There is no event for a counter: it is polled. */
  async untilPeers(index: number, name: string, count: number): Promise<void> {
    while (((await this.peersOf(index))[name] ?? 0) < count)
      await new Promise((resolve) => setTimeout(resolve, 20))
  }

  #registryFile(): string {
    const { topics = ['trade'], bindings = [] } = this.#options
    const lines = [
      'brokers:',
      ...this.addresses.map(
        (address) => `  - {address: "${address}", topics: ${JSON.stringify(topics)}, env: dev}`,
      ),
      'bindings:',
      ...bindings.map((binding) => `  - ${binding}`),
    ]
    const file = path.join(this.#folder, 'registry.yaml')
    writeFileSync(file, `${lines.join('\n')}\n`)
    return file
  }

  /** Kills what runs and removes the folders. */
  async close(): Promise<void> {
    await Promise.all(
      this.#running.map(async (broker) => {
        await broker?.kill9()
        await broker?.stop()
      }),
    )
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
