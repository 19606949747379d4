// The head of a checkpoint under the id of another log: a restored log has an id of its own, and the state in the checkpoint
// is the same. Touches the id and the checksum of the head only.

import { checksum } from './checksum.ts'
import { readU32, writeU32 } from './frame.ts'
import { corruptFile } from './segment.ts'

/** As drawn in docs/log-format.md. */
export const checkpointHeadBytes = 256
const logIdAt = 32
const crcAt: number = checkpointHeadBytes - 4

/** A copy of a head, for the log of this id (32 hex digits). Throws KITEQ_LOG_CORRUPT, naming `path`, for one that does not hold. */
export function withLogId(head: Uint8Array, logId: string, path: string): Uint8Array {
  const copy = new Uint8Array(head)
  if (copy.length !== checkpointHeadBytes || readU32(copy, crcAt) !== checksum(copy, 0, crcAt, 0))
    throw corruptFile(path, 0, 'the checksum of the head does not hold')
  copy.set(Buffer.from(logId, 'hex'), logIdAt)
  writeU32(copy, crcAt, checksum(copy, 0, crcAt, 0))
  return copy
}
