// `/reload` as the original has it: a GET that makes the broker read its settings again. It is the one request here that
// changes something; so it is taken from this machine alone, and never from a page in a browser.

import type { IncomingMessage } from 'node:http'
import { KiteQError } from '../model/errors.ts'
import { plainJson } from '../model/plain-text.ts'

export interface Reloaded {
  /** As served from now on; `*`: any. */
  readonly topics: readonly string[]
  /** Settings that have changed just now, and those that differ and wait for a restart: keys of kiteq.toml. */
  readonly changed: readonly string[]
  readonly needsRestart: readonly string[]
}

export interface ReloadPort {
  /** All or nothing. Throws KiteQError with the reason, and nothing has changed. */
  reload(): Reloaded
}

/** What is asked of a request: who sends it, to which of our addresses. */
export interface ReloadRequest {
  readonly headers: IncomingMessage['headers']
  readonly socket: {
    readonly remoteAddress?: string | undefined
    readonly localAddress?: string | undefined
  }
}

export interface ReloadAnswer {
  readonly status: number
  readonly body: string
}

/** Errors that are no KiteQError come back to the caller. */
export function answerReload(request: ReloadRequest, port: ReloadPort | undefined): ReloadAnswer {
  const denied = denial(request)
  if (denied !== undefined) return refusal(403, denied)
  if (port === undefined) return refusal(404, 'this broker was given no way to read settings again')
  try {
    const { topics, changed, needsRestart } = port.reload()
    return {
      status: 200,
      body: plainJson({ status: 200, topics, changed, needs_restart: needsRestart }),
    }
  } catch (error) {
    if (!(error instanceof KiteQError)) throw error
    return refusal(500, `${error.message}; nothing was changed`)
  }
}

function denial({ headers, socket }: ReloadRequest): string | undefined {
  if (!isThisMachine(socket)) return 'a reload is taken from this machine only'
  // A page anywhere can make a browser on this machine send a GET; browsers say so.
  const site = headers['sec-fetch-site'] ?? 'none'
  return site !== 'none' || headers.origin !== undefined
    ? 'a reload is not taken from a page in a browser'
    : undefined
}

/** From loopback; or from the very address it has come to, which no other machine can have. */
function isThisMachine({ remoteAddress, localAddress }: ReloadRequest['socket']): boolean {
  if (remoteAddress === undefined) return false
  return (
    remoteAddress === '::1' ||
    /^(::ffff:)?127\./.test(remoteAddress) ||
    remoteAddress === localAddress
  )
}

function refusal(status: number, error: string): ReloadAnswer {
  return { status, body: plainJson({ status, error }) }
}
