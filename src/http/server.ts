// The broker's small window for people and probes: GET only, on loopback unless told otherwise. Changes nothing but by
// /reload, never repeats what a request said, never waits for a slow reader.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isIP, type AddressInfo, type Socket } from 'node:net'
import { KiteQError } from '../model/errors.ts'
import { plainJson } from '../model/plain-text.ts'
import {
  httpConnectionsMax,
  httpHeaderBytesMax,
  httpTimeoutMs,
  statSampleMs,
} from '../model/limits.ts'
import { ConnectionSlots } from './connection-slots.ts'
import { Metrics } from './metrics.ts'
import type { MetricsSource } from './metrics-figures.ts'
import { answerReload, type ReloadPort } from './reload.ts'
import { nextSampleMs, RateSampler, type Health, type StatSource } from './stat.ts'

export interface HttpOptions {
  readonly source: StatSource
  /** Behind /metrics. */
  readonly metrics?: MetricsSource | undefined
  /** Behind /reload. */
  readonly reload?: ReloadPort | undefined
  /** Names besides the loopback ones and the listening host that a request may call this server by. */
  readonly hosts?: readonly string[]
  /** A look at the broker failed: a bug, told once a request or sample. */
  readonly problem?: (message: string) => void
  /** Monotonic milliseconds. */
  readonly nowMs?: () => number
  readonly sampleMs?: number
  readonly timeoutMs?: number
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

const json = 'application/json; charset=utf-8'
/** As the original names it. */
const originalJson = 'text/json; charset=utf-8'

/** What is made quicker than this is made anew each time, also on a machine that has other things to do. */
const keptFromMs = 5

export class HttpServer {
  readonly #options: HttpOptions
  readonly #sampler: RateSampler
  readonly #nowMs: () => number
  readonly #server: Server
  readonly #metrics: Metrics | undefined
  readonly #slots = new ConnectionSlots<Socket>(httpConnectionsMax)
  #host = ''
  #timer: NodeJS.Timeout | undefined
  readonly #kept = new Map<'stat' | 'binds', { readonly body: string; readonly untilMs: number }>()
  #closing: Promise<void> | undefined

  constructor(options: HttpOptions) {
    this.#options = options
    this.#sampler = new RateSampler(options.source)
    this.#nowMs = options.nowMs ?? (() => performance.now())
    this.#metrics = options.metrics && new Metrics(options.metrics, this.#nowMs)
    const timeoutMs = options.timeoutMs ?? httpTimeoutMs
    this.#server = createServer(
      {
        maxHeaderSize: httpHeaderBytesMax,
        headersTimeout: timeoutMs,
        requestTimeout: timeoutMs,
        keepAliveTimeout: timeoutMs,
        connectionsCheckingInterval: Math.min(1000, timeoutMs),
      },
      (request, response) => void this.#answer(request, response),
    )
    this.#server.on('connection', (socket: Socket) => this.#slots.opened(socket))
    this.#server.setTimeout(2 * timeoutMs) // ends a connection that does not read its answer
  }

