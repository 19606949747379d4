// A grouped bar chart with whiskers as an SVG text; no library, no font but the reader's own.

export interface Series {
  readonly name: string
  /** One per category; NaN leaves a gap. */
  readonly values: readonly number[]
  readonly low?: readonly number[]
  readonly high?: readonly number[]
}

export interface Plot {
  readonly title: string
  readonly yLabel: string
  readonly categories: readonly string[]
  readonly series: readonly Series[]
  /** Decades on the vertical axis. */
  readonly logarithmic?: boolean
  readonly foot?: readonly string[]
}

const width = 960
const height = 480
const left = 90
const right = 20
const top = 64
const bottom = 92
const colours = ['#3b6ea5', '#d0743c', '#5a9a5a', '#8a63a8', '#b0a040', '#777777']

interface Scale {
  readonly ticks: readonly number[]
  y(value: number): number
}

export function plotBars(plot: Plot): string {
  const scale = scaleOf(plot)
  const slot = (width - left - right) / Math.max(1, plot.categories.length)
  const bar = (slot * 0.8) / Math.max(1, plot.series.length)
  const parts = [
    text(width / 2, 24, plot.title, 'middle', 16),
    text(14, top - 12, plot.yLabel, 'start', 12),
    ...scale.ticks.flatMap((tick) => [
      line(left, scale.y(tick), width - right, scale.y(tick), '#dddddd'),
      text(left - 8, scale.y(tick) + 4, short(tick), 'end', 11),
    ]),
    ...plot.categories.map((name, i) =>
      text(left + slot * (i + 0.5), height - bottom + 18, name, 'middle', 11),
    ),
    ...plot.series.flatMap((series, s) =>
      plot.categories.flatMap((_, i) => {
        const x = left + slot * (i + 0.1) + bar * s
        return bars(scale, series, i, x, bar, colours[s % colours.length]!)
      }),
    ),
    ...legend(plot.series),
    ...(plot.foot ?? []).map((foot, i) => text(14, height - 26 + i * 15, foot, 'start', 10)),
  ]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n')
}

function bars(
  scale: Scale,
  series: Series,
  at: number,
  x: number,
  bar: number,
  colour: string,
): string[] {
  const value = series.values[at] ?? NaN
  if (Number.isNaN(value)) return []
  const y = scale.y(value)
  const base = height - bottom
  const w = (bar * 0.9).toFixed(1)
  const h = Math.max(0, base - y).toFixed(1)
  const out = [
    `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${w}" height="${h}" fill="${colour}"/>`,
    text(x + bar * 0.45, y - 4, short(value), 'middle', 9),
  ]
  const low = series.low?.[at]
  const high = series.high?.[at]
  if (low !== undefined && high !== undefined && high > low) {
    out.push(line(x + bar * 0.45, scale.y(low), x + bar * 0.45, scale.y(high), '#222222'))
  }
  return out
}

function legend(series: readonly Series[]): string[] {
  return series.flatMap((one, i) => {
    const x = left + i * 190
    const y = height - bottom + 36
    return [
      `<rect x="${x}" y="${y - 9}" width="10" height="10" fill="${colours[i % colours.length]!}"/>`,
      text(x + 16, y, one.name, 'start', 11),
    ]
  })
}

function scaleOf(plot: Plot): Scale {
  const values = plot.series
    .flatMap((one) => [...one.values, ...(one.high ?? [])])
    .filter((value) => value > 0 && Number.isFinite(value))
  const room = height - top - bottom
  const highest = values.length === 0 ? 1 : Math.max(...values)
  if (plot.logarithmic === true) {
    const low = Math.floor(Math.log10(values.length === 0 ? 1 : Math.min(...values)))
    const high = Math.max(low + 1, Math.ceil(Math.log10(highest)))
    const y = (value: number): number => {
      const share = (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low)
      return height - bottom - share * room
    }
    return { y, ticks: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)) }
  }
  const step = niceStep(highest / 5)
  const steps = Math.max(1, Math.ceil(highest / step))
  const y = (value: number): number => height - bottom - (value / (step * steps)) * room
  return { y, ticks: Array.from({ length: steps + 1 }, (_, i) => i * step) }
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  return ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power
}

function short(value: number): string {
  if (value >= 1e6) return `${trim(value / 1e6)}M`
  if (value >= 1e4) return `${trim(value / 1e3)}k`
  return trim(value)
}

function trim(value: number): string {
  return String(Number(value.toPrecision(3)))
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string): string {
  const at = [x1, y1, x2, y2].map((value) => value.toFixed(1))
  return `<line x1="${at[0]!}" y1="${at[1]!}" x2="${at[2]!}" y2="${at[3]!}" stroke="${colour}"/>`
}

function text(x: number, y: number, value: string, anchor: string, size: number): string {
  const safe = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" font-size="${size}">${safe}</text>`
}
