// What a damaged stretch was, as far as its first bytes still tell: a record that nobody misses is worth knowing. Only a help
// for people, for these bytes may be damaged, too.

import { readInto, type Disk } from '../log/disk.ts'
import { frameKind, frameLength, frameOffset, logFrameHeadBytes } from '../log/frame.ts'
import { kindNumberOf } from '../log/record-codec.ts'
import type { Hole } from '../log/scan-segment.ts'

const baseKind = kindNumberOf('base')

/** Words behind the reason; empty when nothing is known. */
export async function lostKindText(disk: Disk, path: string, hole: Hole): Promise<string> {
  const { position, length, firstOffset, count } = hole
  if (count !== 1 || length < logFrameHeadBytes) return ''
  const head = new Uint8Array(logFrameHeadBytes)
  const file = await disk.open(path, 'read')
  try {
    const read = await readInto(file, head, 0, head.length, position).catch(() => 0)
    if (read < head.length || frameLength(head, 0) !== length) return ''
    if (frameOffset(head, 0) !== firstOffset || frameKind(head, 0) !== baseKind) return ''
    return '; by its head it was a part of an image of the state, not a message: such an image is used no more'
  } finally {
    await file.close()
  }
}
