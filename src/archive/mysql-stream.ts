// What stands between the driver and the network: it bounds what a server may send for one question, has TLS before anything that
// is secret, and knows who could be listening. Must never let the driver write to the terminal, nor hold a process that ends.

import { readFileSync } from 'node:fs'
import { connect, isIP, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as secure } from 'node:tls'
import { KiteQError } from '../model/errors.ts'
import type { MysqlAddress, MysqlTls } from './mysql-address.ts'
import { MysqlAnswer } from './mysql-answer.ts'
import { mysqlFault, mysqlRefusal } from './mysql-errors.ts'

/** Until a server has let somebody in it has little to say. */
const loginBytesMax = 64 * 1024
/** What is asked for comes in pages of some MiB. */
const answerBytesMax = 64 * 1024 * 1024
const headBytes = 4
/** Offered in a server's greeting, wanted in the answer. */
const sslFlag = 0x800
/** How the answer to a greeting begins, and all there is of it before TLS. */
const sslRequestBytes = 32
const complaintCharsMax = 200

export class MysqlStream extends Duplex {
  readonly #address: MysqlAddress
  readonly #socket: Socket
  readonly #tls: MysqlTls | undefined
  readonly #ca: Buffer | undefined
  /** The one that is written to. */
  #wire: Socket
  #isSecure = false
  #isLoggedIn = false
  /** What was said in the open, where it has to be TLS. */
  #greeting: Buffer[] = []
  #bytes = 0
  readonly #answer = new MysqlAnswer()

  /** Connects at once. Throws KITEQ_USAGE when the certificates cannot be read. */
  constructor(address: MysqlAddress) {
    super({ allowHalfOpen: false })
    const { socket: path, host, port, tls } = address
    this.#address = address
    this.#tls = tls
    if (tls?.caFile !== undefined) this.#ca = readCertificates(tls.caFile)
    this.#socket = path === undefined ? connect({ host, port }) : connect({ path })
    this.#socket.setNoDelay()
    this.#socket.setKeepAlive(true)
    this.#wire = this.#socket
    this.#listen(this.#socket)
  }

  /** A local socket. */
  get isSocket(): boolean {
    return this.#address.socket !== undefined
  }

  /** Nobody on the way reads it, and who answers is who was meant. */
  get isSecure(): boolean {
    return this.#isSecure
  }

  /** It does not leave this machine, and who listens there is said to be the server: on a port any account could. */
  get isLocal(): boolean {
    if (this.isSocket) return true
    const { trustsLoopback = false } = this.#address
    return trustsLoopback && isLoopback(this.#socket.remoteAddress ?? '')
  }

  /** From now on each question has its bounds. */
  loggedIn(): void {
    this.#isLoggedIn = true
    this.#answer.loggedIn()
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event !== 'data') return super.emit(event, ...args)
    const complaint = complaintOf(() => super.emit(event, ...args))
    if (complaint !== undefined) this.destroy(mysqlFault(complaint))
    return true
  }

  override _read(): void {
    this.#wire.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    if (this.#isLoggedIn) {
      this.#bytes = 0
      this.#answer.asked()
    } else if (this.#tls !== undefined) {
      if (!this.#isSecure) return this.#goSecure(this.#tls, chunk, done)
      chunk[3]! += 1 // the request for TLS was one more
    }
    this.#wire.write(chunk, done)
  }

  override _final(done: Done): void {
    this.#wire.end(() => done())
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#wire.destroy()
    this.#socket.destroy()
    done(error)
  }

  #listen(wire: Socket): void {
    wire.on('data', (chunk) => this.#hear(chunk))
    wire.on('end', () => this.push(null))
    wire.on('error', (error) => this.destroy(error))
    wire.on('close', () => this.push(null))
  }

