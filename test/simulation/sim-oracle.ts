// Knows what was ever safe in a simulated replica set: of each record below a watermark the checksum and its place. No later leader
// may have another record there, no copy may let go of one, nobody may have folded more.

import assert from 'node:assert/strict'
import { frameLength, frameOffset, logFrameHeadBytes } from '../../src/log/frame.ts'
import { segmentHeaderBytes, segmentName } from '../../src/log/segment.ts'
import type { CrashDisk } from '../support/crash-disk.ts'
import { simFolder } from './sim-member.ts'

export class SimOracle {
  readonly #crc: number[] = []
  readonly #segment: number[] = []
  readonly #position: number[] = []
  #next = { segment: 1, position: segmentHeaderBytes }

  /** Behind the last record that was ever safe. */
  get length(): number {
    return this.#crc.length
  }

  /** A leader says that everything below `to` is safe. */
  feed(disk: CrashDisk, to: number, who: string): void {
    while (this.length < to) {
      const offset = this.length
      const here = this.#find(disk, offset)
      assert.ok(here !== undefined, `${who} calls record ${offset} safe and does not have it`)
      this.#crc.push(crcAt(here.bytes, here.position))
      this.#segment.push(here.segment)
      this.#position.push(here.position)
      const end = here.position + frameLength(here.bytes, here.position)
      this.#next = { segment: here.segment, position: end }
    }
  }

  /** On how many of these disks the last safe record stands. */
  holders(disks: readonly CrashDisk[]): number {
    const last = this.length - 1
    const segment = this.#segment[last]
    if (segment === undefined) return disks.length
    return disks.filter((disk) => this.#isAt(bytesOf(disk, segment), last)).length
  }

  /** The first safe record that this disk has not, or has otherwise; undefined: it has all. Dropped segments count for nothing. */
  lacks(disk: CrashDisk): number | undefined {
    let at = -1
    let bytes: Uint8Array | undefined
    let isBegun = false
    for (let offset = 0; offset < this.length; offset++) {
      const segment = this.#segment[offset]!
      if (segment !== at) {
        at = segment
        bytes = bytesOf(disk, segment)
      }
      if (bytes !== undefined) isBegun = true
      else if (!isBegun) continue
      if (!this.#isAt(bytes, offset)) return offset
    }
    return undefined
  }

  /** A copy on this disk lets go of all records from `to` on. */
  cutting(disk: CrashDisk, to: number, who: string): void {
    if (to >= this.length) return
    const bytes = bytesOf(disk, this.#segment[to]!)
    assert.ok(!this.#isAt(bytes, to), `${who} lets go of record ${to}, and it was safe`)
  }

  #isAt(bytes: Uint8Array | undefined, offset: number): boolean {
    const position = this.#position[offset]!
    if (bytes === undefined || bytes.length < position + logFrameHeadBytes) return false
    return crcAt(bytes, position) === this.#crc[offset]
  }

  #find(
    disk: CrashDisk,
    offset: number,
  ): { bytes: Uint8Array; segment: number; position: number } | undefined {
    const { segment, position } = this.#next
    for (const place of [
      { segment, position },
      { segment: segment + 1, position: segmentHeaderBytes },
    ]) {
      const bytes = bytesOf(disk, place.segment)
      if (bytes === undefined || bytes.length < place.position + logFrameHeadBytes) continue
      if (frameLength(bytes, place.position) === 0) continue
      if (frameOffset(bytes, place.position) === offset) return { ...place, bytes }
    }
    return undefined
  }
}

function bytesOf(disk: CrashDisk, segment: number): Uint8Array | undefined {
  return disk.names.shown.get(`${simFolder}/${segmentName(segment)}`)?.shown
}

function crcAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
  )
}
