// A log that goes on otherwise than its archive is noticed by one record.

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { writeMessages } from '../../test/support/archive-log.ts'
import { temporaryFolder } from '../../test/support/broker-process.ts'
import { nodeDisk } from '../log/disk-node.ts'
import { Log } from '../log/log.ts'
import { expectSameLog } from './same-log.ts'

const timeMs = 1_790_000_000_000

async function written(t: TestContext, atMs = timeMs): Promise<{ dir: string; end: number }> {
  const dir = temporaryFolder('same-log')
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  await writeMessages(dir, [{}, {}, {}], 1, atMs)
  const options = { dir, disk: nodeDisk, durability: { kind: 'memory' }, random: () => 0 } as const
  const log = await Log.open(options)
  const { end } = await log.recover(() => undefined)
  await log.close()
  return { dir, end: end.offset }
}

test('a log that has what the archive has, and more, is the same', async (t) => {
  const { dir, end } = await written(t)
  for (const next of [0, 1, end]) await expectSameLog(dir, { next, timeMs, end })
  await expectSameLog(dir, { next: end, timeMs, end: undefined })
  await expectSameLog(dir, { next: end, timeMs: undefined, end })
})

test('a log that ends before its archive is refused, however it came to that', async (t) => {
  const { dir, end } = await written(t)
  await assert.rejects(expectSameLog(dir, { next: end + 1, timeMs, end }), {
    code: 'KITEQ_REFUSED',
    message: new RegExp(`records below ${end + 1}, and the log ends before: it was restored`),
  })
})

test('a log that has grown past its archive again with other records is refused', async (t) => {
  const { dir, end } = await written(t, timeMs + 1)
  await assert.rejects(expectSameLog(dir, { next: end - 1, timeMs, end }), {
    code: 'KITEQ_REFUSED',
    message: /of the log is of 2026-\S+001Z, the archive has one of 2026-\S+000Z/,
  })
})
