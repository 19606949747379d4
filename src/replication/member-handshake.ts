// The four packets before two members talk: what is said, and what both make of it. No sockets, no time.
// A stranger learns which versions of the protocol are spoken here, and nothing else.

import type { KeyObject } from 'node:crypto'
import type { MemberId } from '../model/coordinator.ts'
import { frameHeadBytes, memberHandshakeBytesMax } from '../model/limits.ts'
import { lengthBytes, writeU32 } from './member-frame.ts'
import { encodeIntroduction } from './member-packet.ts'
import { nonceBytes, proofBytes, proofOf, type Role } from './proof.ts'

/** Command of the frame that begins such a connection on the clients' port. */
export const memberCommand = 0x30

/** Kinds of frames; the first three stand before the seals. */
export const kinds = {
  challenge: 1,
  proof: 2,
  welcome: 3,
  question: 4,
  answer: 5,
  ping: 6,
  pong: 7,
} as const

/** Who this side is, and what it proves it with. */
export interface MemberCredentials {
  /** Of the key file; the name of the set is part of every proof. */
  readonly key: KeyObject
  readonly set: string
  readonly id: MemberId
  /** Newest log format this version reads, and the one it writes. */
  readonly formatReads: number
  readonly formatWrites: number
}

/** Versions of this protocol that are spoken here. */
const spoken = { lowest: 1, highest: 1 } as const
const magic = Buffer.from('KQRS')
const helloBytes = magic.length + 2 + nonceBytes
const challengeBytes = 3 + nonceBytes

/** What the dialling side says first: `KQRS`, the lowest and the highest version it speaks, its nonce. */
export function helloOf(nonce: Uint8Array): Uint8Array {
  return Buffer.concat([magic, Uint8Array.of(spoken.lowest, spoken.highest), nonce])
}

/** As a frame of the clients' protocol: a 19-byte head and the hello. */
export function helloFrame(hello: Uint8Array): Uint8Array {
  const frame = new Uint8Array(frameHeadBytes + hello.length)
  frame[4] = memberCommand
  writeU32(frame, frameHeadBytes - 4, hello.length)
  frame.set(hello, frameHeadBytes)
  return frame
}

/** The answer to a hello: the version to speak (0: none is common), ours from and to, a nonce. undefined: no hello. */
export function challengeTo(hello: Uint8Array, nonce: Uint8Array): Uint8Array | undefined {
  const isHello = hello.length >= helloBytes && magic.equals(hello.subarray(0, magic.length))
  if (!isHello || hello.length > memberHandshakeBytesMax) return undefined
  const highest = Math.min(hello[magic.length + 1]!, spoken.highest)
  const version = highest >= Math.max(hello[magic.length]!, spoken.lowest) ? highest : 0
  return Buffer.concat([Uint8Array.of(version, spoken.lowest, spoken.highest), nonce])
}

/** Why the dialling side does not go on; undefined: it does. */
export function wrongChallenge(challenge: Uint8Array): string | undefined {
  if (challenge.length < challengeBytes) return 'its challenge cannot be read'
  const [version, lowest, highest] = challenge as unknown as [number, number, number]
  if (version >= spoken.lowest && version <= spoken.highest) return undefined
  return `it speaks version ${span(lowest, highest)} of the protocol of members, and this broker ${span(spoken.lowest, spoken.highest)}`
}

/** Proof and introduction of one side. */
export function provenIntroduction(
  credentials: MemberCredentials,
  role: Role,
  said: readonly Uint8Array[],
  refused: string = '',
): Uint8Array {
  const { key, set, id: member, formatReads, formatWrites } = credentials
  const introduction = encodeIntroduction({ member, formatReads, formatWrites, refused })
  return Buffer.concat([proofOf(key, set, role, [...said, introduction]), introduction])
}

/** The two parts of it. */
export function partsOf(proven: Uint8Array): {
  readonly proof: Uint8Array
  readonly introduction: Uint8Array
} {
  return { proof: proven.subarray(0, proofBytes), introduction: proven.subarray(proofBytes) }
}

/** Why a member does not pull from another; '' when it may. Records of a newer format cannot be folded. */
export function wrongFormat(reads: number, written: number): string {
  if (written <= reads) return ''
  return `its log is of format ${written}, and this member reads up to ${reads}: it needs the newer version first`
}

/** A frame before the seals. */
export function plainFrame(kind: number, body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(lengthBytes + 1 + body.length)
  writeU32(frame, 0, 1 + body.length)
  frame[lengthBytes] = kind
  frame.set(body, lengthBytes + 1)
  return frame
}

function span(lowest: number, highest: number): string {
  return lowest === highest ? String(lowest) : `${lowest} to ${highest}`
}
