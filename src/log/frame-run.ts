// Many frames checked with one checksum. CRC-32 is linear: what the checksum of a whole run has to be follows from the
// checksums that its frames carry, so a run is summed up by one native call, which costs a small part of one call a frame.
// A frame that does not hold changes the sum, whatever follows it; two can hide each other no more often than a crc can lie.

import { checksum } from './checksum.ts'
import { solveSeed } from './crc-seed.ts'
import { frameLength, readU32 } from './frame.ts'

/** Longer frames are worth a checksum of their own. */
export const runFrameBytesMax = 4096

const nibbles = 8
const rowWords = nibbles * 16
const crcBytes = 4

/** Of a length: what becomes of each value of each nibble of a checksum when that many zero bytes follow. */
const rows: Uint32Array = new Uint32Array(rowWords * (runFrameBytesMax + 1))
const isFilled: Uint8Array = new Uint8Array(runFrameBytesMax + 1)
const zeros: Uint8Array = new Uint8Array(runFrameBytesMax)

/** Whether every frame of source[start, end) holds, which are whole and no longer than `runFrameBytesMax`. */
export function runHolds(source: Uint8Array, start: number, end: number, seed: number): boolean {
  // With R the sum so far and c the crc of the next frame: crc(R, frame) = c ^ moved(R ^ c ^ before, length of the frame),
  // where `before` is the checksum that four zero bytes, in place of those of the crc, turn into the seed.
  const before = solveSeed(zeros, 0, crcBytes, seed)
  let sum = 0
  for (let at = start; at < end;) {
    const length = frameLength(source, at)
    const crc = readU32(source, at)
    sum = crc ^ moved(sum ^ crc ^ before, length)
    at += length
  }
  return sum >>> 0 === checksum(source, start, end, 0)
}

function moved(value: number, length: number): number {
  if (isFilled[length] === 0) fill(length)
  const row = length * rowWords
  return (
    rows[row + (value & 15)]! ^
    rows[row + 16 + ((value >>> 4) & 15)]! ^
    rows[row + 32 + ((value >>> 8) & 15)]! ^
    rows[row + 48 + ((value >>> 12) & 15)]! ^
    rows[row + 64 + ((value >>> 16) & 15)]! ^
    rows[row + 80 + ((value >>> 20) & 15)]! ^
    rows[row + 96 + ((value >>> 24) & 15)]! ^
    rows[row + 112 + (value >>> 28)]!
  )
}

function fill(length: number): void {
  const row = length * rowWords
  const ofNothing = checksum(zeros, 0, length, 0)
  for (let bit = 0; bit < 32; bit++) {
    const at = row + (bit >>> 2) * 16 + (1 << (bit & 3))
    rows[at] = checksum(zeros, 0, length, (1 << bit) >>> 0) ^ ofNothing
  }
  for (let nibble = 0; nibble < nibbles; nibble++)
    for (let value = 3; value < 16; value++) {
      const lowest = value & -value
      const at = row + nibble * 16
      if (value !== lowest) rows[at + value] = rows[at + lowest]! ^ rows[at + value - lowest]!
    }
  isFilled[length] = 1
}
