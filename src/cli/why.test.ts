// `kiteq why` of a folder that has lost something, as a person runs it.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { temporaryFolder } from '../../test/support/broker-process.ts'
import { numbered, published, startSmall, writeBatch } from '../../test/support/disk-log.ts'
import { nodeDisk } from '../log/disk-node.ts'
import type { LogRecord, RecordPlace } from '../model/record.ts'
import { idText } from '../model/id-text.ts'
import { encodeMessage } from '../net/packet.ts'
import { lostText } from './lost-stretches.ts'
import { kiteq, type Ended } from '../../test/support/command-line.ts'

function why(dir: string, number: number): Promise<Ended> {
  const id = idText({ id0: number, id1: 2, id2: 3, id3: 4 }) // as `numbered` gives it
  return kiteq(['why', id, '--data-dir', dir])
}

/** A folder with these batches, and where each record stands. */
async function folderOf(
  t: TestContext,
  batches: readonly (readonly LogRecord[])[],
): Promise<{ dir: string; places: RecordPlace[] }> {
  const dir = temporaryFolder('why')
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const { log } = await startSmall(nodeDisk, { dir })
  const places: RecordPlace[] = []
  for (const records of batches) places.push(...(await writeBatch(log, records)))
  await log.close()
  return { dir, places }
}

const nameOf = (segment: number): string => `${String(segment).padStart(10, '0')}.segment`

/** Flips a bit in the middle of a record. */
function damage(dir: string, { segment, position, length }: RecordPlace): void {
  const file = path.join(dir, nameOf(segment))
  const bytes = readFileSync(file)
  bytes[position + (length >>> 1)]! ^= 1
  writeFileSync(file, bytes)
}

const header = {
  topic: Buffer.from('trade'),
  messageType: Buffer.from('pay'),
  expiredTime: 2_000_000_000,
  deliverLimit: 3,
  group: Buffer.from('g'),
  commit: true,
  fly: false,
  properties: [],
}
const four = [[numbered(1)], [numbered(5), numbered(6)], [numbered(7)], [numbered(8)]]

test('a message that is nowhere is not there, and nothing more is said of a whole log', async (t) => {
  const { dir } = await folderOf(t, four)
  const { code, stderr } = await why(dir, 99)
  assert.equal(code, 1)
  assert.match(
    stderr,
    /^kiteq: KITEQ_NOT_FOUND: .*\(5 records read\); fly messages leave no record\n$/,
  )
})

test('where a record is damaged, a message that is not found may have stood there', async (t) => {
  const { dir, places } = await folderOf(t, four)
  damage(dir, places[1]!)
  const { segment, position, length } = places[1]!
  const stretch = `segment ${segment} at byte ${position}: 1 record, ${length} bytes`
  const [lost, found] = await Promise.all([why(dir, 5), why(dir, 6)])
  assert.equal(lost.code, 1)
  assert.ok(lost.stderr.includes(`(4 records read); fly messages leave no record; it may`))
  assert.ok(
    lost.stderr.endsWith(`may have stood in what cannot be read: ${stretch}\n`),
    lost.stderr,
  )
  assert.equal(found.code, 0, found.stderr)
  assert.ok(found.stdout.endsWith(`something may be missing here: ${stretch}\n`), found.stdout)
})

test('the last batch, damaged, is told as bytes behind the last whole one', async (t) => {
  const { dir, places } = await folderOf(t, four)
  const { segment, position, length } = places[4]!
  damage(dir, places[4]!)
  const { code, stderr } = await why(dir, 8)
  assert.equal(code, 1)
  const tail = `segment ${segment} at byte ${position}: ${length} bytes behind the last whole batch`
  assert.ok(stderr.endsWith(`${tail}\n`), stderr)
})

