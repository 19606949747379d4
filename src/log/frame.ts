// One frame: a head of 32 bytes and a body. Writes heads, seals them with the crc, and judges bytes that claim to be
// a frame. It never looks into a body. The layout is drawn in docs/log-format.md.

import { logFrameBytesMax } from '../model/limits.ts'
import { Words } from '../model/words.ts'
import { checksum } from './checksum.ts'

export const logFrameHeadBytes = 32

/** Flag bit 0: the last frame of its batch. */
export const lastOfBatch = 1

const words = new Words()

const lengthAt = 4
const kindAt = 8
const flagsAt = 9
const reservedAt = 10
const distanceAt = 12
const offsetAt = 16
const timeAt = 24

/** Writes everything but the crc, which `sealFrame` adds. `distance`: bytes back to the first frame of the batch. */
export function writeFrameHead(
  target: Uint8Array,
  start: number,
  length: number,
  kind: number,
  distance: number,
  offset: number,
  timeMs: number,
): void {
  const to = words.of(target)
  to.setUint32(start + lengthAt, length, true)
  to.setUint32(start + kindAt, kind, true) // flags and two reserved bytes are zero
  to.setUint32(start + distanceAt, distance, true)
  to.setUint32(start + offsetAt, offset, true)
  to.setUint32(start + offsetAt + 4, Math.floor(offset / 0x100000000), true)
  to.setUint32(start + timeAt, timeMs, true)
  to.setUint32(start + timeAt + 4, Math.floor(timeMs / 0x100000000), true)
}

/** The last touch: flags, then the crc over all that follows it. */
export function sealFrame(
  target: Uint8Array,
  start: number,
  end: number,
  seed: number,
  flags: number,
): void {
  target[start + flagsAt] = flags
  writeU32(target, start, checksum(target, start + lengthAt, end, seed))
}

export const frameLength = (source: Uint8Array, start: number): number =>
  words.of(source).getUint32(start + lengthAt, true)
export const frameKind = (source: Uint8Array, start: number): number => source[start + kindAt]!
export const frameFlags = (source: Uint8Array, start: number): number => source[start + flagsAt]!
export const frameDistance = (source: Uint8Array, start: number): number =>
  words.of(source).getUint32(start + distanceAt, true)
export const frameOffset = (source: Uint8Array, start: number): number =>
  number48(words.of(source), start + offsetAt)
export const frameTimeMs = (source: Uint8Array, start: number): number =>
  number48(words.of(source), start + timeAt)

function number48(from: DataView, at: number): number {
  return from.getUint32(at, true) + from.getUint16(at + 4, true) * 0x100000000
}

/** Whether source[start, end) is one whole frame whose crc holds. The caller took `end` from a length within bounds. */
export function frameHolds(source: Uint8Array, start: number, end: number, seed: number): boolean {
  return readU32(source, start) === checksum(source, start + lengthAt, end, seed)
}

/**
 * Cheap test before the crc: could a frame start here? A length outside its bounds is never a record.
 * At least `logFrameHeadBytes` bytes must be readable at `start`.
 */
export function looksLikeFrame(source: Uint8Array, start: number): boolean {
  const length = frameLength(source, start)
  return (
    length >= logFrameHeadBytes &&
    length <= logFrameBytesMax &&
    source[start + kindAt] !== 0 &&
    source[start + flagsAt]! <= lastOfBatch &&
    (source[start + reservedAt]! | source[start + reservedAt + 1]!) === 0 &&
    (source[start + 22]! | source[start + 23]! | source[start + 30]! | source[start + 31]!) === 0
  )
}

export function writeU32(target: Uint8Array, at: number, value: number): void {
  target[at] = value
  target[at + 1] = value >>> 8
  target[at + 2] = value >>> 16
  target[at + 3] = value >>> 24
}

export function readU32(source: Uint8Array, at: number): number {
  return (
    (source[at]! | (source[at + 1]! << 8) | (source[at + 2]! << 16) | (source[at + 3]! << 24)) >>> 0
  )
}

/** 48 bits and two zero bytes: 8 in all. */
export function writeU48(target: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / 0x100000000)
  writeU32(target, at, value >>> 0)
  target[at + 4] = high
  target[at + 5] = high >>> 8
  target[at + 6] = 0
  target[at + 7] = 0
}

export function readU48(source: Uint8Array, at: number): number {
  return readU32(source, at) + (source[at + 4]! | (source[at + 5]! << 8)) * 0x100000000
}
