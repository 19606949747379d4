// A process of cluster.long.test.ts: so many clusters from a seed on, or as many as it has time for. Prints what they showed.

import { runMany } from './sim-run.ts'

const [seed = 1, clusters = 1, ms = 0] = process.argv.slice(2).map(Number)
const untilMs = performance.now() + ms
const troubledMs = 60_000
void runMany({ seed, clusters, troubledMs, isOver: () => performance.now() > untilMs }).then(
  (total) => console.log(JSON.stringify(total)),
  (error: unknown) => {
    console.error(error)
    process.exitCode = 1
  },
)
