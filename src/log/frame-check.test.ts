// A second thread that reads ahead changes nothing but the time: whatever is damaged, missing or cut.

import assert from 'node:assert/strict'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { numbered, startSmall, writeBatch } from '../../test/support/disk-log.ts'
import { seeded } from '../../test/support/property.ts'
import { randomOf } from '../../test/support/seeded-random.ts'
import { nodeDisk } from './disk-node.ts'
import { FrameCheck } from './frame-check.ts'
import { readLog, type RecoveryReport } from './recover.ts'
import { readSegmentHeaders, segmentHeaderBytes, segmentName } from './segment.ts'

const MiB = 1024 * 1024
const wide = { segmentBytes: 24 * MiB, batchBytesMax: 3 * MiB }
let folder = ''
let whole = ''

/** Two segments of about 20 MiB, with records of up to 1.5 MiB, and the beginning of a third. */
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kiteq-frame-check-'))
  whole = join(folder, 'whole')
  mkdirSync(whole)
  const { log } = await startSmall(nodeDisk, { ...wide, dir: whole })
  for (let i = 0; i < 160; i++) {
    const sizes = Array.from(
      { length: 100 },
      (_, n) => ((i * 100 + n) * 7919) % (n % 5 ? 2500 : 9000),
    )
    const records = sizes.map((bytes, n) => numbered(i * 101 + n + 1, bytes))
    await writeBatch(log, [...records, numbered((i + 1) * 101, i % 10 === 4 ? 1.5 * MiB : 10)])
  }
  await log.close()
})
after(() => rmSync(folder, { recursive: true, force: true }))

interface Read {
  readonly report: RecoveryReport
  /** Offset, place and a byte of the content of every record. */
  readonly records: readonly string[]
}

async function read(dir: string, checksAheadFrom: number): Promise<Read> {
  const records: string[] = []
  const report = await readLog({
    disk: nodeDisk,
    dir,
    headers: await readSegmentHeaders(nodeDisk, dir),
    checksAheadFrom,
    apply: (record, { offset, segment, position, length }) => {
      const { message } = record as { message?: { source: Uint8Array; end: number } }
      const last = message?.source[message.end - 1] ?? 0
      records.push([record.kind, offset, segment, position, length, last].join(' '))
    },
  })
  return { report, records }
}

function copied(name: string): string {
  const dir = join(folder, name)
  mkdirSync(dir)
  for (const file of readdirSync(whole)) copyFileSync(join(whole, file), join(dir, file))
  return dir
}

test('a log is read the same with a thread that reads ahead as without', async () => {
  const alone = await read(whole, Infinity)
  assert.ok(alone.records.length > 9000)
  assert.equal(alone.report.degraded, false)
  assert.deepEqual(await read(whole, 0), alone)
})

test('damage anywhere is found the same, and so is a torn tail', async () => {
  const { seed, numRuns } = seeded('frame-check', 3)
  const random = randomOf(seed)
  const pick = (below: number): number => Math.floor(random() * below)
  for (let run = 0; run < numRuns; run++) {
    const dir = copied(`damaged-${run}`)
    const segments = readdirSync(dir).filter((name) => name.endsWith('.segment'))
    for (let n = pick(4); n >= 0; n--) {
      const path = join(dir, segments[pick(segments.length)]!)
      const bytes = readFileSync(path)
      const at = segmentHeaderBytes + pick(bytes.length - segmentHeaderBytes)
      const end = at + 1 + pick(pick(2) === 0 ? 8 : 100_000)
      bytes.fill(pick(256), at, Math.min(end, bytes.length))
      writeFileSync(path, bytes)
    }
    if (pick(2) === 0) {
      const path = join(dir, segments.at(-1)!)
      truncateSync(path, segmentHeaderBytes + pick(readFileSync(path).length - segmentHeaderBytes))
    }
    const alone = await read(dir, Infinity)
    assert.deepEqual(await read(dir, 0), alone, `run ${run}`)
    rmSync(dir, { recursive: true })
  }
})

test('frames of another file, of a file that is not there, and none at all end nowhere', async () => {
  const [first, second] = await readSegmentHeaders(nodeDisk, whole)
  const path = join(whole, segmentName(1))
  const check = new FrameCheck()
  const wanted = {
    path,
    seed: first!.seed,
    position: segmentHeaderBytes,
    limit: second!.previousEnd,
  }
  check.begin(wanted)
  check.begin({ ...wanted, path: join(whole, 'missing') })
  assert.equal(await check.next(), undefined)
  check.begin({ ...wanted, seed: first!.seed + 1 })
  assert.equal(await check.next(), undefined)
  check.begin(wanted)
  let position = segmentHeaderBytes
  for (;;) {
    const frames = await check.next()
    if (frames === undefined) break
    assert.equal(frames.position, position)
    position += frames.end - frames.start
    check.free(frames)
  }
  assert.equal(position, second!.previousEnd)
  check.begin(wanted)
  const waiting = check.next()
  await check.close()
  await waiting
  assert.equal(await check.next(), undefined)
})
