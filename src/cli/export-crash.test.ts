import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { parquetReadObjects } from 'hyparquet'
import { DyingFiles } from '../../test/support/dying-files.ts'
import { writeLog, type AnyMessage } from '../../test/support/export-log.ts'
import { exportChoice, runChoice } from '../../test/support/export-run.ts'
import { deliveriesTable } from '../archive/tables.ts'
import type { ExportChoice } from './export-choice.ts'
import { planExport } from './export-plan.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'kiteq-export-crash-'))
const dataDir = path.join(folder, 'log')
const outDir = path.join(folder, 'out')
const output = path.join(outDir, 'trade.out')
let files: DyingFiles
before(async () => {
  const message = { topic: Buffer.from('trade'), type: Buffer.from('pay'), properties: [] }
  const messages = Array.from({ length: 24 }, (_, n): AnyMessage => {
    return { ...message, form: 0x12, snappy: false, body: Buffer.from(`body ${n} `.repeat(60)) }
  })
  await writeLog(dataDir, messages, 64 << 10, 4)
  files = await DyingFiles.over(outDir)
})
after(() => {
  files.restore()
  rmSync(folder, { recursive: true })
})

/** One note on the way. */
const pieces = { noteBytes: 12_000, pieceChars: 8000, groupBytes: 12_000 }

/** Every file there is, with what is in it. */
async function contents({ format }: ExportChoice): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {}
  for (const name of readdirSync(outDir)) {
    const bytes = readFileSync(path.join(outDir, name))
    const { buffer, byteOffset, length } = bytes
    const file = buffer.slice(byteOffset, byteOffset + length)
    all[name] = format === 'parquet' ? await parquetReadObjects({ file }) : bytes.toString('latin1')
  }
  return all
}

/** Undefined: it was killed, and has not done all before. */
async function run(choice: ExportChoice, diesAt: number): Promise<unknown> {
  files.dieAt(diesAt)
  try {
    return await runChoice(choice, pieces)
  } catch (error) {
    assert.equal((error as Error).message, 'killed')
    return undefined
  } finally {
    files.live()
  }
}

/** How many changes are tried, the last ones: the beginning is that of one file, whatever follows. */
const cases: readonly [string, Partial<ExportChoice>, number][] = [
  ['as ndjson', {}, Infinity],
  ['as parquet', { format: 'parquet' }, 12],
  ['in parts', { parallel: 2, format: 'csv' }, 30],
]

for (const [what, given, last] of cases)
  test(`killed at any change to its files, an export ${what} is finished by the same command`, async () => {
    const choice = exportChoice(dataDir, { output, ...given })
    mkdirSync(outDir)
    const outcome = await run(choice, Infinity)
    const { changes } = files
    const whole = await contents(choice)
    for (let at = Math.max(1, changes - last); at <= changes; at++) {
      rmSync(outDir, { recursive: true })
      mkdirSync(outDir)
      assert.equal(await run(choice, at), undefined)
      // While it goes on it is killed, too; what is all but done may be done then.
      const again = at % 3 === 0 ? await run(choice, (at % 11) + 1) : undefined
      assert.deepEqual(again ?? (await run(choice, Infinity)), outcome, `killed in change ${at}`)
      assert.deepEqual(await contents(choice), whole, `killed in change ${at}`)
    }
    assert.ok(changes > 20, `${changes} changes`)
    rmSync(outDir, { recursive: true })
  })

test('out of space at any write, what was written whole stays, and the same command goes on with it', async () => {
  const choice = exportChoice(dataDir, { output, table: deliveriesTable })
  const tiny = { noteBytes: 1 << 20, pieceChars: 300 }
  mkdirSync(outDir)
  await runChoice(choice, tiny)
  const whole = await contents(choice)
  let kept = 0
  for (let at = 1; ; at++) {
    rmSync(outDir, { recursive: true })
    mkdirSync(outDir)
    files.fullAt(at)
    const failure: unknown = await runChoice(choice, tiny).then(
      () => undefined,
      (error: unknown) => error,
    )
    files.live()
    if (failure === undefined) break
    assert.equal((failure as { code?: unknown }).code, 'KITEQ_DISK_FULL')
    if ((await planExport(choice)).jobs[0]!.note!.bytes > 0) kept++
    await runChoice(choice, tiny)
    assert.deepEqual(await contents(choice), whole, `out of space in write ${at}`)
  }
  assert.ok(kept > 1, `went on ${kept} times`)
  rmSync(outDir, { recursive: true })
})
