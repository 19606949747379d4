// How the archive's account logs in, by the way that the server asks for. Whoever answers in the open is not known to be the server:
// must never give it the password, nor anything that the password can be read from, but over TLS or inside this machine.

import { constants, createHash, publicEncrypt } from 'node:crypto'
import { mysqlRefusal } from './mysql-errors.ts'

/** What is known of who listens. */
export interface LoginWay {
  /** TLS, with a certificate that was checked. */
  readonly isSecure: boolean
  /** A local socket, or loopback where the address says that it is the server. */
  readonly isLocal: boolean
  /** A local socket. */
  readonly isSocket: boolean
}

/** Answers what a server says, one after the other; null: nothing to answer. */
export type LoginSteps = (said: Buffer) => Buffer | null

/** Each by its name at the server. Steps throw what `mysqlRefusal` makes. */
export const loginPlugins: Readonly<
  Record<string, (password: string, way: () => LoginWay) => LoginSteps>
> = {
  caching_sha2_password: cachingSha2,
  sha256_password: sha256,
  mysql_clear_password: clear,
}

const wantsPassword = 4
const isDone = 3
const askKeyCaching = Buffer.of(2)
const askKey = Buffer.of(1)
const nonceBytes = 20

/** A digest with a challenge is enough where the server has seen the password since it was started. */
function cachingSha2(password: string, way: () => LoginWay): LoginSteps {
  let nonce: Buffer | undefined
  let hasAsked = false
  return (said) => {
    if (nonce === undefined) {
      nonce = Buffer.from(said.subarray(0, nonceBytes))
      return password === '' ? Buffer.alloc(0) : digestOf(password, nonce)
    }
    if (hasAsked) return sealed(password, nonce, said)
    if (said[0] === isDone) return null
    if (said[0] !== wantsPassword) throw mysqlRefusal('the server asks for what is no login')
    const { isSecure, isSocket } = allowed('caching_sha2_password', way())
    if (isSecure || isSocket) return zeroEnded(password)
    hasAsked = true
    return askKeyCaching
  }
}

function sha256(password: string, way: () => LoginWay): LoginSteps {
  let nonce: Buffer | undefined
  return (said) => {
    const { isSecure } = allowed('sha256_password', way())
    if (isSecure) return zeroEnded(password)
    if (nonce !== undefined) return sealed(password, nonce, said)
    nonce = Buffer.from(said.subarray(0, nonceBytes))
    return askKey
  }
}

function clear(password: string, way: () => LoginWay): LoginSteps {
  return () => {
    if (!way().isSecure) throw refused('mysql_clear_password', 'TLS (tls=on)')
    return zeroEnded(password)
  }
}

function allowed(plugin: string, way: LoginWay): LoginWay {
  if (!way.isSecure && !way.isLocal)
    throw refused(
      plugin,
      'TLS (tls=on), a local socket (socket=PATH), an account with mysql_native_password, or trust-loopback=on where nobody else can listen on that port of this machine',
    )
  return way
}

function refused(plugin: string, expected: string): Error {
  return mysqlRefusal(
    `the server asks for the password itself (${plugin}), and anybody could be the server; expected ${expected}`,
  )
}

function zeroEnded(password: string): Buffer {
  return Buffer.from(`${password}\0`)
}

/** Only who knows the password, or its digest, can make it or check it. */
function digestOf(password: string, nonce: Buffer): Buffer {
  const once = hash(Buffer.from(password))
  return xor(once, hash(Buffer.concat([hash(once), nonce])))
}

/** Whoever made the key can open it. */
function sealed(password: string, nonce: Buffer, key: Buffer): Buffer {
  const padding = constants.RSA_PKCS1_OAEP_PADDING
  return publicEncrypt({ key, padding, oaepHash: 'sha1' }, xor(zeroEnded(password), nonce))
}

function hash(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}

/** `with` again and again. */
function xor(bytes: Buffer, withBytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, at) => byte ^ withBytes[at % withBytes.length]!))
}
