// An export as `kiteq export` runs it, in this process and without threads, in small pieces: so that a small log has many.

import { messagesTable } from '../../src/archive/tables.ts'
import type { ExportChoice } from '../../src/cli/export-choice.ts'
import { runExport, type Exported, type ExportJob } from '../../src/cli/export-job.ts'
import { endExport, planExport } from '../../src/cli/export-plan.ts'

export const small: Partial<ExportJob> = { noteBytes: 4096, pieceChars: 1000, groupBytes: 8192 }

/** All messages as NDJSON, but for what is given. */
export function exportChoice(
  dataDir: string,
  given: Partial<ExportChoice> & Pick<ExportChoice, 'output'>,
): ExportChoice {
  return {
    ...{ dataDir, format: 'ndjson', table: messagesTable, topic: undefined, type: undefined },
    ...{ from: 'earliest', to: 'latest', parallel: 1 },
    ...{ decompress: false, bodyJson: false, force: false },
    ...given,
  }
}

/** Part after part. */
export async function runChoice(
  choice: ExportChoice,
  change: Partial<ExportJob> = {},
  progress: () => void = () => undefined,
): Promise<Exported[]> {
  const plan = await planExport(choice)
  const done = [...plan.done]
  for (const job of plan.jobs) done.push(await runExport({ ...job, ...change }, progress))
  await endExport(choice, plan)
  return done.sort((one, other) => one.from - other.from)
}
