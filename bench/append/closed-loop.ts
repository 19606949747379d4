// What every append variant is: something that takes records and says when they are durable. And the loop that keeps
// a fixed number of them in flight.

export interface Appender {
  /** Takes one record of the loop's size; it need not be written yet. */
  append(): void
  /** Lets what was taken go to disk, unless something is on its way already. */
  flush(): void
  /** Called with how many more records are durable. */
  onDurable: (count: number) => void
  close(): Promise<void>
}

export interface LoopResult {
  readonly perSecond: number
  readonly flushesPerSecond: number
  /** CPU of the process, in cores. */
  readonly cores: number
}

/** Appends until the time is up, then waits for the last to be durable. */
export function closedLoop(
  appender: Appender,
  inFlight: number,
  warmupMs: number,
  durationMs: number,
): Promise<LoopResult> {
  return new Promise((resolve) => {
    const opened = performance.now()
    let begun = 0
    let cpu = process.cpuUsage()
    let durable = 0
    let flushes = 0
    let pending = inFlight
    let result: LoopResult | undefined
    appender.onDurable = (count) => {
      const now = performance.now()
      pending -= count
      if (begun === 0 && now - opened >= warmupMs) {
        begun = now
        cpu = process.cpuUsage()
      } else if (begun > 0 && result === undefined) {
        durable += count
        flushes++
        if (now - begun >= durationMs) result = resultOf(now - begun, durable, flushes, cpu)
      }
      if (result !== undefined) {
        if (pending === 0) resolve(result)
        return
      }
      pending += count
      for (let i = 0; i < count; i++) appender.append()
      appender.flush()
    }
    for (let i = 0; i < inFlight; i++) appender.append()
    appender.flush()
  })
}

function resultOf(
  ms: number,
  durable: number,
  flushes: number,
  before: NodeJS.CpuUsage,
): LoopResult {
  const cpu = process.cpuUsage(before)
  return {
    perSecond: Math.round((durable * 1000) / ms),
    flushesPerSecond: Math.round((flushes * 1000) / ms),
    cores: Math.round((cpu.user + cpu.system) / ms / 10) / 100,
  }
}
