// Reads the segments of an earlier run: checksum of every record, index and bitmap rebuilt. The bare cost of a restart.
// It repairs nothing: the first record that does not hold ends its segment.

import { closeSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from './crc32.ts'
import { AckBitmap, type IdIndex } from './id-index.ts'
import { publishedKind, recordHeadBytes } from './pipeline.ts'
import { Routing } from './routing.ts'

export interface ScanResult {
  readonly records: number
  readonly bytes: number
  readonly ms: number
}

const chunkBytes = 4 * 1024 * 1024

/** Throws when the folder cannot be read; a folder that is not there holds nothing. */
export function scan(dir: string, index: IdIndex | undefined): ScanResult {
  const begun = performance.now()
  const total = { records: 0, bytes: 0 }
  const routing = new Routing()
  const acks = new AckBitmap()
  for (const name of segmentNames(dir)) {
    scanSegment(join(dir, name), (source, at, end) => {
      total.records++
      total.bytes += end - at
      const ordinal = source.readDoubleLE(at + 16)
      if (source[at + 8] !== publishedKind) acks.add(ordinal)
      else if (routing.decode(source, at + recordHeadBytes, end)) {
        index?.put(routing.id0, routing.id1, routing.id2, routing.id3, ordinal)
      }
    })
  }
  return { ...total, ms: Math.round(performance.now() - begun) }
}

function segmentNames(dir: string): string[] {
  try {
    return readdirSync(dir)
      .filter((name) => name.endsWith('.segment'))
      .sort()
  } catch {
    return []
  }
}

function scanSegment(path: string, visit: (source: Buffer, at: number, end: number) => void): void {
  const fd = openSync(path, 'r')
  const buffer = Buffer.allocUnsafeSlow(chunkBytes)
  let filled = 0
  let position = 0
  for (;;) {
    const count = readSync(fd, buffer, filled, chunkBytes - filled, position)
    position += count
    filled += count
    const used = visitRecords(buffer, filled, visit)
    buffer.copyWithin(0, used, filled)
    filled -= used
    if (count === 0 || used === 0) break
  }
  closeSync(fd)
}

/** Bytes taken; 0 when the first record is not whole or does not hold. */
function visitRecords(
  buffer: Buffer,
  filled: number,
  visit: (source: Buffer, at: number, end: number) => void,
): number {
  let at = 0
  while (filled - at >= recordHeadBytes) {
    const length = buffer.readUInt32LE(at + 4)
    const end = at + length
    if (length < recordHeadBytes || end > filled) break
    if (crc32(buffer, at + 4, end) !== buffer.readUInt32LE(at)) break
    visit(buffer, at, end)
    at = end
  }
  return at
}