  /** Resolves with the real port; rejects with KITEQ_CONFIG when the address cannot be had. */
  async listen(
    host: string,
    port: number,
  ): Promise<{ readonly host: string; readonly port: number }> {
    this.#host = host.toLowerCase()
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        const message = `HTTP cannot listen on ${host}:${port} (${error.code ?? error.message}); expected a free address, or --http off`
        reject(new KiteQError('KITEQ_CONFIG', message, { cause: error }))
      })
      this.#server.listen(port, host, resolve)
    })
    this.#server.removeAllListeners('error')
    this.#server.on('error', (error) => this.#options.problem?.(`HTTP: ${error.message}`)) // such as no free descriptors
    this.#sample()
    return { host, port: (this.#server.address() as AddressInfo).port }
  }

  /** With very many topics a body takes a while to make: whoever asks again at once gets the same. */
  #recent(name: 'stat' | 'binds', make: () => string): string {
    const kept = this.#kept.get(name)
    const nowMs = this.#nowMs()
    if (kept !== undefined && nowMs < kept.untilMs) return kept.body
    const body = make()
    const tookMs = this.#nowMs() - nowMs
    if (tookMs >= keptFromMs) this.#kept.set(name, { body, untilMs: nowMs + 50 * tookMs })
    return body
  }

  close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#metrics?.close()
    this.#closing ??= new Promise((resolve) => {
      this.#server.close(() => resolve()) // also called when it never listened
      this.#server.closeAllConnections()
    })
    return this.#closing
  }

  #sample(): void {
    if (this.#closing !== undefined) return
    const startedMs = this.#nowMs()
    try {
      this.#sampler.sample(startedMs)
    } catch (error) {
      this.#options.problem?.(`statistics failed: ${String(error)}`)
    }
    const waitMs = nextSampleMs(this.#nowMs() - startedMs, this.#options.sampleMs ?? statSampleMs)
    this.#timer = setTimeout(() => this.#sample(), waitMs).unref()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request
    this.#slots.asked(socket)
    response.once('finish', () => this.#slots.answered(socket))
    const answer = this.#answerTo(request)
    // Whatever needs no wait is written now: a broker that stops ends the connection in the next moment.
    write(response, answer instanceof Promise ? await answer : answer)
  }

  #answerTo(request: IncomingMessage): Answer | Promise<Answer> {
    if (!this.#isOurs(request)) return failure(421, 'not a name of this server')
    if (request.method !== 'GET') return failure(405, 'only GET')
    const path = request.url?.split('?', 1)[0]
    try {
      if (path !== '/metrics' || this.#metrics === undefined) return this.#pageAt(path, request)
      return this.#metrics.answer().then(
        (page) => ({ status: 200, ...page }),
        (error: unknown) => this.#failed('metrics', error),
      )
    } catch (error) {
      return this.#failed(path === '/reload' ? 'reload' : 'statistics', error)
    }
  }

  #failed(what: string, error: unknown): Answer {
    this.#options.problem?.(`${what} failed: ${String(error)}`)
    return failure(500, 'failed; the log of the broker says why')
  }

  #pageAt(path: string | undefined, request: IncomingMessage): Answer {
    switch (path) {
      case '/healthz':
        return probe(this.#options.source.health(), 'ok', 'failing')
      case '/readyz':
        return probe(this.#options.source.ready(), 'ready', 'not ready')
      case '/stat':
        return {
          status: 200,
          type: originalJson,
          body: this.#recent('stat', () => this.#sampler.statBody()),
        }
      case '/binds':
        return {
          status: 200,
          type: originalJson,
          body: this.#recent('binds', () => this.#sampler.bindsBody()),
        }
      case '/reload':
        return { type: originalJson, ...answerReload(request, this.#options.reload) }
      default:
        return failure(
          404,
          'no such page; there are /healthz, /readyz, /metrics, /stat, /binds and /reload',
        )
    }
  }

  /**
   * A page in a browser can make it ask us under any name that it has pointed at us, and read the answer. Names that
   * only we have cannot be pointed elsewhere: those of loopback, our own, and numeric addresses.
   */
  #isOurs({ headers, socket }: IncomingMessage): boolean {
    const name = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i
      .exec(headers.host ?? '')?.[1]
      ?.toLowerCase()
    if (name === undefined) return false
    const bare = name.replace(/^\[|\]$/g, '')
    if (bare === 'localhost' || bare === this.#host || this.#options.hosts?.includes(bare) === true)
      return true
    if (isIP(bare) === 0) return false
    const everywhere = this.#host === '0.0.0.0' || this.#host === '::'
    // A server that listens on a name is called by its number, too: that is what a registry tells.
    return everywhere || bare === '::1' || /^127\./.test(bare) || bare === socket.localAddress
  }
}

function write(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, {
    'content-type': answer.type,
    'content-length': Buffer.byteLength(answer.body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'",
    ...(answer.status === 405 && { allow: 'GET' }),
    ...(answer.status >= 400 && { connection: 'close' }), // whatever else it was about to send is not wanted
  })
  response.end(answer.body)
}

function probe(health: Health, good: string, bad: string): Answer {
  const { ok, reason } = health
  if (!ok) {
    const body = plainJson({ status: bad, reason: reason ?? 'unknown' })
    return { status: 503, type: json, body }
  }
  const more = reason === undefined ? {} : { reason }
  return { status: 200, type: json, body: plainJson({ status: good, ...more }) }
}

function failure(status: number, error: string): Answer {
  return { status, type: json, body: plainJson({ error }) }
}
