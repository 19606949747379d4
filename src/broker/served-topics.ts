// Which topics this broker takes publishes and bindings for: exact names, or any.

import type { BrokerSettings } from './settings.ts'

const decoder = new TextDecoder()

/** The topic is given as a span of bytes, as it was sent. */
export function isServed(
  { topics }: BrokerSettings,
  source: Uint8Array,
  start: number,
  end: number,
): boolean {
  return topics === '*' || topics.includes(decoder.decode(source.subarray(start, end)))
}
