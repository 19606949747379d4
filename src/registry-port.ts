// Which registry a configuration asks for, how it is started, and under which address this broker stands in it. It tells the
// loop what it reads by a command, and knows of the broker's state only what was bound through it before.

import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { BrokerLoop } from './broker/loop.ts'
import type { BrokerSettings } from './broker/settings.ts'
import type { Config, RegistryConfig } from './config.ts'
import { isDialable } from './config-values.ts'
import { KiteQError } from './model/errors.ts'
import type { Logger } from './model/logger.ts'
import type { Registry, RegistryBinding, RegistryEvents } from './model/registry.ts'
import type { PeersOptions } from './net/peers.ts'
import { RegistryComplaints } from './registry-complaints.ts'
import { FileRegistry } from './zk/file-registry.ts'

/** Not started yet. */
export async function registryFor(
  config: Config,
  registry: RegistryConfig,
  loop: BrokerLoop,
): Promise<Registry> {
  if (registry.kind === 'file')
    return new FileRegistry({
      path: registry.path,
      address: config.advertise ?? `${config.listen.host}:${config.listen.port}`,
      rereadMs: config.registryRereadMs,
    })
  const { topics } = config.broker
  const { ZooKeeperRegistry } = await import('./zk/zookeeper-registry.ts') // most brokers need none of it
  return new ZooKeeperRegistry({
    ...registry,
    topics: topics === '*' ? [] : topics,
    known: knownBindings(loop),
    memoryFile: join(config.dataDir, 'zookeeper.json'),
  })
}

/**
 * Resolves once its bindings are in force. A broker that finds no ZooKeeper goes on with those of the log; with none there, or
 * without a readable file, it rejects KITEQ_REGISTRY: what is published to a broker without bindings is dropped.
 */
export async function startRegistry(
  config: RegistryConfig,
  registry: Registry,
  loop: BrokerLoop,
  logger: Logger,
  more: Partial<RegistryEvents>,
): Promise<void> {
  const name = nameOf(config)
  if (config.kind === 'zookeeper' && config.address.ignored.length > 0)
    logger.warn(
      { registry: name, ignored: config.address.ignored },
      'parameters of the registry are not used',
    )
  const complaints = new RegistryComplaints(
    (line) => logger.warn({ registry: name }, line),
    () => performance.now(),
  )
  const events: RegistryEvents = {
    ...more,
    snapshot: (snapshot) => {
      loop.submit({ kind: 'registry', snapshot })
      complaints.of(loop.session.registries.get(snapshot.source)?.problems ?? [])
    },
    problem: (message) => logger.warn({ registry: name }, message),
    unread: (topics) => loop.refuseTopics(topics),
    told: (message) => logger.info({ registry: name }, message),
  }
  try {
    await registry.start(events)
    if (config.kind === 'zookeeper') forgetFile(loop, name, logger)
  } catch (error) {
    const bound = config.kind === 'zookeeper' ? knownBindings(loop).length : 0
    if (!(error instanceof KiteQError) || error.code !== 'KITEQ_REGISTRY') throw error
    if (bound === 0)
      throw config.kind === 'zookeeper'
        ? new KiteQError(
            error.code,
            `${error.message}; this folder knows no bindings from ZooKeeper yet, and what is published to a broker without bindings is dropped`,
            { cause: error },
          )
        : error
    logger.warn(
      { registry: name, bindings: bound },
      `${error.message}; the broker starts with the bindings of its last run, and is announced once ZooKeeper answers`,
    )
  }
  await loop.settle()
}

/** Where ZooKeeper says who is bound, what a registry file said in earlier runs counts no longer. */
function forgetFile(loop: BrokerLoop, name: string, logger: Logger): void {
  const left = loop.state.bindings.list().filter(({ source }) => source === 'file').length
  if (left === 0) return
  loop.submit({ kind: 'registry', snapshot: { source: 'file', bindings: [] } })
  logger.warn(
    { registry: name, bindings: left },
    'bindings of an earlier registry file were removed',
  )
}

/** What this broker stands for in the registry: `host:port`, in ZooKeeper a number. Throws KITEQ_CONFIG when there is none. */
export function addressFor(
  config: Config,
  bound: { readonly address: string; readonly port: number },
  logger: Logger,
): string {
  const { advertise, registry } = config
  const address = advertise ?? `${bound.address}:${bound.port}`
  if (registry?.kind !== 'zookeeper') return address
  const found = advertise ?? dialableAddress(bound)
  if (found === undefined)
    throw new KiteQError(
      'KITEQ_CONFIG',
      `--listen is ${address}, for which no number is found that clients can dial; expected --advertise with an IPv4 address and port`,
    )
  if (found.startsWith('127.'))
    logger.warn(
      { address: found },
      'the address told to ZooKeeper is of this machine alone: clients elsewhere cannot dial it (--listen, --advertise)',
    )
  return found
}

/** Which of the brokers that the registry names are dialled: ZooKeeper is written by others than the operator. */
export function dialsOf({ advertise, listen, registry }: Config): Pick<PeersOptions, 'dials'> {
  if (registry?.kind !== 'zookeeper') return {}
  const isHere = /^(127\.|localhost|::1$)/.test(advertise ?? listen.host)
  return { dials: isHere ? 'here' : 'elsewhere' }
}

/** In the background: clients find it there a moment after the doors are open. */
export function announce(
  topics: BrokerSettings['topics'],
  registry: Registry | undefined,
  address: string,
  logger: Logger,
): void {
  registry?.announce(address, topics === '*' ? [] : topics).catch((error: unknown) => {
    logger.warn({}, `the broker could not be announced: ${String(error)}`)
  })
}

function dialableAddress({ address, port }: { address: string; port: number }): string | undefined {
  if (isDialable(address)) return `${address}:${port}`
  if (address !== '0.0.0.0' && address !== '::') return undefined
  for (const list of Object.values(networkInterfaces()))
    for (const one of list ?? [])
      if (one.family === 'IPv4' && !one.internal) return `${one.address}:${port}`
  return undefined
}

function nameOf(registry: RegistryConfig): string {
  if (registry.kind === 'file') return registry.path
  return `zk://${registry.address.servers.join(',')}${registry.address.chroot}`
}

function knownBindings({ state }: BrokerLoop): RegistryBinding[] {
  const decoder = new TextDecoder()
  return state.bindings
    .list()
    .filter(({ source }) => source === 'registry')
    .map(({ binding }) => ({
      topic: decoder.decode(state.topicNames.bytesOf(binding.topic)),
      group: decoder.decode(state.groupNames.bytesOf(binding.group)),
      bindType: binding.bindType,
      messageType: binding.messageType,
      watermark: binding.watermark,
      persistent: binding.persistent,
    }))
}