  #hear(chunk: Buffer): void {
    if (this.destroyed) return
    const wasTls = !this.#isLoggedIn && this.#isSecure
    this.#bytes += chunk.length
    this.#answer.through(chunk, wasTls ? -1 : 0)
    const bytesMax = this.#isLoggedIn ? answerBytesMax : loginBytesMax
    const isTooMuch = this.#bytes > bytesMax
    const fault = isTooMuch
      ? `more than ${bytesMax} bytes for one question`
      : this.#answer.complaint
    if (fault !== undefined) {
      this.destroy(mysqlFault(fault))
      return
    }
    if (!this.#isLoggedIn && this.#tls !== undefined && !this.#isSecure) this.#greeting.push(chunk)
    if (!this.push(chunk)) this.#wire.pause()
  }

  /** `response` is the driver's to the greeting; it goes behind a request for TLS, once that is there. */
  #goSecure({ name }: MysqlTls, response: Buffer, done: Done): void {
    const greeting = Buffer.concat(this.#greeting)
    this.#greeting = []
    if (!offersTls(greeting)) {
      done(mysqlRefusal('the server has no TLS; expected one that has, or no tls= in the address'))
      return
    }
    const flags = (response.readUInt32LE(headBytes) | sslFlag) >>> 0
    response.writeUInt32LE(flags, headBytes) // both say the same
    response[3] = 2
    const request = Buffer.alloc(headBytes + sslRequestBytes)
    response.copy(request, 0, 0, request.length)
    request.writeUIntLE(sslRequestBytes, 0, 3)
    request[3] = 1
    const socket = this.#socket
    socket.removeAllListeners('data')
    socket.removeAllListeners('end')
    socket.write(request)
    const host = name ?? this.#address.host
    const wire = secure(
      {
        ...{ socket, host },
        ...(isIP(host) === 0 && { servername: host }),
        ...(this.#ca !== undefined && { ca: this.#ca }),
      },
      () => {
        wire.removeListener('error', failed)
        this.#isSecure = true
        this.#wire = wire
        this.#listen(wire)
        wire.write(response, done)
      },
    )
    const failed = (error: Error): void => {
      this.destroy(tlsError(error))
    }
    wire.on('error', failed)
  }
}

/** Of an address as a socket has it. */
export function isLoopback(address: string): boolean {
  return /^(?:::ffff:)?127\.|^::1$/.test(address)
}

type Done = (error?: Error | null) => void

/** Whether it is one whole greeting that does, and nothing behind it that somebody else may have put there. */
function offersTls(greeting: Buffer): boolean {
  if (greeting.length < headBytes || greeting.length !== headBytes + greeting.readUIntLE(0, 3))
    return false
  // Version, its text, number of the connection, half of the challenge, a byte; then the lower flags.
  const flagsAt = greeting.indexOf(0, headBytes + 1) + 1 + 4 + 8 + 1
  return flagsAt + 2 <= greeting.length && (greeting.readUInt16LE(flagsAt) & sslFlag) !== 0
}

function tlsError(error: Error): Error {
  const { code = '' } = error as NodeJS.ErrnoException
  if (/^(ECONN|EPIPE|ETIMEDOUT)/.test(code)) return error
  return mysqlRefusal(
    `TLS: ${error.message}; expected a certificate for this host, by an authority that this machine or tls-ca= names`,
  )
}

function readCertificates(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException
    throw new KiteQError('KITEQ_USAGE', `tls-ca ${file} cannot be read (${code})`)
  }
}

/**
 * Of the driver, which writes to the terminal what it finds wrong with an answer, and goes on: what it wrote, or undefined.
 * Nothing else runs meanwhile.
 */
function complaintOf(parse: () => void): string | undefined {
  const { error, warn, trace, log } = console
  let complaint: string | undefined
  const hear = (...words: readonly unknown[]): void => {
    const text = words
      .map(String)
      .join(' ')
      .replace(/^Warning: /, '')
    complaint ??= `what cannot be read${text === '' ? '' : ` (${text.slice(0, complaintCharsMax)})`}`
  }
  Object.assign(console, { error: hear, warn: hear, trace: hear, log: hear })
  try {
    parse()
  } finally {
    Object.assign(console, { error, warn, trace, log })
  }
  return complaint
}
