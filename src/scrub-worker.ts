// The worker of scrub.ts: reads segments that a start did not, at a bounded pace, and tells of every stretch that does not hold.
// Only reads, and shares no memory with the broker.

import { parentPort, workerData } from 'node:worker_threads'
import { stepBack } from './log/background-worker.ts'
import { scanDamage } from './log/damage-scan.ts'
import { nodeDisk } from './log/disk-node.ts'
import type { Disk, DiskFile } from './log/disk.ts'
import type { Hole } from './log/scan-segment.ts'
import type { SegmentHeader } from './log/segment.ts'

export interface ScrubWork {
  readonly dataDir: string
  /** The last one only tells where the one before it ends. */
  readonly headers: readonly SegmentHeader[]
  readonly bytesPerSecond: number
}

/** Holes as they are found, then the end, with the reason when it came early. */
export type ScrubNews =
  | { readonly kind: 'hole'; readonly hole: Hole }
  | { readonly kind: 'end'; readonly why: string | undefined }

/** Reads from it take as long as so many bytes a second would. */
function slowed(disk: Disk, bytesPerSecond: number): Disk {
  let dueMs = 0
  const slow = (file: DiskFile): DiskFile => ({
    write: (...args) => file.write(...args),
    read: (target, start, length, position, done) => {
      const nowMs = performance.now()
      dueMs = Math.max(dueMs, nowMs) + (length * 1000) / bytesPerSecond
      setTimeout(() => file.read(target, start, length, position, done), dueMs - nowMs)
    },
    sync: (done) => file.sync(done),
    truncate: (bytes) => file.truncate(bytes),
    size: () => file.size(),
    close: () => file.close(),
  })
  return { ...disk, open: async (...args) => slow(await disk.open(...args)) }
}

stepBack()
const { dataDir: dir, headers, bytesPerSecond } = workerData as ScrubWork
const tell = (news: ScrubNews): void => parentPort?.postMessage(news)
const disk = slowed(nodeDisk, bytesPerSecond)
scanDamage({ disk, dir, headers, end: undefined, found: (hole) => tell({ kind: 'hole', hole }) })
  .then(() => undefined)
  .catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
  .then(
    (why) => tell({ kind: 'end', why }),
    () => {},
  )
