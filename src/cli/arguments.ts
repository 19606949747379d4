// Options that several commands share, and the reading of their values. A wrong value is refused with what was expected.

import { InvalidArgumentError, type Command } from 'commander'
import { defaultAddress } from '../client/options.ts'
import { KiteQError } from '../model/errors.ts'

/** Of the argument every command about messages begins with. */
export const topicText = 'topic, 1 to 255 bytes, for example trade'

export interface BrokerOption {
  readonly broker: string
}

export interface FolderOption {
  readonly dataDir: string
}

/** `--broker`, or KITEQ_ADDRESS, or the default. */
export function withBroker(command: Command): Command {
  return command.option(
    '--broker <host:port>',
    'the broker to talk to (environment: KITEQ_ADDRESS)',
    process.env['KITEQ_ADDRESS'] ?? defaultAddress,
  )
}

export function withFolder(command: Command): Command {
  return command.option('--data-dir <dir>', 'data folder of the broker', './data')
}

/** An option's integer from `min` to `max`. */
export function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^-?\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`Expected an integer from ${min} to ${max}.`)
    return value
  }
}

/** `key=value`, any number of times. */
export function property(
  text: string,
  before: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  const at = text.indexOf('=')
  if (at < 0) throw new InvalidArgumentError('Expected key=value.')
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
}

/** 32 hex digits, lower case. Throws KITEQ_USAGE. */
export function messageId(text: string): string {
  if (!/^[0-9a-f]{32}$/i.test(text))
    throw new KiteQError('KITEQ_USAGE', `id is ${JSON.stringify(text)}; expected 32 hex digits`)
  return text.toLowerCase()
}
