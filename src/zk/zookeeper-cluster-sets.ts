// The replica sets of a ZooKeeper as they stand, for whoever only wants to see them: nothing is made, joined or watched.

import type { ClusterView } from '../model/coordinator.ts'
import { KiteQError } from '../model/errors.ts'
import { lookAtSet, timeLeft } from './zookeeper-cluster-look.ts'
import { clusterRoot, notAClusterName } from './zookeeper-cluster-paths.ts'
import type { ZooKeeperAddress } from './zookeeper-address.ts'
import type { ZooKeeperLink } from './zookeeper-link.ts'
import { ZooKeeperSession } from './zookeeper-session.ts'

export interface ReadSetsOptions {
  readonly address: ZooKeeperAddress
  /** `user:password` of the digest scheme. */
  readonly credentials: string | undefined
  /** For a connection, ms; as long again for what is read over it. */
  readonly withinMs: number
}

export interface SetReading {
  readonly set: string
  /** Or one line: why it cannot be read. */
  readonly view: ClusterView | string
  /** Nodes of live members that cannot be read. */
  readonly complaints: readonly string[]
}

/** By name; those of names that no set can have are left out. Rejects KITEQ_REGISTRY when nobody answers in time. */
export async function readSets(options: ReadSetsOptions): Promise<SetReading[]> {
  const { address, withinMs } = options
  let why = 'no server answers'
  let up: ((link: ZooKeeperLink) => void) | undefined
  const connected = new Promise<ZooKeeperLink>((resolve) => (up = resolve))
  const session = new ZooKeeperSession(
    { ...options, sessionTimeoutMs: Math.max(withinMs, sessionMinMs) },
    { up: (link) => up?.(link), down: (reason) => (why = reason) },
  )
  let late: NodeJS.Timeout | undefined
  const isLate = new Promise<undefined>((resolve) => {
    late = setTimeout(() => resolve(undefined), withinMs)
  })
  try {
    session.start()
    const link = await Promise.race([connected, isLate])
    if (link !== undefined) return await readAll(link, withinMs)
    const servers = address.servers.join(', ')
    throw new KiteQError(
      'KITEQ_REGISTRY',
      `ZooKeeper (${servers}) could not be read within ${withinMs} ms: ${why}`,
    )
  } finally {
    clearTimeout(late)
    await session.close(session.requestMs)
  }
}

const sessionMinMs = 4000

async function readAll(link: ZooKeeperLink, withinMs: number): Promise<SetReading[]> {
  const left = timeLeft(withinMs)
  const names = (await link.children(clusterRoot, undefined, left())) ?? []
  const readings: SetReading[] = []
  for (const set of names.filter((name) => notAClusterName(name) === undefined).sort())
    try {
      const { view, complaints } = await lookAtSet(link, set, undefined, left)
      readings.push({ set, view, complaints })
    } catch (error) {
      if (!link.isUp) throw error
      readings.push({ set, view: (error as Error).message, complaints: [] })
    }
  return readings
}
