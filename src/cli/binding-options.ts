// The flags that say what a group wants of a topic, shared by `sub` and `bind`.

import type { Command } from 'commander'
import type { ClientBinding } from '../client/subscriber.ts'
import { KiteQError } from '../model/errors.ts'
import { integer } from './arguments.ts'

export interface BindingOptions {
  readonly regex?: true
  readonly fanout?: true
  readonly watermark: number
  readonly transient?: true
}

export function withBindings(command: Command): Command {
  return command
    .option('--regex', 'the type is a pattern (RE2), found anywhere in the message type')
    .option('--fanout', 'every message type')
    .option('--watermark <rate>', 'messages a second; 0: no limit', integer(0, 1_000_000_000), 0)
    .option('--transient', 'keep nothing for the group while it is away')
}

/** No type at all means every type. Throws KITEQ_USAGE. */
export function bindingsOf(types: readonly string[], options: BindingOptions): ClientBinding[] {
  const { regex, fanout, watermark, transient } = options
  const persistent = transient !== true
  if (fanout && (regex ?? types.length > 0))
    throw new KiteQError(
      'KITEQ_USAGE',
      '--fanout takes every type; expected neither type nor --regex',
    )
  if (types.length === 0) {
    if (regex) throw new KiteQError('KITEQ_USAGE', '--regex has no pattern; expected one')
    return [{ kind: 'fanout', watermark, persistent }]
  }
  const kind = regex ? 'regex' : 'direct'
  return types.map((type) => ({ kind, type, watermark, persistent }))
}
