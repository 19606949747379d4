// How far an earlier import of the same tables has come: the log says it, behind the messages themselves, so that both are
// there or neither. Only reads.

import { importedToIn } from '../broker/import-action.ts'
import { KiteQError } from '../model/errors.ts'
import type { Offset } from '../model/ids.ts'
import { openLogFolder } from './folder.ts'

export interface EarlierImport {
  /** Last row dealt with, by table. */
  readonly places: Readonly<Record<string, number>>
  /** The log begins here: 0, unless old segments have gone and what they said with them. */
  readonly firstOffset: number
}

/** Rejects KITEQ_CLOSED when no broker runs, KITEQ_USAGE without a folder. */
export async function earlierImport(dir: string, source: string): Promise<EarlierImport> {
  const { log, headers, end, inUse } = await openLogFolder(dir)
  try {
    if (!inUse)
      throw new KiteQError(
        'KITEQ_CLOSED',
        `nobody serves ${dir}; expected a running broker, start it with: kiteq serve --data-dir ${dir}`,
      )
    const firstOffset = headers[0]?.firstOffset ?? 0
    let places: Readonly<Record<string, number>> = {}
    await log.scan(
      firstOffset as Offset,
      end,
      (record) => {
        if (record.kind !== 'operator' || record.action !== 'import') return
        const to = importedToIn(record.detail)
        if (to?.source === source) places = to.places
      },
      'operator',
    )
    return { places, firstOffset }
  } finally {
    await log.close()
  }
}