test('an id that can still be read in what is damaged is told with its place, in a hole and at the end', async (t) => {
  const texts = [1, 2, 3].map((n) => idText({ id0: n, id1: 2, id2: 3, id3: 4 }))
  const batches = texts.map((text, at) => {
    const messageId = Buffer.from(at === 2 ? text.toUpperCase() : text)
    return [published(encodeMessage({ ...header, messageId }, Buffer.alloc(100)), at + 1)]
  })
  const { dir, places } = await folderOf(t, batches)
  for (const at of [1, 2]) {
    const file = path.join(dir, nameOf(places[at]!.segment))
    const bytes = readFileSync(file)
    bytes[places[at]!.position + places[at]!.length - 1]! ^= 1
    writeFileSync(file, bytes)
  }
  const folderBytes = readFileSync(path.join(dir, nameOf(places[0]!.segment))).toString('latin1')
  for (const [number, text] of [
    [2, texts[1]!],
    [3, texts[2]!.toUpperCase()],
  ] as const) {
    const { code, stderr } = await why(dir, number)
    assert.equal(code, 1)
    const at = folderBytes.indexOf(text)
    const ends = `; the id can be read in segment 1 at byte ${at}, so it may be in the damaged record there\n`
    assert.ok(stderr.endsWith(ends), stderr)
  }
  assert.doesNotMatch((await why(dir, 9)).stderr, /can be read in segment/)
})

test('a batch that is only half there counts whole records and all', async (t) => {
  const { dir, places } = await folderOf(t, [...four, [numbered(10), numbered(11)]])
  const [first, second] = [places[5]!, places[6]!]
  damage(dir, second)
  const { stderr } = await why(dir, 10)
  const bytes = first.length + second.length
  const tail = `segment ${first.segment} at byte ${first.position}: ${bytes} bytes behind`
  assert.ok(stderr.includes(tail), stderr)
})

test('an end that an earlier start missed is known from its record alone', async (t) => {
  const hole = { kind: 'hole', segment: 1, position: 500, length: 0, firstOffset: 3, count: 7 }
  const { dir } = await folderOf(t, [...four, [hole as unknown as LogRecord]])
  const { stderr } = await why(dir, 99)
  assert.match(stderr, /segment 1 at byte 500: 7 records, the end of the log was gone\n$/)
})

test('of a log without its beginning what is left is read, and what is missing is named', async (t) => {
  const dir = (await folderOf(t, four)).dir
  const { log } = await startSmall(nodeDisk, { dir }) // every start begins a segment
  await writeBatch(log, [numbered(9)])
  await log.close()
  rmSync(path.join(dir, nameOf(1)))
  assert.ok(readdirSync(dir).includes(nameOf(2)))
  const missing =
    /^kiteq: .*segment 0000000001\.segment is missing before it, .*; names and messages/
  const gone = await why(dir, 5)
  assert.equal(gone.code, 1)
  assert.match(gone.stderr, missing)
  const left = await why(dir, 9)
  assert.equal(left.code, 0, left.stderr)
  assert.match(left.stderr, missing)
  const dumped = await kiteq(['dump', '--data-dir', dir])
  assert.equal(dumped.code, 0, dumped.stderr)
  assert.match(dumped.stdout, /"kind":"published","id":"0*9/)
  const state = await kiteq(['replay', '--until', 'latest', '--data-dir', dir])
  assert.equal(state.code, 65)
})

test('a folder that is not there is a wrong command line, not an unknown message', async () => {
  const { code, stderr } = await why('/nowhere/at/all', 5)
  assert.equal(code, 2)
  assert.match(stderr, /KITEQ_USAGE: --data-dir \/nowhere\/at\/all is not there; expected/)
})

test('of very many holes the first are named and the others counted', () => {
  const holes = Array.from({ length: 8 }, (_, n) => ({
    segment: n + 1,
    position: 64,
    length: 10,
    firstOffset: n * 10,
    count: n,
  }))
  const text = lostText(holes as unknown as Parameters<typeof lostText>[0], undefined)!
  assert.equal(text.split('; ').length, 6)
  assert.match(text, /; 3 more with 18 records$/)
})
