// Loaded into a broker process ahead of it (--import), with --expose-gc: on SIGUSR2 it collects everything and says on
// standard error what is left. Nothing else changes.

import { isMainThread } from 'node:worker_threads'

const settleMs = 500

function probe(collect: () => void | Promise<void>): void {
  void collect()
  setTimeout(() => {
    void collect()
    const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
    process.stderr.write(`heap probe ${JSON.stringify({ heapUsed, arrayBuffers, rss })}\n`)
  }, settleMs)
}

if (isMainThread) {
  const collect = globalThis.gc
  if (collect === undefined) throw new Error('run with --expose-gc')
  process.on('SIGUSR2', () => probe(() => collect()))
}
