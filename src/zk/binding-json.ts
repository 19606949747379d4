// The data of a binding node, as clients of the original write it, read into bindings. Everybody may write there: whatever is
// no list of bindings is told and harms only its own node.

import { isText } from '../model/cut-text.ts'
import { bindingsBytesMax, bindingsPerTopicMax, patternCharsMax } from '../model/limits.ts'
import type { BindType } from '../model/record.ts'
import type { RegistryBinding } from '../model/registry.ts'

const bindTypes: readonly BindType[] = ['direct', 'regex', 'fanout']
const decoder = new TextDecoder('utf-8', { fatal: true })

/** Bindings, or one line: what was found, and what was expected. */
export type BindingReading = readonly RegistryBinding[] | string

/**
 * Topic and group are those of the node: that is what the original looks them up by. Keys that are missing or null are empty, as
 * there; a pattern that does not compile stays, and is told by whoever compiles it.
 */
export function readBindingJson(
  data: Uint8Array | undefined,
  topic: string,
  group: string,
): BindingReading {
  if (data === undefined || data.length === 0)
    return 'it has no data; expected a JSON list of bindings'
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(data)) as unknown
  } catch {
    return `${shown(data)} is no JSON; expected a JSON list of bindings`
  }
  if (!Array.isArray(value)) return `${shown(data)} is no list; expected a JSON list of bindings`
  if (value.length > bindingsPerTopicMax)
    return `${value.length} bindings; expected at most ${bindingsPerTopicMax}`
  const bindings: RegistryBinding[] = []
  for (const [at, entry] of value.entries()) {
    const binding = bindingOf(entry, topic, group)
    if (typeof binding === 'string') return `binding ${at + 1}: ${binding}`
    bindings.push(binding)
  }
  const bytes = bindings.reduce((sum, one) => sum + Buffer.byteLength(one.messageType), 0)
  return bytes > bindingsBytesMax
    ? `${bytes} bytes of messageType; expected at most ${bindingsBytesMax} in one list`
    : bindings
}

function bindingOf(entry: unknown, topic: string, group: string): RegistryBinding | string {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
    return `${shownValue(entry)}; expected an object`
  const fields = entry as Record<string, unknown>
  const messageType = fields['messageType'] ?? ''
  const bindType = fields['bindType'] ?? 0
  const watermark = fields['watermark'] ?? 0
  const persistent = fields['persistent'] ?? false
  if (typeof messageType !== 'string') return wrong('messageType', messageType, 'a text')
  if (messageType.length > patternCharsMax)
    return wrong('messageType', messageType, `at most ${patternCharsMax} characters`)
  if (!isText(messageType))
    return wrong('messageType', messageType, 'text, it has half a character')
  const kind = typeof bindType === 'number' ? bindTypes[bindType] : undefined
  if (kind === undefined) return wrong('bindType', bindType, '0, 1 or 2')
  if (
    typeof watermark !== 'number' ||
    !Number.isInteger(watermark) ||
    watermark !== (watermark | 0)
  )
    return wrong('watermark', watermark, 'a whole number of messages a second')
  if (typeof persistent !== 'boolean') return wrong('persistent', persistent, 'true or false')
  return { topic, group, bindType: kind, messageType, watermark, persistent }
}

function wrong(key: string, value: unknown, expected: string): string {
  return `${key} is ${shownValue(value)}; expected ${expected}`
}

/** However deep it is. */
function shownValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60)).slice(0, 60)
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? 'a list' : 'an object'
  return String(value)
}

function shown(data: Uint8Array): string {
  const text = Buffer.from(data.subarray(0, 40)).toString('utf8')
  return `${JSON.stringify(text)}${data.length > 40 ? '…' : ''}`
}
