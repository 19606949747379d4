// The end of an export as its folder shows it, whoever still listens.

import assert from 'node:assert/strict'
import { readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../test/support/broker-process.ts'
import { startKiteq } from '../../test/support/command-line.ts'
import { writeLog, type AnyMessage } from '../../test/support/export-log.ts'

test('an export that nobody hears the end of leaves its file and no lock', async (t) => {
  const folder = temporaryFolder('export-end')
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const dataDir = path.join(folder, 'log')
  const names = { topic: Buffer.from('trade'), type: Buffer.from('pay') }
  const body = Buffer.from('x')
  const message: AnyMessage = { ...names, form: 0x12, snappy: false, body, properties: [] }
  await writeLog(dataDir, [message], 16 << 10)
  const output = path.join(folder, 'y.ndjson')
  const { child, ended } = startKiteq(['export', '--data-dir', dataDir, '-o', output])
  child.stdout!.destroy()
  const { stderr } = await ended
  assert.deepEqual(readdirSync(folder).sort(), ['log', 'y.ndjson'], stderr)
})
