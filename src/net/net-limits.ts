// What the network room may be told, and what it counts.

import * as limits from '../model/limits.ts'

/** Times in ms, sizes in bytes. */
export interface NetLimits {
  readonly connectionsMax: number
  readonly connectionsPerAddressMax: number
  readonly handshakeTimeoutMs: number
  readonly unfinishedFrameTimeoutMs: number
  readonly silentConnectionTimeoutMs: number
  readonly unreadWriteTimeoutMs: number
  /** Unsent bytes past which a connection gets no more deliveries. */
  readonly writeBufferBytesMax: number
  /** Memory of unfinished frames, all connections together. */
  readonly unfinishedBytesMax: number
  /** Memory of output that has not left, all connections together. */
  readonly unsentBytesMax: number
  /** Who keeps memory for longer than this is closed first when it runs short. */
  readonly crowdedPatienceMs: number
  /** A connection without a handshake makes room for a new one after this. */
  readonly handshakeGraceMs: number
  /** Un-acked deliveries a client may ask for. */
  readonly creditMax: number
  /** Unsent bytes past which a connection is read only once per sweep. */
  readonly replyBytesMax: number
  readonly sweepIntervalMs: number
  /** Between our end of a connection and its destruction, when the peer does not end it. */
  readonly endingMs: number
}

export const defaultNetLimits: NetLimits = {
  connectionsMax: limits.connectionsMax,
  connectionsPerAddressMax: limits.connectionsPerAddressMax,
  handshakeTimeoutMs: limits.handshakeTimeoutMs,
  unfinishedFrameTimeoutMs: limits.unfinishedFrameTimeoutMs,
  silentConnectionTimeoutMs: limits.silentConnectionTimeoutMs,
  unreadWriteTimeoutMs: limits.unreadWriteTimeoutMs,
  writeBufferBytesMax: limits.writeBufferBytesMax,
  unfinishedBytesMax: limits.unfinishedBytesMax,
  unsentBytesMax: limits.unsentBytesMax,
  crowdedPatienceMs: limits.crowdedPatienceMs,
  handshakeGraceMs: limits.handshakeGraceMs,
  creditMax: limits.creditMax,
  replyBytesMax: limits.replyBytesMax,
  sweepIntervalMs: limits.sweepIntervalMs,
  endingMs: limits.endingMs,
}

/** Since the start of the server. */
export interface NetCounters {
  accepted: number
  refusedConnections: number
  acceptErrors: number
  framesIn: number
  framesOut: number
  bytesIn: number
  bytesOut: number
  heartBeats: number
  unauthorised: number
  unknownCommands: number
  badPackets: number
  framingErrors: number
  undeliverable: number
  loadsFailed: number
  readPauses: number
  /** Connections without a handshake that made room for new ones. */
  displaced: number
  /** Connections closed because the unfinished frames, or the unsent output, of all of them were too much. */
  unfinishedEvictions: number
  unreadEvictions: number
  /** Times a connection had to wait because others held the memory for output. */
  memoryWaits: number
  /** Fly messages not written because too many of them waited for one connection. */
  droppedFly: number
  /** Connections ended by us, by reason. */
  readonly closedBy: Map<string, number>
}

export function newCounters(): NetCounters {
  return {
    accepted: 0,
    refusedConnections: 0,
    acceptErrors: 0,
    framesIn: 0,
    framesOut: 0,
    bytesIn: 0,
    bytesOut: 0,
    heartBeats: 0,
    unauthorised: 0,
    unknownCommands: 0,
    badPackets: 0,
    framingErrors: 0,
    undeliverable: 0,
    loadsFailed: 0,
    readPauses: 0,
    displaced: 0,
    unfinishedEvictions: 0,
    unreadEvictions: 0,
    memoryWaits: 0,
    droppedFly: 0,
    closedBy: new Map(),
  }
}
