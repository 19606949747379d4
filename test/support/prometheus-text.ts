// Reads the text format of Prometheus as strictly as it is written down, so that a page that another reader would refuse, or
// read otherwise, fails a test.

import assert from 'node:assert/strict'

export interface Family {
  readonly type: string
  readonly help: string
  /** By `name{label="value"}` as it stands in the text. */
  readonly series: Map<string, number>
}

const metricName = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const labelPair = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"'
const sampleLine = new RegExp(
  `^(${metricName})(\\{${labelPair}(?:,${labelPair})*\\})? (NaN|[+-]Inf|[+-]?[0-9][0-9.e+-]*)$`,
)
const types = ['counter', 'gauge', 'histogram', 'summary', 'untyped']

/** Every family by its name; fails on the first line that is not as it must be. */
export function readPrometheus(text: string): Map<string, Family> {
  assert.ok(text.endsWith('\n'), 'the last line has an end')
  const families = new Map<string, Family>()
  let help: readonly [name: string, text: string] | undefined
  let current: readonly [name: string, family: Family] | undefined
  for (const line of text.split('\n')) {
    if (line === '') continue
    const [, word, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    if (word === 'HELP') {
      assert.ok(!families.has(name), `${name} is told twice`)
      help = [name, rest]
    } else if (word === 'TYPE') {
      assert.equal(help?.[0], name, `${name}: help comes right before the type`)
      assert.match(name, new RegExp(`^${metricName}$`))
      assert.ok(types.includes(rest), `${name} is of type ${rest}`)
      assert.equal(rest === 'counter', name.endsWith('_total'), `${name}: counters end in _total`)
      current = [name, { type: rest, help: help[1], series: new Map() }]
      families.set(...current)
    } else {
      const [, sample = '', labels = '', value = ''] = sampleLine.exec(line) ?? []
      assert.notEqual(sample, '', `no sample: ${JSON.stringify(line)}`)
      assert.ok(current !== undefined && isOf(sample, current), `${line}: not below its own type`)
      const { series } = current[1]
      assert.ok(!series.has(sample + labels), `${sample}${labels} twice`)
      series.set(sample + labels, numberOf(value))
    }
  }
  for (const [name, family] of families) expectSound(name, family)
  return families
}

/** A number of the text by `name{label="value"}`. */
export function valueIn(families: ReadonlyMap<string, Family>, series: string): number | undefined {
  const name = series.replace(/\{.*/s, '')
  const family = families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, ''))
  return family?.series.get(series)
}

function isOf(sample: string, [name, { type }]: readonly [string, Family]): boolean {
  if (type !== 'histogram') return sample === name
  return ['_bucket', '_sum', '_count'].some((end) => sample === name + end)
}

function numberOf(value: string): number {
  const number = Number(value.replace('Inf', 'Infinity'))
  assert.ok(value === 'NaN' || !Number.isNaN(number), `${value} is no number`)
  return number
}

function expectSound(name: string, { type, help, series }: Family): void {
  assert.match(help, /^[A-Z0-9].*\.$/, `${name}: help is a sentence`)
  for (const [key, value] of series) {
    assert.ok(Number.isFinite(value), `${key} is ${value}`)
    if (type !== 'gauge') assert.ok(value >= 0, `${key} is ${value}`)
  }
  if (type !== 'histogram') return
  const buckets = [...series].filter(([key]) => key.startsWith(`${name}_bucket`))
  assert.deepEqual(
    buckets.map(([, count]) => count),
    buckets.map(([, count]) => count).toSorted((a, b) => a - b),
    `${name}: counts grow from bucket to bucket`,
  )
  assert.equal(buckets.at(-1)?.[0], `${name}_bucket{le="+Inf"}`)
  assert.equal(buckets.at(-1)?.[1], series.get(`${name}_count`))
  assert.ok(series.has(`${name}_sum`), `${name} has a sum`)
}
