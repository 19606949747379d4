// Who knows the key: both sides prove it over what both have said, without telling anything of it, and from the same come the keys that
// seal every later frame. Pure arithmetic: randomness comes in, nothing of a key goes out.

import { createCipheriv, createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** `dialled` answers. */
export type Role = 'dialling' | 'dialled'

export const nonceBytes = 32
export const proofBytes = 32
export const tagBytes = 16

/** HMAC-SHA-256 under the key of the set over the role, the name of the set and all that was said so far, each with its length. */
export function proofOf(
  key: KeyObject,
  set: string,
  role: Role,
  said: readonly Uint8Array[],
): Uint8Array {
  return keyed(key, `kiteq member proof 1 ${role}`, set, said)
}

/** True when it is the very proof; takes as long for any wrong one. */
export function isProof(given: Uint8Array, expected: Uint8Array): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** Seals of what `role` sends on this connection. */
export function sealOf(
  key: KeyObject,
  set: string,
  role: Role,
  said: readonly Uint8Array[],
): FrameSeal {
  return new FrameSeal(createSecretKey(keyed(key, `kiteq member seal 1 ${role}`, set, said)))
}

/**
 * Tags for one direction of one connection, in order: AES-256-GMAC with the number of the frame as nonce, so that a frame that is
 * altered, left out, put in, sent twice or sent back has another tag. About 0.2 ms for a MiB, and some microseconds a frame.
 */
export class FrameSeal {
  readonly #key: KeyObject
  readonly #nonce: Buffer = Buffer.alloc(12)
  #frames = 0

  constructor(key: KeyObject) {
    this.#key = key
  }

  /** Tag of the next frame, whose bytes are these one behind another. */
  next(pieces: readonly Uint8Array[]): Uint8Array {
    // The numbers of one connection never come round: 2^48 frames.
    this.#nonce.writeUIntBE(this.#frames++, 6, 6)
    const cipher = createCipheriv('aes-256-gcm', this.#key, this.#nonce)
    for (const piece of pieces) cipher.setAAD(piece)
    cipher.final()
    return cipher.getAuthTag()
  }

  /** True when `tag` is the tag of the next frame. */
  opens(bytes: Uint8Array, tag: Uint8Array): boolean {
    return tag.length === tagBytes && timingSafeEqual(this.next([bytes]), tag)
  }
}

function keyed(
  key: KeyObject,
  label: string,
  set: string,
  said: readonly Uint8Array[],
): Uint8Array {
  const hmac = createHmac('sha256', key)
  const length = Buffer.alloc(4)
  for (const part of [Buffer.from(label), Buffer.from(set), ...said]) {
    length.writeUInt32BE(part.length)
    hmac.update(length).update(part)
  }
  return hmac.digest()
}
