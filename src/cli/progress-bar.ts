// A line that tells how far a long reading is: a bar, the part done, how fast, how much longer. Text only; where and how
// often it is shown is the terminal's.

const cells = 24

/** `done` of `total` bytes after `elapsedMs`. */
export function progressBar(done: number, total: number, elapsedMs: number): string {
  const part = total === 0 ? 1 : Math.min(1, done / total)
  const bytesPerMs = elapsedMs > 0 ? done / elapsedMs : 0
  const speed = `${Math.round(bytesPerMs / 1000)} MB/s`
  const left = bytesPerMs > 0 ? `, ${duration((total - done) / bytesPerMs)} left` : ''
  return `${bar(part)}  ${speed}${left}`
}

/** `done` of `total` things after `elapsedMs`. */
export function countBar(done: number, total: number, elapsedMs: number): string {
  const part = total === 0 ? 1 : Math.min(1, done / total)
  const perMs = elapsedMs > 0 ? done / elapsedMs : 0
  const left = perMs > 0 ? `, ${duration(Math.max(0, total - done) / perMs)} left` : ''
  return `${bar(part)}  ${done} of ${total}, ${Math.round(perMs * 1000)}/s${left}`
}

/** With the part done in percent, rounded down. */
function bar(part: number): string {
  const full = Math.round(part * cells)
  return `${'█'.repeat(full)}${'░'.repeat(cells - full)} ${Math.floor(part * 100)} %`
}

/** `42 s`, `3 min 05 s`, `1 h 02 min`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const two = (value: number): string => String(value).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${two(seconds % 60)} s`
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`
}
