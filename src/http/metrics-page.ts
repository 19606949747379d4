// The page of /metrics, by prom-client: a registry of its own whose metrics take their numbers from one set of figures when
// they are collected. Nothing is counted here, and nothing while nobody asks.

import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { LogFigures } from './metrics-figures.ts'
import type { AllFigures, MetricRow, Sample } from './metrics-row.ts'
import { flushHistogram, metricRows } from './metrics-table.ts'

export class MetricsPage {
  readonly #registry = new Registry()
  #figures: AllFigures | undefined

  constructor() {
    for (const row of metricRows) this.#add(row)
    new FlushHistogram(this.#registry, () => this.#figures?.log.flushes)
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** Not to be called again before it has resolved. */
  async bodyOf(figures: AllFigures): Promise<string> {
    this.#figures = figures
    return await this.#registry.metrics()
  }

  #add({ name, type, help, label, read }: MetricRow): void {
    const labelNames = label === undefined ? [] : [label]
    const samples = (): readonly Sample[] => samplesOf(this.#figures && read(this.#figures))
    const labelled = (one: Sample): Record<string, string> =>
      label === undefined ? {} : { [label]: labelText(one.label) }
    const configuration = { name, help, labelNames, registers: [this.#registry] }
    if (type === 'counter')
      new Counter({
        ...configuration,
        collect() {
          this.reset()
          if (label === undefined) this.remove() // or a broker without such a thing would say 0
          for (const one of samples()) this.inc(labelled(one), one.value)
        },
      })
    else
      new Gauge({
        ...configuration,
        collect() {
          this.reset()
          if (label === undefined) this.remove()
          for (const one of samples()) this.set(labelled(one), one.value)
        },
      })
  }
}

/** Its counts are the log's: a histogram of the library wants every value once more. */
class FlushHistogram extends Histogram {
  readonly #shape = new Histogram({ ...flushHistogram, registers: [] })
  readonly #read: () => LogFigures['flushes'] | undefined

  constructor(registry: Registry, read: () => LogFigures['flushes'] | undefined) {
    super({ ...flushHistogram, registers: [registry] })
    this.#read = read
  }

  override async get(): ReturnType<Histogram['get']> {
    const flushes = this.#read()
    return { ...(await this.#shape.get()), values: flushes === undefined ? [] : valuesOf(flushes) }
  }

  /** By this name the registry asks for what it writes. */
  getForPromString(): ReturnType<Histogram['get']> {
    return this.get()
  }
}

type FlushValue = Awaited<ReturnType<Histogram['get']>>['values'][number]

function valuesOf({ bounds, counts, sum }: LogFigures['flushes']): FlushValue[] {
  const { name } = flushHistogram
  let within = 0
  const values: FlushValue[] = bounds.map((le, at) => {
    within += counts[at] ?? 0
    return { metricName: `${name}_bucket`, labels: { le }, value: within }
  })
  const all = within + (counts[bounds.length] ?? 0)
  return [
    ...values,
    { metricName: `${name}_bucket`, labels: { le: '+Inf' }, value: all },
    { metricName: `${name}_sum`, labels: {}, value: sum },
    { metricName: `${name}_count`, labels: {}, value: all },
  ]
}

function samplesOf(read: number | readonly Sample[] | undefined): readonly Sample[] {
  if (read === undefined) return []
  return typeof read === 'number' ? [{ label: '', value: read }] : read
}

/** What a terminal would take for a command, or what turns the order of text, is shown as its bytes. */
const special = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu

/** Two names that differ differ here, too: one that looks like an escape is shown escaped before. */
function labelText(name: string): string {
  return name.replace(special, (char) =>
    [...Buffer.from(char)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
  )
}
