// Coordinators of one replica set in a real ZooKeeper, for tests: each with what it was told, and a way to wait for what it sees.

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type {
  ClusterState,
  ClusterView,
  LeaderNode,
  LiveMember,
  WriteResult,
} from '../../src/model/coordinator.ts'
import { KiteQError } from '../../src/model/errors.ts'
import type { Epoch } from '../../src/model/ids.ts'
import { ZooKeeperCluster } from '../../src/zk/zookeeper-cluster.ts'

export interface PlaceOptions {
  readonly set: string
  /** `h:p,h:p`. */
  readonly address: string
  readonly chroot?: string
  readonly sessionTimeoutMs?: number
  readonly credentials?: string
}

/** As they are before any leader. */
export const firstState: ClusterState = {
  format: 1,
  logId: undefined,
  epoch: 0 as Epoch,
  leader: undefined,
  minInSync: 2,
  inSync: [],
  members: ['a', 'b', 'c'],
}

export const copyOf = (digit: string): string => digit.repeat(32)
export const memberOf = (id: string, digit = 'a'): LiveMember => ({
  id,
  copy: copyOf(digit),
  address: `127.0.0.1:${id.charCodeAt(0)}`,
})
export const leaderOf = (id: string, epoch: number): LeaderNode => ({
  id,
  epoch: epoch as Epoch,
  address: '127.0.0.1:1',
})
export const ledBy = (state: ClusterState, id: string): ClusterState => ({
  ...state,
  leader: id,
  epoch: (state.epoch + 1) as Epoch,
})

export class SetMember {
  readonly cluster: ZooKeeperCluster
  readonly problems: string[] = []
  expirations = 0
  #changes = 0
  #wake: (() => void) | undefined

  constructor(t: TestContext, { address, chroot = '', credentials, ...options }: PlaceOptions) {
    this.cluster = new ZooKeeperCluster({
      sessionTimeoutMs: 10_000, // a slow machine must not end one
      ...options,
      address: { servers: address.split(','), chroot, ignored: [] },
      credentials,
      acl: credentials === undefined ? 'open' : 'creator',
      problem: (line) => {
        this.problems.push(line)
        this.#wake?.()
      },
    })
    t.after(() => this.cluster.close())
    this.cluster.start({
      changed: () => {
        this.#changes += 1
        this.#wake?.()
      },
      expired: () => {
        this.expirations += 1
        this.#wake?.()
      },
    })
  }

  /** Resolves at the first look that is so; looks again only when it is told of a change. */
  async sees(what: (view: ClusterView) => boolean): Promise<ClusterView> {
    for (;;) {
      const before = this.#changes
      const view = await this.cluster.look().catch((error: unknown) => {
        assert.ok(error instanceof KiteQError && error.code === 'KITEQ_REGISTRY', String(error))
        return undefined
      })
      if (view !== undefined && what(view)) return view
      await this.until(() => this.#changes > before)
    }
  }

  /** Again while nobody can know, which a slow machine with a short session may bring about. */
  async settled(write: () => Promise<WriteResult>): Promise<WriteResult> {
    for (;;) {
      const result = await write()
      if (result.kind !== 'unknown') return result
      await this.up()
    }
  }

  /** Of what it was told. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => (this.#wake = resolve))
  }

  up(): Promise<ClusterView> {
    return this.sees(() => true)
  }
}

/** The only member; the set is made. */
export async function madeSet(t: TestContext, options: PlaceOptions): Promise<SetMember> {
  const member = new SetMember(t, options)
  await member.up()
  await member.settled(() => member.cluster.create(firstState))
  return member
}
