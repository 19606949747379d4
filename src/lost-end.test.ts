// The newest segment is gone as a whole: what else lies in the folder tells that it was there.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { temporaryFolder } from '../test/support/broker-process.ts'
import { linesOf, verifyFolder } from './cli/verify.ts'
import { loadConfig, type Config } from './config.ts'
import { startBroker } from './kiteq.ts'
import { writeCheckpoint } from './log/checkpoint.ts'
import { nodeDisk } from './log/disk-node.ts'
import { Log } from './log/log.ts'
import { encodePostingsHead, postingsName } from './log/postings-format.ts'
import type { ResumePlace } from './log/recover.ts'
import { segmentName, type SegmentHeader } from './log/segment.ts'
import { silent, type Logger } from './model/logger.ts'
import { SectionWriter } from './model/section.ts'
import { recoverState } from './recover-state.ts'

interface Folder {
  readonly config: Config
  readonly dataDir: string
  readonly last: SegmentHeader
  readonly end: ResumePlace
}

/** Of two runs: a segment each. */
async function folder(t: TestContext): Promise<Folder> {
  const dataDir = temporaryFolder('lost-end')
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const config = loadConfig({ dataDir, listen: '127.0.0.1:0', http: 'off' }, () => '')
  for (let life = 0; life < 2; life++) await (await startBroker(config)).close()
  for (const name of readdirSync(dataDir))
    if (/\.(postings|checkpoint)$/.test(name)) rmSync(path.join(dataDir, name))
  const log = await Log.open({
    dir: dataDir,
    disk: nodeDisk,
    durability: { kind: 'fsync' },
    random: () => 1,
  })
  const { recovery } = await recoverState(log, { dataDir, rebuild: true }, silent)
  const last = log.segments.at(-1)!
  await log.close()
  return { config, dataDir, last, end: recovery.end }
}

function writePostings({ dataDir, last, end }: Folder, header: Partial<SegmentHeader> = {}): void {
  const nothing = { namedMin: 0, namedMax: 0, blocks: 0, keys: 0, buckets: 1, rare: 0 }
  const head = encodePostingsHead(
    { ...last, ...header },
    {
      ...nothing,
      endPosition: end.position,
      endOffset: end.offset,
      directoryAt: 256,
      directoryCrc: 0,
      rareCrc: 0,
    },
  )
  writeFileSync(path.join(dataDir, postingsName(header.number ?? last.number)), head)
}

async function lostFaults(dataDir: string): Promise<string[]> {
  const { faults } = await verifyFolder(dataDir)
  return faults.filter(({ kind }) => kind === 'lost').map(({ file, text }) => `${file}: ${text}`)
}

function noting(warnings: string[]): Logger {
  return { ...silent, warn: (_fields: object, message: string) => warnings.push(message) }
}

test('postings of a segment that is gone are a fault, a warning, and a hole on record once', async (t) => {
  const lost = await folder(t)
  const { dataDir, last, end, config } = lost
  writePostings(lost)
  assert.deepEqual(await lostFaults(dataDir), [])
  rmSync(path.join(dataDir, segmentName(last.number)))
  const [fault] = await lostFaults(dataDir)
  const words = `the log ends at offset ${last.firstOffset}, before what these postings of segment ${last.number} cover`
  assert.equal(fault, `${postingsName(last.number)}: ${words}: its end is gone`)
  const report = await verifyFolder(dataDir)
  assert.equal(report.recordsLost, end.offset - last.firstOffset)
  assert.match(linesOf(report).at(-1)!, /^DAMAGED: \d+ faults?, \d+ records? lost$/)

  for (let life = 0; life < 2; life++) {
    const warnings: string[] = []
    const broker = await startBroker(config, { logger: noting(warnings) })
    t.after(() => broker.close())
    const { counts } = broker.loop.state.journal
    assert.deepEqual([counts.holes, counts.recordsLost], [1, end.offset - last.firstOffset])
    const isTold = warnings.includes('the log ends before what its postings cover')
    assert.equal(isTold, life === 0)
    await broker.close()
  }
  assert.deepEqual(await lostFaults(dataDir), [])
})

test('postings of another log, of another run or damaged prove nothing', async (t) => {
  const lost = await folder(t)
  const { dataDir, last } = lost
  rmSync(path.join(dataDir, segmentName(last.number)))
  writePostings(lost, { logId: 'f'.repeat(32) })
  assert.deepEqual(await lostFaults(dataDir), [])
  const before = last.number - 1
  writePostings(lost, { number: before as never, seed: (last.seed ^ 1) >>> 0 })
  assert.deepEqual(await lostFaults(dataDir), [])
  writeFileSync(path.join(dataDir, postingsName(last.number)), Buffer.alloc(300, 7))
  assert.deepEqual(await lostFaults(dataDir), [])
})

test('a folder with checkpoints and no segment at all is not begun anew', async (t) => {
  const { dataDir, last, end, config } = await folder(t)
  const { logId } = last
  const log = await Log.open({
    dir: dataDir,
    disk: nodeDisk,
    durability: { kind: 'fsync' },
    random: () => 1,
  })
  const { state } = await recoverState(log, { dataDir, rebuild: true }, silent)
  await log.close()
  const writer = new SectionWriter()
  state.save(writer)
  await writeCheckpoint(
    { disk: nodeDisk, dir: dataDir, logId },
    { resume: end, digest: state.digest(), sections: writer.finish(), durableOffset: end.offset },
  )
  const names = readdirSync(dataDir)
  for (const name of names) if (name.endsWith('.segment')) rmSync(path.join(dataDir, name))
  await assert.rejects(startBroker(config), {
    code: 'KITEQ_LOG_CORRUPT',
    message: `${dataDir}: no segment is there, and a checkpoint tells of records up to offset ${end.offset}: the whole log is gone; expected its segments. To begin anew, use another folder`,
  })
  const kept = names.filter((name) => name.endsWith('.checkpoint'))
  for (const name of kept) assert.ok(existsSync(path.join(dataDir, name)))
})
