// Threads for work that may wait: started from the file of one, whether it is built or source. They take what the loop leaves.

import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'
import { basename } from 'node:path'
import { Worker } from 'node:worker_threads'

const niceness = 10

/**
 * `name` is a file beside `asker`, without its ending. Run from source, a worker has to be told how to read it: Node 20 hands
 * the loader on to no worker. One that takes more than `heapMib` ends with an error, and the process goes on.
 */
export function startWorker(asker: string, name: string, task?: unknown, heapMib?: number): Worker {
  const resourceLimits = heapMib === undefined ? {} : { maxOldGenerationSizeMb: heapMib }
  if (!asker.endsWith('.ts'))
    return new Worker(new URL(`./${name}.js`, asker), { workerData: task, resourceLimits })
  const { href } = new URL(`./${name}.ts`, asker)
  const loader = import.meta.resolve('tsx/esm/api') // whatever folder the process works in
  const source = `import('${loader}').then(({ register }) => { register(); return import('${href}') })`
  return new Worker(source, { eval: true, workerData: task, resourceLimits })
}

/** In a worker: the loop comes first. Only Linux gives a thread a priority of its own. */
export function stepBack(): void {
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), niceness)
  } catch {
    // Then it is as important as the rest; only slower machines notice.
  }
}
