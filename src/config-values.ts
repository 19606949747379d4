// The small texts inside settings, read: addresses, durability levels, sizes. Reading only; what is wrong with a text is
// said by whoever asked.

import { isIPv4 } from 'node:net'
import type { Durability } from './log/durability.ts'

export interface Address {
  /** A name or a numeric address; IPv6 without brackets. */
  readonly host: string
  /** 0: any free port. */
  readonly port: number
}

export const intervalMsMax = 60_000

/** `host:port` or `[v6]:port`; undefined when it is neither. */
export function parseAddress(text: string): Address | undefined {
  const parts = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,253})):(\d{1,5})$/i.exec(text)
  const host = parts?.[1] ?? parts?.[2]
  const port = Number(parts?.[3])
  return host === undefined || port > 65_535 ? undefined : { host, port }
}

/** A number that clients of the original can dial: they know no IPv6, and lose connections they dialled by name. */
export function isDialable(host: string): boolean {
  return isIPv4(host) && host !== '0.0.0.0'
}

export function addressText(address: Address): string {
  return address.host.includes(':')
    ? `[${address.host}]:${address.port}`
    : `${address.host}:${address.port}`
}

/** `fsync`, `interval:MS` with 1 to 60000 ms, or `memory`; undefined when it is none of them. */
export function parseDurability(text: string): Durability | undefined {
  if (text === 'fsync' || text === 'memory') return { kind: text }
  const intervalMs = Number(/^interval:(\d{1,5})$/.exec(text)?.[1])
  return intervalMs >= 1 && intervalMs <= intervalMsMax
    ? { kind: 'interval', intervalMs }
    : undefined
}

const unitBytes: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
}

/** Bytes: a number, or text such as `64 MiB`; undefined when it is neither. */
export function parseBytes(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  const parts = typeof value === 'string' ? /^(\d{1,15}) ?(B|KiB|MiB|GiB)$/.exec(value) : null
  return parts === null ? undefined : Number(parts[1]) * unitBytes[parts[2]!]!
}

export function bytesText(bytes: number): string {
  for (const unit of ['GiB', 'MiB', 'KiB']) {
    const size = unitBytes[unit]!
    if (bytes >= size && bytes % size === 0) return `${bytes / size} ${unit}`
  }
  return `${bytes}`
}
