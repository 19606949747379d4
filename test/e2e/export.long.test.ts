// An export that is killed again and again goes on to the same file; and one of a log that is larger than what it may hold in
// memory finishes within that.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync, readdirSync, rmSync, watch } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { temporaryFolder } from '../support/broker-process.ts'
import { kiteq, startKiteq } from '../support/command-line.ts'
import { writeLog, type AnyMessage } from '../support/export-log.ts'

const folder = temporaryFolder('export-long')
after(() => rmSync(folder, { recursive: true }))

const kills = 5
const message: AnyMessage = {
  ...{ topic: Buffer.from('trade'), type: Buffer.from('pay'), properties: [] },
  ...{ form: 0x11, snappy: false, body: Buffer.alloc(0) },
}
/** Bodies that cannot be packed, 400 KiB each: 160 MiB. */
const bodies = Array.from({ length: 400 }, (_, n): AnyMessage => {
  const body = Buffer.alloc(400 * 1024)
  for (let at = 0; at < body.length; at += 4)
    body.writeUInt32LE(Math.imul(n * 102_400 + at + 1, 0x9e3779b1) >>> 0, at)
  return { ...message, body }
})
const dir = path.join(folder, 'log')
const written = writeLog(dir, bodies, 64 << 20)

/** Ends once there is a note that is newer than the start. */
async function killed(args: readonly string[], noted: string): Promise<void> {
  const watcher = watch(path.dirname(noted))
  const { child, ended } = startKiteq(args)
  let notes = 0
  watcher.on('change', (_, name) => {
    // The first note says that it has begun.
    if (name === path.basename(noted) && ++notes > 2) child.kill('SIGKILL')
  })
  await ended
  watcher.close()
}

for (const format of ['ndjson', 'csv', 'parquet'] as const)
  test(`killed with kill -9 again and again, the ${format} file becomes what it would have been`, async () => {
    await written
    const args = ['export', '--data-dir', dir, '--format', format, '-o']
    const whole = path.join(folder, `whole-${format}`)
    const cut = path.join(folder, `cut-${format}`)
    assert.equal((await kiteq([...args, whole])).code, 0)
    for (let n = 0; n < kills; n++) await killed([...args, cut], `${cut}.partial.json`)
    const last = await kiteq([...args, cut, '--json'])
    // It may have been faster than the last kill, or just have named its file.
    if (last.code !== 0) assert.match(last.stderr, /is there already/)
    else if (last.stderr !== '') assert.match(last.stderr, /goes on at record [1-9]/)
    const left = readdirSync(folder).filter((name) => name.startsWith(`cut-${format}`))
    assert.deepEqual(left, [path.basename(cut)])
    if (format === 'parquet') assert.deepEqual(await recordsOf(cut), await recordsOf(whole))
    else assert.ok(readFileSync(cut).equals(readFileSync(whole)), 'the same bytes')
    rmSync(whole)
    rmSync(cut)
  })

/** Offsets and the sums of the bodies. */
async function recordsOf(name: string): Promise<unknown[]> {
  const file = await asyncBufferFromFile(name)
  const metadata = await parquetMetadataAsync(file)
  const all: unknown[] = []
  const rows = Number(metadata.num_rows)
  for (let rowStart = 0; rowStart < rows; rowStart += 50) {
    const some = await parquetReadObjects({
      ...{ file, metadata, utf8: false, columns: ['record', 'body'] },
      ...{ rowStart, rowEnd: Math.min(rows, rowStart + 50) },
    })
    for (const row of some) {
      const body = Buffer.from(row['body'] as Uint8Array)
      all.push([row['record'], body.length, body.readUInt32LE(0), body.readUInt32LE(399_996)])
    }
  }
  return all
}

test('the memory of an export does not grow with the log', async () => {
  await written
  for (const format of ['ndjson', 'parquet']) {
    const output = path.join(folder, `memory-${format}`)
    const run = startKiteq(['export', '--data-dir', dir, '--format', format, '-o', output])
    const { pid } = run.child
    let most = 0
    const watcher = watch(folder)
    watcher.on('change', () => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8')
        most = Math.max(most, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
      } catch {
        // it has just ended
      }
    })
    if (run.child.exitCode === null) await once(run.child, 'close')
    watcher.close()
    assert.equal((await run.ended).code, 0)
    assert.ok(most > 30 && most < 420, `${Math.round(most)} MiB for ${format}`)
    rmSync(output)
  }
})
