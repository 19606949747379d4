// Medians and spreads of a few runs.

export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** NaN of nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  if (sorted.length === 0) return NaN
  const at = (sorted.length - 1) * share
  const below = sorted[Math.floor(at)]!
  return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at))
}

export function spread(values: readonly number[]): Spread {
  return {
    median: percentile(values, 0.5),
    low: Math.min(...values),
    high: Math.max(...values),
  }
}

/** `123,456 (120,000-130,000)`; decimals by size. */
export function spreadText(of: Spread): string {
  if (Number.isNaN(of.median)) return '-'
  const [median, low, high] = [of.median, of.low, of.high].map(figure)
  return low === high ? median! : `${median!} (${low!}-${high!})`
}

export function figure(value: number): string {
  if (Number.isNaN(value)) return '-'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en-US', { maximumFractionDigits: digits })
}
