// One monotonic clock for all processes of the machine, in milliseconds: what one stamps, another may subtract.

const [seconds, nanoseconds] = process.hrtime()
const shift = seconds * 1000 + nanoseconds / 1e6 - performance.now()

export function monotonicMs(): number {
  return performance.now() + shift
}
