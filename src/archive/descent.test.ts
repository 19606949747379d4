// Which logs a log goes on from, by the folder's note and by the log's own starts.

import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { durable } from '../../test/support/log-history.ts'
import { temporaryFolder } from '../../test/support/broker-process.ts'
import { ancestryName, ancestryText, readAncestry } from '../log/ancestry.ts'
import { nodeDisk } from '../log/disk-node.ts'
import { Log } from '../log/log.ts'
import type { Epoch } from '../model/ids.ts'
import { descentOf } from './descent.ts'

const [a, b] = ['a'.repeat(32), 'b'.repeat(32)]

function folderFor(t: TestContext): string {
  const dir = temporaryFolder('descent')
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** A log in which these started, with one more record behind each; resolves to its own id. */
async function written(dir: string, starts: readonly (string | undefined)[]): Promise<string> {
  const log = await Log.open({
    dir,
    disk: nodeDisk,
    durability: { kind: 'memory' },
    segmentBytes: 1 << 20,
    firstSegmentBytes: 1 << 20,
    random: () => 7,
  })
  await log.recover(() => undefined)
  await log.startWriting()
  for (const [n, logId = log.logId!] of starts.entries()) {
    const started = {
      kind: 'started',
      epoch: (n + 1) as Epoch,
      formatVersion: 1,
      host: 'h',
    } as const
    log.append({ ...started, logId, settledWindowMs: 1, settledIdsMax: 1 }, 1_790_000_000_000)
    log.append({ kind: 'closed', clean: true }, 1_790_000_000_000)
    await durable(log)
  }
  const { logId } = log
  await log.close({ clean: true })
  return logId!
}

test('a log tells whose it was by its starts, and where that ended', async (t) => {
  const dir = folderFor(t)
  const own = await written(dir, [a, a, b, undefined, undefined])
  assert.deepEqual(await descentOf(dir, own).told(), [
    { logId: b, endOffset: 6 },
    { logId: a, endOffset: 4 },
  ])
})

test('a log that was restored and never started is its ancestor’s up to its end', async (t) => {
  const dir = folderFor(t)
  const own = await written(dir, [a])
  assert.deepEqual(await descentOf(dir, own).told(), [{ logId: a, endOffset: 2 }])
})

test('a log of its own goes on from none', async (t) => {
  const dir = folderFor(t)
  const own = await written(dir, [undefined, undefined])
  assert.deepEqual(await descentOf(dir, own).told(), [])
  assert.deepEqual(await descentOf(dir, own).noted(), [])
})

test('what a restore has noted is read nearest first, and a note that is none is no note', async (t) => {
  const dir = folderFor(t)
  const list = [
    { logId: a, endOffset: 4 },
    { logId: b, endOffset: 6 },
  ]
  writeFileSync(`${dir}/${ancestryName}`, ancestryText(list))
  assert.deepEqual(await readAncestry(nodeDisk, dir), list)
  assert.deepEqual(await descentOf(dir, 'c'.repeat(32)).noted(), [...list].reverse())
  for (const text of ['', '\n', `${a} 4\nwhatever\n`, `${a} -1\n`, `${a} 4`]) {
    writeFileSync(`${dir}/${ancestryName}`, text)
    assert.deepEqual(await readAncestry(nodeDisk, dir), [], JSON.stringify(text))
  }
})
