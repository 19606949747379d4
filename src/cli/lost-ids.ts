// Message ids that can still be read where no whole record is: a header begins with its id, 32 hex digits behind two known
// bytes. What is found may itself be damaged: it is a help for people, never a proof.

import type { Disk } from '../log/disk.ts'
import { readInto } from '../log/disk.ts'

/** Field 1 of a header, 32 bytes long. */
const mark: Buffer = Buffer.from([0x0a, 32])
const idForm = /^[0-9a-f]{32}$/i
const chunkBytes = 1024 * 1024
const foundBytes = 34

/** The first `max` different ones in [position, position + length) of a file, in order. */
export async function findIds(
  disk: Disk,
  path: string,
  position: number,
  length: number,
  max: number,
): Promise<string[]> {
  const ids = new Set<string>()
  const file = await disk.open(path, 'read')
  try {
    const chunk = Buffer.alloc(Math.min(chunkBytes, length))
    const end = position + length
    for (let at = position; at < end && ids.size < max; at += chunkBytes - foundBytes) {
      const wanted = Math.min(chunk.length, end - at)
      // What cannot be read holds no id.
      const count = await readInto(file, chunk, 0, wanted, at).catch(() => 0)
      collect(chunk.subarray(0, count), ids, max)
      if (wanted < chunkBytes) break
    }
  } finally {
    await file.close()
  }
  return [...ids]
}

function collect(bytes: Buffer, ids: Set<string>, max: number): void {
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) {
    const text = bytes.toString('latin1', at + 2, at + foundBytes)
    if (!idForm.test(text)) continue
    ids.add(text.toLowerCase())
    if (ids.size >= max) return
  }
}
