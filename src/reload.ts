// Settings read again while the broker runs: checked as at a start, compared, and what may change changes at once. A broken
// file changes nothing. What needs a restart is told and left alone.

import type { Config } from './config.ts'
import type { Reloaded, ReloadPort } from './http/reload.ts'
import { KiteQError } from './model/errors.ts'
import type { Logger } from './model/logger.ts'

export interface ReloaderOptions {
  readonly config: Config
  /** The settings as they are written now; throws as a start would. */
  readonly reread: () => Config
  readonly apply: (settings: Config['broker']) => void
  /** Other topics are served from now on. */
  readonly announce: (topics: readonly string[]) => Promise<void>
  readonly logger: Logger
}

export class Reloader implements ReloadPort {
  readonly #options: ReloaderOptions
  #running: Config
  #isClosed = false

  constructor(options: ReloaderOptions) {
    this.#options = options
    this.#running = options.config
  }

  reload(): Reloaded {
    const { logger } = this.#options
    if (this.#isClosed) throw new KiteQError('KITEQ_CLOSED', 'the broker is stopping')
    let next: Config
    try {
      next = this.#options.reread()
    } catch (error) {
      if (error instanceof KiteQError)
        logger.warn({}, `reload: ${error.message}; nothing was changed`)
      throw error
    }
    const before = this.#running
    const { changed, needsRestart } = compareConfigs(before, next)
    this.#options.apply(next.broker)
    this.#running = { ...before, broker: next.broker }
    if (changed.includes('topics')) this.#announce()
    for (const line of next.told) if (!before.told.includes(line)) logger.info({}, line)
    logger.info({ changed, needsRestart }, summary(changed, needsRestart))
    return { topics: listed(next.broker.topics), changed, needsRestart }
  }

  /** The registry is not to hear of topics once it was told good-bye. */
  close(): void {
    this.#isClosed = true
  }

  #announce(): void {
    const { topics } = this.#running.broker
    this.#options.announce(topics === '*' ? [] : topics).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error)
      this.#options.logger.warn({}, `the registry was not told the new topics: ${why}`)
    })
  }
}

/** Keys of kiteq.toml, or its sections, in which two configurations differ. */
export function compareConfigs(
  running: Config,
  next: Config,
): { readonly changed: readonly string[]; readonly needsRestart: readonly string[] } {
  return {
    changed: differences(running.broker, next.broker).map((key) => keysOfBroker[key] ?? key),
    needsRestart: differences(running, next)
      .filter((key) => !['broker', 'told', 'rebuild'].includes(key))
      .map((key) => keysOfRest[key] ?? key),
  }
}

function differences<T extends object>(one: T, other: T): string[] {
  const keys = Object.keys({ ...one, ...other }) as (keyof T & string)[]
  return keys.filter((key) => text(one[key]) !== text(other[key]))
}

function text(value: unknown): string {
  // The order of names means nothing: the only list of texts here are the topics.
  const isNames = Array.isArray(value) && value.every((one) => typeof one === 'string')
  return JSON.stringify(isNames ? value.toSorted() : (value ?? null))
}

const keysOfBroker: Readonly<Record<string, string>> = {
  topics: 'topics',
  deliveryTimeoutMs: 'delivery.deliverySeconds',
  backoff: 'delivery.backOff',
  inquiry: 'transactions',
  receiveRate: 'delivery.receivePerSecond',
  inFlightWindow: 'delivery.inFlight',
  firstDelayMs: 'delivery.firstDelaySeconds',
  deliveryFirst: 'delivery.deliveryFirst',
  unflushedBytesMax: 'log.unflushedBytes',
  unflushedMsMax: 'log.unflushedSeconds',
  idleCloseMs: 'log.idleCloseSeconds',
}

const keysOfRest: Readonly<Record<string, string>> = {
  registryRereadMs: 'registrySeconds',
  stopTimeoutMs: 'stopSeconds',
  net: 'connections',
}

function listed(topics: Config['broker']['topics']): readonly string[] {
  return topics === '*' ? ['*'] : topics
}

function summary(changed: readonly string[], needsRestart: readonly string[]): string {
  const now = changed.length === 0 ? 'nothing has changed' : `changed: ${changed.join(', ')}`
  const later = needsRestart.length === 0 ? '' : `; waits for a restart: ${needsRestart.join(', ')}`
  return `reload: ${now}${later}`
}
