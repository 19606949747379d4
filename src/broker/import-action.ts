// What an import asks of the broker, a slice at a time: messages of another store as they stood there. Only words.

import type { MessageView } from '../model/message.ts'

/**
 * What became of one. `done`: published; `open`: prepared; `dead`: a dead letter of its groups. The rest is left out: `known`
 * by its id; the id `taken` by another message; `expired`; `exhausted` (as often tried as its limit says); `settled` (who
 * wants it has it); `unbound` (no group wants it); `unserved` (so, and this broker does not serve its topic); `unreadable`.
 */
export type ImportVerdict =
  | 'done'
  | 'open'
  | 'dead'
  | 'known'
  | 'taken'
  | 'expired'
  | 'exhausted'
  | 'settled'
  | 'unbound'
  | 'unserved'
  | 'unreadable'

/** Where a message came from: number of its table in the action's list, and its row there. */
export interface ImportPlace {
  readonly table: number
  readonly row: number
}

export interface ImportedMessage extends ImportPlace {
  readonly kind: 'message'
  /** In bytes of its own, normalised. */
  readonly view: MessageView
  /** Unix seconds. */
  readonly expiresAt: number
  /** False: its transaction is open. */
  readonly isCommitted: boolean
  /** The other store had given it up. */
  readonly isDead: boolean
  /** Name of the group that published it; so are those below, bytes. */
  readonly publisher: Uint8Array
  readonly failed: readonly Uint8Array[]
  /** Groups that have it and do not get it again. */
  readonly succeeded: readonly Uint8Array[]
  /** Deliveries that were tried of the failed groups. */
  readonly attempts: number
  /** Unix seconds, before which it is not tried again. */
  readonly retryAt: number
}

/** A row that is no message. */
export interface BrokenRow extends ImportPlace {
  readonly kind: 'broken'
}

export interface ImportAction {
  readonly name: 'import'
  /** Names the other store; with the places it is recorded, so that an import can go on where the log ends. */
  readonly source: string
  readonly tables: readonly string[]
  /** Rows of each table up to this one are dealt with. */
  readonly places: readonly number[]
  readonly messages: readonly (ImportedMessage | BrokenRow)[]
  /** What had expired or was given up becomes a dead letter of its groups, instead of being left out. */
  readonly takesDead: boolean
  /** What no group wants is left out, instead of ending the slice. */
  readonly skipsUnbound: boolean
  readonly isDryRun: boolean
}

/** Detail of the record behind each slice. Not there for what has another shape. */
export interface ImportedTo {
  readonly source: string
  /** Last row dealt with, by table. */
  readonly places: Readonly<Record<string, number>>
}

export function importedToText(to: ImportedTo): string {
  return JSON.stringify(to)
}

export function importedToIn(detail: string): ImportedTo | undefined {
  let value: unknown
  try {
    value = JSON.parse(detail)
  } catch {
    return undefined
  }
  const { source, places } = (value ?? {}) as { source?: unknown; places?: unknown }
  if (typeof source !== 'string' || typeof places !== 'object' || places === null) return undefined
  const isPlace = ([, row]: [string, unknown]): boolean => Number.isSafeInteger(row)
  if (!Object.entries(places).every(isPlace)) return undefined
  return { source, places: places as Record<string, number> }
}
