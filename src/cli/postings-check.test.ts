// Postings under `kiteq verify` and `kiteq repair`.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { temporaryFolder } from '../../test/support/broker-process.ts'
import { drawLives, postingsIn, wholeTasks, writeLives } from '../../test/support/postings-log.ts'
import { nodeDisk } from '../log/disk-node.ts'
import { writePostings } from '../log/postings-writer.ts'
import { postingsName } from '../log/postings-format.ts'
import { applyRepair } from './repair-apply.ts'
import { planRepair } from './repair-plan.ts'
import { linesOf, verifyFolder } from './verify.ts'

async function covered(t: TestContext): Promise<string> {
  const dir = temporaryFolder('postings-check')
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  await writeLives(dir, drawLives(200, 3), 3)
  for (const task of await wholeTasks(dir)) await writePostings(task)
  return dir
}

function flip(file: string, at: number): void {
  const bytes = readFileSync(file)
  bytes[at]! ^= 1
  writeFileSync(file, bytes)
}

test('verify makes postings once more, and finds them equal', async (t) => {
  const dir = await covered(t)
  const report = await verifyFolder(dir)
  assert.equal(report.postings.length, postingsIn(dir).length)
  assert.ok(report.postings.every(({ outcome }) => outcome === 'equal'))
  assert.equal(report.clean, true)
  assert.ok(linesOf(report).some((line) => /^ {2}postings of \d+ segments, 0 wrong$/.test(line)))
})

test('postings that are damaged are a fault of their own, and repair sets them aside', async (t) => {
  const dir = await covered(t)
  const name = postingsName(2)
  flip(path.join(dir, name), 300)
  const { clean, faults, recordsLost } = await verifyFolder(dir)
  assert.equal(clean, false)
  assert.deepEqual(
    faults.map(({ kind, file }) => [kind, file]),
    [['checkpoint', name]],
  )
  assert.equal(recordsLost, 0)
  const quarantine = await applyRepair(nodeDisk, await planRepair(dir, nodeDisk), new Date(0))
  assert.ok(readdirSync(path.join(dir, quarantine)).includes(name))
  assert.equal((await verifyFolder(dir)).clean, true)
})

test('a segment that repair changes loses its postings, the others keep theirs', async (t) => {
  const dir = await covered(t)
  const before = postingsIn(dir)
  flip(path.join(dir, '0000000002.segment'), 20)
  await applyRepair(nodeDisk, await planRepair(dir, nodeDisk), new Date(0))
  assert.deepEqual(
    postingsIn(dir),
    before.filter((name) => name !== postingsName(2)),
  )
})
