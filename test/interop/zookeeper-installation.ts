// ZooKeeper and brokers on free ports, as the Go program and the clients of the 2016 framing need them: started with the
// topics they use, killed and started again on the same address and data folder, stopped at the end of the test.

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { startBroker, temporaryFolder, type BrokerProcess } from '../support/broker-process.ts'
import { zooKeeper, type ZooKeeperEnsemble } from '../support/zookeeper-server.ts'

export interface InstallationOptions {
  readonly brokers?: number
  readonly topics: readonly string[]
  /** Text of a kiteq.toml. */
  readonly config: string
}

export class Installation {
  readonly ensemble: ZooKeeperEnsemble
  readonly #options: InstallationOptions
  readonly #folder: string
  readonly #brokers: BrokerProcess[] = []

  private constructor(ensemble: ZooKeeperEnsemble, options: InstallationOptions) {
    this.ensemble = ensemble
    this.#options = options
    this.#folder = temporaryFolder('installation')
  }

  static async start(t: TestContext, options: InstallationOptions): Promise<Installation> {
    const ensemble = await zooKeeper(1)
    const installation = new Installation(ensemble, options)
    t.after(() => installation.stop())
    await ensemble.start()
    for (let i = 0; i < (options.brokers ?? 1); i++)
      installation.#brokers.push(await installation.#broker(i, '127.0.0.1:0'))
    return installation
  }

  get brokers(): readonly BrokerProcess[] {
    return this.#brokers
  }

  get addresses(): readonly string[] {
    return this.#brokers.map((broker) => broker.address)
  }

  /** SIGKILL; its nodes stay until its session is over. */
  async kill(address: string): Promise<void> {
    await this.#brokers[this.#index(address)]!.kill9()
  }

  /** Resolves when it listens, which is before its nodes are there. */
  async restart(address: string): Promise<void> {
    const i = this.#index(address)
    this.#brokers[i] = await this.#broker(i, address)
  }

  /** Silent, with its connections open; resolves when it goes on. */
  async freezeZooKeeper(ms: number): Promise<void> {
    const [server] = this.ensemble.servers
    await server!.kill('SIGSTOP')
    await new Promise((resolve) => setTimeout(resolve, ms))
    await server!.kill('SIGCONT')
  }

  async stop(): Promise<void> {
    const exits = await Promise.all(this.#brokers.map((broker) => broker.stop()))
    await this.ensemble.remove()
    rmSync(this.#folder, { recursive: true, force: true })
    for (const [i, exit] of exits.entries())
      assert.equal(exit.code, 0, this.#brokers[i]!.stderr.join('\n'))
  }

  #index(address: string): number {
    const i = this.addresses.indexOf(address)
    assert.ok(i >= 0, `no broker on ${address}`)
    return i
  }

  #broker(i: number, listen: string): Promise<BrokerProcess> {
    const { topics, config } = this.#options
    return startBroker({
      dataDir: path.join(this.#folder, String(i)),
      config,
      firstDelay: 'as shipped',
      args: [
        ...['--registry', `zk://${this.ensemble.address}`, '--topics', topics.join(',')],
        ...['--listen', listen, '--http', '127.0.0.1:0'],
      ],
    })
  }
}
