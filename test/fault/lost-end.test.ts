// The end of the log is gone although a checkpoint shows that it was there: said, and kept in mind.

import assert from 'node:assert/strict'
import { readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../../src/config.ts'
import { startBroker } from '../../src/kiteq.ts'
import { Log } from '../../src/log/log.ts'
import { nodeDisk } from '../../src/log/disk-node.ts'
import { checkpointOffsets, writeCheckpoint } from '../../src/log/checkpoint.ts'
import { silent } from '../../src/model/logger.ts'
import { SectionWriter } from '../../src/model/section.ts'
import { recoverState } from '../../src/recover-state.ts'
import { temporaryFolder } from '../support/broker-process.ts'

test('a log that ends before its checkpoint is degraded by so many records, also after the next start', async (t) => {
  const dataDir = temporaryFolder('lost-end')
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const config = loadConfig({ dataDir, listen: '127.0.0.1:0', http: 'off' }, () => '')
  for (let life = 0; life < 2; life++) await (await startBroker(config)).close()
  const log = await Log.open({
    dir: dataDir,
    disk: nodeDisk,
    durability: { kind: 'fsync' },
    random: () => 1,
  })
  const { state, recovery } = await recoverState(log, { dataDir, rebuild: true }, silent)
  const writer = new SectionWriter()
  state.save(writer)
  const resume = recovery.end
  await writeCheckpoint(
    { disk: nodeDisk, dir: dataDir, logId: log.logId! },
    { resume, digest: state.digest(), sections: writer.finish(), durableOffset: resume.offset },
  )
  await log.close()
  const last = readdirSync(dataDir)
    .filter((name) => name.endsWith('.segment'))
    .sort()
    .at(-1)!
  rmSync(path.join(dataDir, last))
  const first = await startBroker(config)
  t.after(() => first.close())
  const { counts } = first.loop.state.journal
  assert.equal(counts.holes, 1)
  assert.ok(counts.recordsLost >= 2, `${counts.recordsLost} records are missed`)
  const kept = await checkpointOffsets(nodeDisk, dataDir)
  assert.deepEqual(kept, [], 'other records get these offsets: its state would be wrong')
  await first.close()
  const second = await startBroker(config)
  t.after(() => second.close())
  assert.equal(second.loop.state.journal.counts.holes, 1)
  await second.close()
})
