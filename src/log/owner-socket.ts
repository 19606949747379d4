// The wire between a folder's owner and whoever asks him: local sockets, one JSON value a line. Knows no folder; a socket
// is nobody's to open before its folder or its mode says so, which is for the caller to arrange.

import net from 'node:net'
import { KiteQError, errorCodes, type ErrorCode } from '../model/errors.ts'

/** Answers one request; both are JSON values. A rejection goes back as an error. */
export type Handler = (request: unknown) => Promise<unknown>

export interface Listening {
  readonly close: () => Promise<void>
}

const lineCharsMax = 1024 * 1024
const answerWithinMs = 5000

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

/** Undefined when nobody is there, or he went away. Rejects with the owner's error, or KITEQ_TIMEOUT. */
export function askAt(path: string, request: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(path)
    const timer = setTimeout(() => {
      reject(new KiteQError('KITEQ_TIMEOUT', `the owner has not answered in ${answerWithinMs} ms`))
      socket.destroy()
    }, answerWithinMs)
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (isNobody(error)) resolve(undefined)
      else if (error.code === 'EACCES') reject(notAllowed(error))
      else reject(error)
    })
    // An owner that goes away before it answers is no owner any more.
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(undefined)
    })
    readLines(socket, (line) => {
      const answer = JSON.parse(line) as Answer
      if ('ok' in answer) resolve(answer.ok)
      else reject(new KiteQError(knownCode(answer.error.code), answer.error.message))
      socket.end()
    })
    socket.write(`${JSON.stringify(request)}\n`)
  })
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

/** One JSON line in, one out, in order. */
function serve(socket: net.Socket, handle: Handler): void {
  let before: Promise<void> = Promise.resolve()
  readLines(socket, (line) => {
    before = before.then(async () => {
      const answer = await answerTo(line, handle)
      if (socket.writable) socket.write(`${JSON.stringify(answer)}\n`)
    })
  })
  socket.on('error', () => socket.destroy())
}

async function answerTo(line: string, handle: Handler): Promise<Answer> {
  try {
    return { ok: (await handle(JSON.parse(line))) ?? null }
  } catch (error) {
    const code = error instanceof KiteQError ? error.code : 'KITEQ_REFUSED'
    return { error: { code, message: error instanceof Error ? error.message : String(error) } }
  }
}

function readLines(socket: net.Socket, take: (line: string) => void): void {
  let text = ''
  socket.setEncoding('utf8')
  socket.on('data', (more: string) => {
    text += more
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      take(text.slice(0, end))
      text = text.slice(end + 1)
    }
    if (text.length > lineCharsMax) socket.destroy()
  })
}

function knownCode(code: string): ErrorCode {
  return errorCodes.find((known) => known === code) ?? 'KITEQ_REFUSED'
}
