// What `decide` answers: records to append, effects that wait for them, and refusals that need not wait. One object is
// reused for every command, so deciding allocates only what it decides.

import type { LogRecord, PublishedRecord } from '../model/record.ts'
import type {
  ConnectionNumber,
  GroupNumber,
  Offset,
  TopicNumber,
  TypeNumber,
} from '../model/ids.ts'
import type { Effect } from './effect.ts'
import type { FlyMessage } from './group-session.ts'
import type { Member } from './member.ts'
import type { LostConnection } from './lost-connection.ts'
import type { RegistryOutcome } from './registry-problems.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

export class Decision {
  readonly records: LogRecord[] = []
  /** The record of a publish, filled anew each time: most commands are publishes, and it is used up before the next. */
  readonly published: Mutable<PublishedRecord> = emptyPublished()
  /** Held until everything appended so far is durable. */
  readonly effects: Effect[] = []
  /** Promise nothing, so they leave at once. */
  readonly immediate: Effect[] = []
  /** In-flight entries whose lease ends now, in time: answered by a connection, or returned if it names none. */
  readonly answered: number[] = []
  answeredBy: ConnectionNumber | undefined
  /** In-flight entries whose lease is over. */
  readonly lapsed: number[] = []
  /** An answer to a lease that is over. */
  answeredLate: { readonly opaque: number; readonly connection: ConnectionNumber } | undefined
  /** Acks to gather into one record at the end of the turn. */
  readonly acks: { readonly group: GroupNumber; readonly message: Offset }[] = []
  /** Fly messages to put before a group. */
  readonly fly: { readonly group: GroupNumber; readonly message: FlyMessage }[] = []
  joined: Member | undefined
  left: LostConnection | undefined
  /** What a registry has and did not get. */
  registry: RegistryOutcome | undefined
  /** The records only gave names their numbers: apply them, then decide the same command again. */
  again = false

  /** Anything for the session but what its effects say? */
  get changesSession(): boolean {
    return (
      this.answered.length > 0 ||
      this.lapsed.length > 0 ||
      this.fly.length > 0 ||
      this.answeredLate !== undefined ||
      this.joined !== undefined ||
      this.left !== undefined ||
      this.registry !== undefined
    )
  }

  clear(): void {
    empty(this.records)
    empty(this.effects)
    empty(this.immediate)
    empty(this.answered)
    empty(this.lapsed)
    empty(this.acks)
    empty(this.fly)
    this.answeredBy = undefined
    this.answeredLate = undefined
    this.joined = undefined
    this.left = undefined
    this.registry = undefined
    this.again = false
  }
}

/** Setting the length costs more than taking out the one or two that are mostly in it. */
function empty(list: unknown[]): void {
  while (list.length > 0) list.pop()
}

function emptyPublished(): PublishedRecord {
  return {
    kind: 'published',
    id0: 0,
    id1: 0,
    id2: 0,
    id3: 0,
    topic: 0 as TopicNumber,
    type: 0 as TypeNumber,
    publisher: 0 as GroupNumber,
    form: 0x11,
    content0: 0,
    content1: 0,
    expiresAt: 0,
    deliverLimit: 0,
    message: { source: new Uint8Array(0), start: 0, end: 0 },
    routing: { durable: [], transient: [] },
  }
}

/** What is neither state nor session: handed in, so that deciding is a function. */
export interface Moment {
  /** Broker time, ms since 1970. */
  readonly nowMs: number
  /** Appended and not yet durable. */
  readonly unflushedBytes: number
  /** Why no publish can be taken (full disk, shutting down), or undefined. */
  readonly refusal: string | undefined
  /** A number in [0, 1) for choices that must not follow a pattern. */
  readonly chance: number
}
