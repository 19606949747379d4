// Which addresses of other brokers this one dials. A registry that others may write to must not make it knock at doors that
// only this machine, or this network card, can reach. Knows nothing of sockets.

import { isIPv4 } from 'node:net'

export interface PeerAddress {
  readonly host: string
  readonly port: number
  /** `host:port`. */
  readonly text: string
}

/** `host:port`, what follows a question mark cut off; undefined when nobody could dial it. */
export function peerAddressOf(written: string): PeerAddress | undefined {
  const parts = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,253})):(\d{1,5})(?:\?.*)?$/i.exec(
    written,
  )
  const host = parts?.[1] ?? parts?.[2]
  const port = Number(parts?.[3])
  if (host === undefined || port < 1 || port > 65_535) return undefined
  return { host, port, text: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}` }
}

/** Where another machine's broker can be: an IPv4 number that is not of this machine, this link or of many at once. */
export function isElsewhere(host: string): boolean {
  if (!isIPv4(host)) return false
  const [first, second] = host.split('.').map(Number) as [number, number]
  return first !== 0 && first !== 127 && first < 224 && !(first === 169 && second === 254)
}

export function isLoopback(host: string): boolean {
  return isIPv4(host) && host.startsWith('127.')
}
