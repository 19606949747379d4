// The wire between a folder's owner and whoever asks him: local sockets, one JSON value a line. Knows no folder; a socket
// is nobody's to open before its folder or its mode says so, which is for the caller to arrange.

import net from 'node:net'
import { KiteQError, errorCodes, type ErrorCode } from '../model/errors.ts'

/** Answers one request; both are JSON values. A rejection goes back as an error. */
export type Handler = (request: unknown) => Promise<unknown>

export interface Listening {
  readonly close: () => Promise<void>
}

/** The largest message there is, as text, and what is said beside it. */
const requestCharsMax = 4 * 1024 * 1024
/** Lists come in pages far below it; who says more is no owner, or one of another time. */
const answerCharsMax = 16 * 1024 * 1024
const answerWithinMs = 5000
/** A request that does not go on, or an answer that nobody takes. */
const quietMs = 30_000

type Answer = { readonly ok: unknown } | { readonly error: { code: string; message: string } }

/** Resolves once connections are taken. The path is the caller's to move and to remove. */
export function listenAt(path: string, handle: Handler): Promise<Listening> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serve(socket, handle)
  })
  const close = (): Promise<void> =>
    new Promise((closed) => {
      server.close(() => closed())
      for (const socket of sockets) socket.destroy()
    })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => resolve({ close }))
  })
}

/**
 * Undefined when nobody is there, or he went away before he said anything. Rejects with the owner's error, KITEQ_TIMEOUT,
 * KITEQ_CLOSED when only a part of an answer came, KITEQ_PACKET when what came is none.
 */
export function askAt(path: string, request: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(path)
    const timer = setTimeout(() => {
      reject(new KiteQError('KITEQ_TIMEOUT', `the owner has not answered in ${answerWithinMs} ms`))
      socket.destroy()
    }, answerWithinMs)
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (isNobody(error)) resolve(undefined)
      else if (isGone(error))
        return // `close` follows
      else if (error.code === 'EACCES') reject(notAllowed(error))
      else reject(error)
    })
    let text = ''
    // An owner that goes away before it answers is no owner any more.
    socket.on('close', () => {
      clearTimeout(timer)
      if (text === '') resolve(undefined)
      else
        reject(
          new KiteQError(
            'KITEQ_CLOSED',
            'the owner of the folder went away in the middle of its answer',
          ),
        )
    })
    socket.setEncoding('utf8')
    socket.on('data', (more: string) => {
      const end = more.indexOf('\n')
      text += end < 0 ? more : more.slice(0, end)
      if (text.length > answerCharsMax) reject(noAnswer(`more than ${answerCharsMax} characters`))
      else if (end < 0) return
      else settle(text, resolve, reject)
      socket.destroy()
    })
    socket.write(`${JSON.stringify(request)}\n`)
  })
}

/** Whoever made the socket may have written anything. */
function settle(
  line: string,
  resolve: (value: unknown) => void,
  reject: (error: Error) => void,
): void {
  let answer: unknown
  try {
    answer = JSON.parse(line)
  } catch {
    reject(noAnswer('it is no JSON'))
    return
  }
  const { ok, error } = (answer ?? {}) as { readonly ok?: unknown; readonly error?: unknown }
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown }
  if (ok !== undefined) resolve(ok)
  else if (typeof message === 'string') reject(new KiteQError(knownCode(code), message))
  else reject(noAnswer('it says neither "ok" nor "error"'))
}

function noAnswer(why: string): KiteQError {
  return new KiteQError(
    'KITEQ_PACKET',
    `what came from the socket of the folder's owner is no answer of a broker: ${why}`,
  )
}

function notAllowed(cause: Error): Error {
  const message = `the socket of the folder's owner is another user's (EACCES); expected the user the broker runs as`
  return Object.assign(new Error(message, { cause }), { code: 'EACCES', syscall: 'connect' })
}

/** Does a process hold this socket, be it busy, stopped or somebody else's? Only a plain "no" of the kernel is a no. */
export function isHeld(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(path)
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(!isNobody(error)))
  })
}

function isNobody(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ENOENT' || error.code === 'ECONNREFUSED'
}

function isGone(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE'
}

/** One JSON line in, one out, in order; the next is read once the answer was taken. */
function serve(socket: net.Socket, handle: Handler): void {
  socket.on('error', () => socket.destroy())
  socket.setTimeout(quietMs, () => socket.destroy())
  void answerAll(socket, handle).catch(() => socket.destroy())
}

async function answerAll(socket: net.Socket, handle: Handler): Promise<void> {
  let text = ''
  socket.setEncoding('utf8')
  for await (const more of socket as AsyncIterable<string>) {
    text += more
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      const line = text.slice(0, end)
      text = text.slice(end + 1)
      const isTaken = socket.write(`${JSON.stringify(await answerTo(line, handle))}\n`)
      if (!isTaken && socket.writable) await drained(socket)
    }
    if (text.length > requestCharsMax) break
  }
}

function drained(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('drain', resolve)
    socket.once('close', resolve)
  })
}

async function answerTo(line: string, handle: Handler): Promise<Answer> {
  try {
    return { ok: (await handle(JSON.parse(line))) ?? null }
  } catch (error) {
    const code = error instanceof KiteQError ? error.code : 'KITEQ_REFUSED'
    return { error: { code, message: error instanceof Error ? error.message : String(error) } }
  }
}

function knownCode(code: unknown): ErrorCode {
  return errorCodes.find((known) => known === code) ?? 'KITEQ_REFUSED'
}
