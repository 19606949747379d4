// Rows of another store as the broker is handed them, for tests that need no such store.

import type { ImportAction, ImportedMessage } from '../../src/broker/import-action.ts'
import { viewOf, type SimMessage } from './sim-broker.ts'

export type ImportFields = Partial<
  Pick<ImportedMessage, 'isCommitted' | 'isDead' | 'attempts' | 'retryAt' | 'table' | 'row'>
> & {
  readonly publisher?: string
  readonly failed?: readonly string[]
  readonly succeeded?: readonly string[]
}

const encoder = new TextEncoder()

export function importedMessage(
  message: SimMessage,
  nowMs: number,
  fields: ImportFields = {},
): ImportedMessage {
  const { publisher = 'pub', failed = [], succeeded = [], ...more } = fields
  const view = viewOf(message, Math.floor(nowMs / 1000))
  return {
    kind: 'message',
    table: 0,
    row: message.id,
    view,
    expiresAt: view.expiresAt,
    isCommitted: true,
    isDead: false,
    attempts: 0,
    retryAt: 0,
    publisher: encoder.encode(publisher),
    failed: failed.map((name) => encoder.encode(name)),
    succeeded: succeeded.map((name) => encoder.encode(name)),
    ...more,
  }
}

export function importOf(
  messages: ImportAction['messages'],
  more: Partial<ImportAction> = {},
): ImportAction {
  return {
    name: 'import',
    source: 'test',
    tables: ['t'],
    places: [0],
    messages,
    takesDead: false,
    skipsUnbound: false,
    isDryRun: false,
    ...more,
  }
}
