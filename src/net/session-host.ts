// What a connection asks of the server it belongs to. Knows no connection, so that neither side drags in the other.

import type { BrokerPort, UndeliverableCommand } from '../broker/command.ts'
import type { MessageSource } from '../broker/effect.ts'
import type { MemoryHolder, MemoryWatch } from './memory-watch.ts'
import type { NetCounters, NetLimits } from './net-limits.ts'
import type { BufferPool } from './output-buffer.ts'
import type { EffectWriter, FrameTranslator } from './translate.ts'

/** What all connections of a server share. */
export interface SessionHost<Session extends MemoryHolder> {
  readonly broker: BrokerPort
  readonly source: MessageSource
  readonly limits: NetLimits
  readonly counters: NetCounters
  readonly translator: FrameTranslator
  readonly writer: EffectWriter
  readonly pool: BufferPool
  readonly memory: MemoryWatch<Session>
  /** Before and after the frames of one chunk: what they cause is written together at the end. */
  enter(): void
  leave(): void
  /** The session has something to write when this turn is over. */
  touched(session: Session): void
  /** The handshake was passed on to the broker. */
  joined(session: Session): void
  /** Hand a command to the broker, but not within the call that is running. */
  later(command: UndeliverableCommand): void
  /** Somebody takes connections of other members of a replica set. */
  readonly takesMembers: boolean
  /** Its first frame was a hello of such a member: the connection is no client's, and not ours any more. */
  handOver(session: Session, hello: Uint8Array, rest: Uint8Array): void
  /** A line in the log, at most one a second and address. */
  complain(session: Session, message: string): void
  monotonicMs(): number
}
