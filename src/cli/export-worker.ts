// A thread that exports one part of a log. Says how far it is, and at the end what came of it.

import { parentPort, workerData } from 'node:worker_threads'
import { runExport, type ExportJob, type Exported, type ExportProgress } from './export-job.ts'

export type WorkerWord =
  | { readonly is: 'progress'; readonly progress: ExportProgress }
  | { readonly is: 'done'; readonly exported: Exported }
  | { readonly is: 'failed'; readonly code: string | undefined; readonly message: string }

const say = (word: WorkerWord): void => parentPort!.postMessage(word)

runExport(workerData as ExportJob, (progress) => say({ is: 'progress', progress })).then(
  (exported) => say({ is: 'done', exported }),
  (error: unknown) => {
    const { code, message } = error as { readonly code?: unknown; readonly message: string }
    say({ is: 'failed', code: typeof code === 'string' ? code : undefined, message })
  },
)
