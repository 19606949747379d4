// Which logs a log goes on from: as the restore has noted it in the folder, and as the log itself says it, for a start writes
// down whose log it is. Only reads.

import { readAncestry, type Ancestor } from '../log/ancestry.ts'
import { nodeDisk } from '../log/disk-node.ts'
import { Log } from '../log/log.ts'

/** In order, nearest first; the second one reads the log, and only if the first was of no use. */
export interface Descent {
  readonly noted: () => Promise<readonly Ancestor[]>
  readonly told: () => Promise<readonly Ancestor[]>
}

export function descentOf(dir: string, logId: string): Descent {
  return {
    noted: async () => [...(await readAncestry(nodeDisk, dir))].reverse(),
    told: () => toldByLog(dir, logId),
  }
}

/** Of a log whose first records were dropped, those that are left. Rejects as Log.open and Log.scan. */
async function toldByLog(dir: string, logId: string): Promise<readonly Ancestor[]> {
  const log = await Log.open({
    dir,
    disk: nodeDisk,
    durability: { kind: 'fsync' }, // nothing is written
    random: () => 0,
  })
  const ancestors: Ancestor[] = []
  let former: string | undefined
  const reached = (offset: number): void => {
    if (former !== undefined && former !== logId)
      ancestors.unshift({ logId: former, endOffset: offset })
  }
  try {
    const first = log.segments[0]?.firstOffset
    if (first === undefined) return []
    const { end } = await log.scan(first, Infinity, (record, { offset }) => {
      if (record.kind !== 'started' || record.logId === former) return
      reached(offset)
      former = record.logId
      if (former === logId) throw enough
    })
    reached(end.offset)
  } catch (error) {
    if (error !== enough) throw error
  } finally {
    await log.close()
  }
  return ancestors
}

/** Ends the reading from within: what follows is this log's own. */
const enough = new Error('enough')
