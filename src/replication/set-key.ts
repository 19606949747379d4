// The shared key of a replica set, from its file: whoever has it reads every message and writes the log of every member. So the file
// must be this user's alone. Never says anything of the key but its length.

import { createSecretKey, type KeyObject } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { KiteQError } from '../model/errors.ts'
import { setKeyBytesMax, setKeyBytesMin } from '../model/limits.ts'

/** Not every platform has it. */
const { O_NONBLOCK = 0 } = constants as Partial<typeof constants>
const forOthers = 0o077

/** White space around the content is no part of the key. Rejects KITEQ_CONFIG, which names the file and what to do. */
export async function readSetKey(path: string): Promise<KeyObject> {
  let handle: FileHandle
  try {
    handle = await open(path, constants.O_RDONLY | O_NONBLOCK) // a pipe in its place does not hold the start up
  } catch (error) {
    throw wrong(path, `cannot be opened: ${String((error as NodeJS.ErrnoException).code)}`)
  }
  try {
    expectOwn(path, await handle.stat())
    const content = Buffer.alloc(setKeyBytesMax + 1)
    const { bytesRead } = await handle.read(content, 0, content.length, 0)
    if (bytesRead > setKeyBytesMax) throw wrong(path, `has more than ${setKeyBytesMax} bytes`)
    return setKeyOf(content.subarray(0, bytesRead), path)
  } finally {
    await handle.close()
  }
}

/** From the content of the file. Throws KITEQ_CONFIG when that is too short. */
export function setKeyOf(content: Uint8Array, path: string): KeyObject {
  let start = 0
  let end = content.length
  while (start < end && isSpace(content[start]!)) start++
  while (end > start && isSpace(content[end - 1]!)) end--
  if (end - start < setKeyBytesMin) {
    const make = 'head -c 32 /dev/urandom | base64 makes one'
    throw wrong(path, `has ${end - start} bytes, a key at least ${setKeyBytesMin}; ${make}`)
  }
  return createSecretKey(content.subarray(start, end))
}

function expectOwn(path: string, { mode, uid }: Stats): void {
  if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw wrong(path, 'is no plain file')
  const own = process.geteuid?.()
  if (own === undefined) return // a system without users
  if (uid !== own) throw wrong(path, `is of user ${uid}, and this is user ${own}`)
  if ((mode & forOthers) === 0) return
  const octal = (mode & 0o7777).toString(8).padStart(4, '0')
  throw wrong(path, `has mode ${octal}, which lets others at the key; chmod 600 ${path}`)
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
}

function wrong(path: string, what: string): KiteQError {
  return new KiteQError('KITEQ_CONFIG', `the key file of the replica set, ${path}, ${what}`)
}
