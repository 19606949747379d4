// `zk://h1:p,h2:p[/chroot][?…]`: where an ensemble is. What follows a question mark the original reads and ignores; here too.

import { KiteQError } from '../model/errors.ts'
import { notANodeName } from './zookeeper-paths.ts'

export interface ZooKeeperAddress {
  /** `host:port`, as given. */
  readonly servers: readonly string[]
  /** Empty, or `/a/b`: every path is below it. */
  readonly chroot: string
  /** Names of the parameters behind a question mark, which are not used. */
  readonly ignored: readonly string[]
}

const defaultPort = 2181
const serversMax = 31

/** Throws KITEQ_CONFIG: what is wrong, and what was expected. */
export function readZooKeeperAddress(uri: string): ZooKeeperAddress {
  const refuse = (why: string): never => {
    throw new KiteQError(
      'KITEQ_CONFIG',
      `registry ${JSON.stringify(withoutSecret(uri))}: ${why}; expected zk://host:port,host:port[/chroot]`,
    )
  }
  const rest = /^zk:\/\/(.*)$/s.exec(uri)?.[1] ?? refuse('it is no address of ZooKeeper')
  const [where = '', parameters = ''] = rest.split('?')
  if (where.includes('@')) refuse('it has credentials; they are a setting, zookeeper.credentials')
  const [hosts = '', ...below] = where.split('/')
  const chroot = below.filter((part, at) => part !== '' || at < below.length - 1)
  if (chroot.some((part) => notANodeName(part) !== undefined))
    refuse(`the chroot /${below.join('/')} has a part that names no node`)
  const servers = [...new Set(hosts.split(',').map((host) => serverOf(host, refuse)))]
  if (servers.length > serversMax) refuse(`${servers.length} servers, at most ${serversMax}`)
  const ignored = parameters.split('&').map((parameter) => parameter.split('=')[0]!)
  return {
    servers,
    chroot: chroot.map((part) => `/${part}`).join(''),
    ignored: ignored.filter((name) => name !== ''),
  }
}

/** Of an address as somebody may have written it, what can be shown. */
export function withoutSecret(uri: string): string {
  return uri.replace(/^(\w+:\/\/).*@/s, '$1…@').replace(/^(zk:[^?]*\?).*$/s, '$1…')
}

function serverOf(text: string, refuse: (why: string) => never): string {
  const [, host, port = String(defaultPort)] =
    /^([A-Za-z0-9._-]+)(?::(\d{1,5}))?$/.exec(text.trim()) ??
    refuse(`${JSON.stringify(text)} is no host:port`)
  if (Number(port) < 1 || Number(port) > 65_535) refuse(`port ${port} is not from 1 to 65535`)
  return `${host}:${port}`
}
