// Behind the door of /metrics: one scrape at a time, whoever asks; whoever asks again at once gets the same, when it was dear
// to make. The library is loaded with the first scrape.

import type { MetricsPage } from './metrics-page.ts'
import { ProcessMeter } from './metrics-process.ts'
import type { MetricsSource } from './metrics-figures.ts'

export interface MetricsAnswer {
  readonly type: string
  readonly body: string
}

/** A scrape takes at most one part in this many of the broker's time, however often it is asked for. */
const scrapeShare = 50

export class Metrics {
  readonly #source: MetricsSource
  readonly #nowMs: () => number
  readonly #process = new ProcessMeter()
  #page: MetricsPage | undefined
  #scraping: Promise<MetricsAnswer> | undefined
  #kept: MetricsAnswer | undefined
  #keptUntilMs = -Infinity

  constructor(source: MetricsSource, nowMs: () => number) {
    this.#source = source
    this.#nowMs = nowMs
  }

  /** Rejects with what taking the figures threw: a bug. */
  answer(): Promise<MetricsAnswer> {
    if (this.#kept !== undefined && this.#nowMs() < this.#keptUntilMs)
      return Promise.resolve(this.#kept)
    this.#scraping ??= this.#scrape().finally(() => (this.#scraping = undefined))
    return this.#scraping
  }

  close(): void {
    this.#process.close()
  }

  async #scrape(): Promise<MetricsAnswer> {
    this.#page ??= new (await import('./metrics-page.ts')).MetricsPage()
    const startedMs = this.#nowMs()
    const figures = await this.#source.figures()
    const scrapeSeconds = (this.#nowMs() - startedMs) / 1000
    const body = await this.#page.bodyOf({
      ...figures,
      process: this.#process.figures(),
      scrapeSeconds,
    })
    const answer = { type: this.#page.contentType, body }
    const nowMs = this.#nowMs()
    const tookMs = nowMs - startedMs
    this.#kept = tookMs >= 1 ? answer : undefined
    this.#keptUntilMs = nowMs + tookMs * scrapeShare
    return answer
  }
}
