// The worker of postings-keeper.ts: makes the postings that are missing, up to a durable place. It reads the folder as any tool
// does and shares no memory with the broker.

import { parentPort, workerData } from 'node:worker_threads'
import { stepBack } from './log/background-worker.ts'
import { nodeDisk } from './log/disk-node.ts'
import { coverFolder, removeOrphans, type CoverReport } from './log/postings-folder.ts'
import type { ResumePlace } from './log/recover.ts'
import { postingsFreeBytes, postingsRunBytes } from './model/limits.ts'

export interface PostingsWork {
  readonly dataDir: string
  readonly upTo: ResumePlace
  readonly except: readonly number[]
}

export type PostingsOutcome =
  | ({ readonly ok: true; readonly tookMs: number } & CoverReport)
  | { readonly ok: false; readonly why: string }

async function work({ dataDir: dir, upTo, except }: PostingsWork): Promise<PostingsOutcome> {
  const started = performance.now()
  const disk = nodeDisk
  await removeOrphans(disk, dir)
  const report = await coverFolder({
    disk,
    dir,
    upTo,
    except,
    bytesMax: postingsRunBytes,
    freeBytes: postingsFreeBytes,
  })
  return { ok: true, tookMs: Math.round(performance.now() - started), ...report }
}

stepBack()
work(workerData as PostingsWork)
  .catch((error: unknown): PostingsOutcome => ({
    ok: false,
    why: error instanceof Error ? error.message : String(error),
  }))
  .then(
    (outcome) => parentPort?.postMessage(outcome),
    () => {},
  )
