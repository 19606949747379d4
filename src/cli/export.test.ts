import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { startMs, writeLog, type AnyMessage } from '../../test/support/export-log.ts'
import { exportChoice, runChoice as run, small } from '../../test/support/export-run.ts'
import { seeded } from '../../test/support/property.ts'
import { deliveriesTable } from '../archive/tables.ts'
import { pack, packText } from '../client/snappy.ts'
import { shownName } from '../index/shown-name.ts'
import type { ExportChoice } from './export-choice.ts'
import { noteName, partialName, readNote } from './export-note.ts'
import { runExport } from './export-job.ts'
import { endExport, planExport } from './export-plan.ts'
import { statOf } from './own-file.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'kiteq-export-'))
after(() => rmSync(folder, { recursive: true }))
let count = 0
const fresh = (ending: string): string => path.join(folder, `${count++}${ending}`)

const utf8 = (text: string): Uint8Array => Buffer.from(text)
const plain: AnyMessage = {
  topic: utf8('trade'),
  type: utf8('pay'),
  form: 0x12,
  snappy: false,
  properties: [],
  body: utf8('a body'),
}

const choice = (dataDir: string, given: Partial<ExportChoice> = {}): ExportChoice =>
  exportChoice(dataDir, { output: fresh('.ndjson'), ...given })

type Row = Readonly<Record<string, unknown>>

const linesOf = (file: string): Row[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Row)

async function parquetRows(file: string): Promise<Row[]> {
  const { buffer, byteOffset, length } = readFileSync(file)
  const bytes = buffer.slice(byteOffset, byteOffset + length)
  return (await parquetReadObjects({ file: bytes, utf8: false })) as Row[]
}

/** By RFC 4180, told apart: null is nothing, the empty text two quotes. */
function csvRows(text: string): (string | null)[][] {
  const rows: (string | null)[][] = []
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy
  for (let row: (string | null)[] = []; cell.lastIndex < text.length;) {
    const [, quoted, bare, end] = cell.exec(text)!
    row.push(quoted?.replaceAll('""', '"') ?? (bare === '' ? null : bare!))
    if (end === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}

const name = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 12 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).map(utf8),
  fc.constantFrom('=1+1', 'a,b', '"', '\r\n', '😀𝒳', '\u2028').map(utf8),
)
const anyMessage: fc.Arbitrary<AnyMessage> = fc.record({
  topic: name,
  type: name,
  form: fc.constantFrom(0x11, 0x12),
  snappy: fc.boolean(),
  properties: fc.array(fc.record({ key: name, value: name }), { maxLength: 3 }),
  body: fc.oneof(name, fc.constant(new Uint8Array()), fc.uint8Array({ maxLength: 300 })),
})

test('whatever bytes a message has, all three formats give them back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyMessage, { minLength: 1, maxLength: 60 }), async (messages) => {
      const dir = fresh('')
      const { offsets } = await writeLog(dir, messages, 64 << 10)
      const [ndjson, csv, parquet] = [fresh('.ndjson'), fresh('.csv'), fresh('.parquet')]
      await run(choice(dir, { output: ndjson }), small)
      await run(choice(dir, { output: csv, format: 'csv' }), small)
      await run(choice(dir, { output: parquet, format: 'parquet' }), small)
      const lines = linesOf(ndjson)
      const [head, ...cells] = csvRows(readFileSync(csv, 'utf8'))
      const rows = await parquetRows(parquet)
      assert.deepEqual([lines.length, cells.length, rows.length], Array(3).fill(messages.length))
      for (const [n, message] of messages.entries()) {
        const line = lines[n]!
        const cell: Row = Object.fromEntries(
          head!.map((key, i): [string, unknown] => [key!, cells[n]![i]]),
        )
        const row = rows[n]!
        const topic = shownName(message.topic)
        assert.deepEqual([line['topic'], cell['topic'], row['topic']], [topic, topic, topic])
        assert.deepEqual(
          [line['record'], cell['record'], row['record']],
          [offsets[n], String(offsets[n]), BigInt(offsets[n]!)],
        )
        assert.deepEqual(row['at'], new Date(line['at'] as string))
        for (const one of [line, cell]) {
          const encoding = one['body_encoding'] === 'text' ? 'utf8' : 'base64'
          assert.deepEqual(Buffer.from(one['body'] as string, encoding), Buffer.from(message.body))
        }
        assert.deepEqual(Buffer.from(row['body'] as Uint8Array), Buffer.from(message.body))
        const properties = Object.fromEntries(
          message.properties.map(({ key, value }) => [shownName(key), shownName(value)]),
        )
        const expected = message.properties.length === 0 ? null : properties
        assert.deepEqual(line['properties'], expected)
        assert.deepEqual(JSON.parse((row['properties'] as string | null) ?? 'null'), expected)
      }
    }),
    seeded('export', 8),
  )
})

for (const format of ['ndjson', 'csv', 'parquet'] as const)
  test(`an export as ${format} that is interrupted anywhere goes on to the same file`, async () => {
    const dir = fresh('')
    const messages = Array.from({ length: 400 }, (_, n) => ({ ...plain, body: utf8(`body ${n}`) }))
    await writeLog(dir, messages, 16 << 10)
    const whole = choice(dir, { format })
    await run(whole, small)
    const cut = choice(dir, { format })
    let goesOn = 0
    for (let runs = 0; (await statOf(cut.output)) === undefined; runs++) {
      const { jobs } = await planExport(cut)
      if ((jobs[0]!.note?.next ?? 0) > 0) goesOn++
      let steps = 0
      const dying = runExport({ ...jobs[0]!, ...small }, () => {
        if (++steps > runs % 3) throw new Error('killed')
      })
      if (runs < 12) await dying.catch(() => undefined)
      else await runExport({ ...jobs[0]!, ...small }, () => undefined)
      // What was written behind the last note is anything.
      if (await statOf(partialName(cut.output)))
        writeFileSync(partialName(cut.output), 'torn', { flag: 'a' })
    }
    assert.ok(goesOn > 0, 'it went on at least once')
    assert.equal(await statOf(noteName(cut.output)), undefined)
    assert.equal(await statOf(partialName(cut.output)), undefined)
    if (format === 'parquet')
      assert.deepEqual(await parquetRows(cut.output), await parquetRows(whole.output))
    else assert.ok(readFileSync(cut.output).equals(readFileSync(whole.output)), 'the same bytes')
  })

test('packed bodies are unpacked where that is asked for, and JSON becomes JSON', async () => {
  const dir = fresh('')
  const json = '{"a":\n1,"big":12345678901234567890}'
  await writeLog(dir, [
    { ...plain, snappy: true, body: utf8(packText('hallo 😀')) },
    { ...plain, snappy: true, form: 0x11, body: pack(utf8(json)) },
    { ...plain, snappy: true, form: 0x11, body: utf8('no block') },
    { ...plain, body: utf8(json) },
  ])
  const shown = async (given: Partial<ExportChoice>): Promise<unknown[][]> => {
    const wanted = choice(dir, given)
    await run(wanted)
    return linesOf(wanted.output).map((line) => [
      line['snappy'],
      line['body_encoding'],
      line['body'],
    ])
  }
  const noBlock = [true, 'base64', Buffer.from('no block').toString('base64')]
  const packed = Buffer.from(pack(utf8(json))).toString('base64')
  assert.deepEqual(await shown({}), [
    [true, 'base64', Buffer.from(packText('hallo 😀')).toString('base64')],
    [true, 'base64', packed],
    noBlock,
    [false, 'text', json],
  ])
  assert.deepEqual(await shown({ decompress: true }), [
    [false, 'text', 'hallo 😀'],
    [false, 'base64', Buffer.from(json).toString('base64')],
    noBlock,
    [false, 'text', json],
  ])
  const wanted = choice(dir, { decompress: true, bodyJson: true })
  await run(wanted)
  const text = readFileSync(wanted.output, 'utf8')
  assert.equal(text.split('"body":{"a": 1,"big":12345678901234567890}').length, 3, text)
  const parquet = choice(dir, { format: 'parquet', decompress: true, bodyJson: true })
  await run(parquet)
  const rows = await parquetRows(parquet.output)
  assert.deepEqual(
    rows.map((row) => row['body_json']),
    [undefined, json, undefined, json].map((one) => one ?? null),
  )
})

test('parts have the rows of the whole, each once, and a finished part is not written again', async () => {
  const dir = fresh('')
  const messages = Array.from({ length: 500 }, (_, n) => ({ ...plain, body: utf8(`body ${n}`) }))
  await writeLog(dir, messages, 16 << 10)
  const whole = choice(dir)
  await run(whole)
  const parted = choice(dir, { parallel: 3 })
  const plan = await planExport(parted)
  assert.deepEqual(
    plan.jobs.map(({ file }) => path.basename(file).replace(/^\d+/, '')),
    ['-00001-of-00003.ndjson', '-00002-of-00003.ndjson', '-00003-of-00003.ndjson'],
  )
  const done = await Promise.all(plan.jobs.map((job) => runExport(job, () => undefined)))
  const joined = Buffer.concat(done.map(({ file }) => readFileSync(file)))
  assert.ok(joined.equals(readFileSync(whole.output)), 'the same lines in the same order')
  const again = await planExport(parted)
  assert.deepEqual([again.jobs, again.done], [[], done])
  await endExport(parted, again)
  await assert.rejects(planExport(parted), { code: 'KITEQ_USAGE' })
})

test('rows of deliveries are told by the topic of their message, also from the middle on', async () => {
  const dir = fresh('')
  const messages = Array.from({ length: 300 }, (_, n) => ({ ...plain, topic: utf8(`t${n % 3}`) }))
  const { offsets, end } = await writeLog(dir, messages, 16 << 10)
  const of = async (given: Partial<ExportChoice>): Promise<Row[]> => {
    const wanted = choice(dir, { table: deliveriesTable, ...given })
    await run(wanted)
    return linesOf(wanted.output)
  }
  const ours = offsets.filter((_, n) => n % 3 === 1)
  const all = await of({ topic: 't1' })
  assert.deepEqual(
    all.map((row) => row['message']),
    ours,
  )
  const middle = Math.floor(end / 2)
  const later = await of({ topic: 't1', from: String(middle) })
  assert.ok(later.length > 50 && later.length < ours.length, 'a part of them')
  assert.deepEqual(
    later,
    all.filter((row) => (row['record'] as number) >= middle),
  )
  assert.deepEqual(await of({ topic: 'elsewhere' }), [])
})

test('a name is taken as it was published and as it is shown', async () => {
  const dir = fresh('')
  const names = [utf8('a'), Uint8Array.of(0x61, 0xff), utf8('a\\xff'), utf8('a\\#7')]
  await writeLog(
    dir,
    names.map((topic) => ({ ...plain, topic, type: topic })),
  )
  const of = async (given: Partial<ExportChoice>): Promise<unknown[]> => {
    const wanted = choice(dir, given)
    await run(wanted)
    return linesOf(wanted.output).map((row) => row['topic'] ?? row['message'])
  }
  assert.deepEqual(await of({ topic: 'a\\x5cxff' }), ['a\\x5cxff'])
  assert.deepEqual(await of({ topic: 'a\\xff' }), ['a\\xff', 'a\\x5cxff'])
  assert.deepEqual(await of({ topic: 'a\\#7' }), ['a\\x5c#7'])
  assert.deepEqual(await of({ type: 'a\\x5c#7' }), ['a\\x5c#7'])
  assert.equal((await of({ table: deliveriesTable, topic: 'a\\xff' })).length, 2)
  assert.deepEqual(await of({ topic: 'a', type: 'a\\xff' }), [])
})

test('times in Parquet are UTC, in both ways it has to say so', async () => {
  const dir = fresh('')
  const { offsets } = await writeLog(dir, [plain])
  const wanted = choice(dir, { format: 'parquet' })
  await run(wanted)
  const { buffer, byteOffset, length } = readFileSync(wanted.output)
  const { schema } = parquetMetadata(buffer.slice(byteOffset, byteOffset + length))
  const times = schema.filter(({ converted_type: type }) => type === 'TIMESTAMP_MILLIS')
  assert.deepEqual(
    times.map(({ name, logical_type: type }) => [name, type]),
    ['at', 'expires_at', 'create_time'].map((name) => [
      name,
      { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
    ]),
  )
  const [row] = await parquetRows(wanted.output)
  assert.deepEqual(row!['at'], new Date(startMs + offsets[0]!))
})

test('what is there is not overwritten, and another export does not go on with this one', async () => {
  const dir = fresh('')
  await writeLog(dir, Array<AnyMessage>(300).fill(plain), 16 << 10)
  const one = choice(dir)
  const { jobs } = await planExport(one)
  const dies = runExport({ ...jobs[0]!, ...small }, () => {
    throw new Error('killed')
  })
  await assert.rejects(dies, /killed/)
  assert.ok((await readNote(one.output)) !== undefined, 'it can go on')
  await assert.rejects(planExport({ ...one, topic: 'trade' }), { code: 'KITEQ_USAGE' })
  await assert.rejects(planExport({ ...one, format: 'csv' }), { code: 'KITEQ_USAGE' })
  await run({ ...one, format: 'csv', force: true })
  await assert.rejects(planExport(one), { code: 'KITEQ_USAGE' })
  await run({ ...one, force: true })
  assert.equal(linesOf(one.output).length, 300)
})

test('bodies of 2 MiB go through', async () => {
  const dir = fresh('')
  const body = Buffer.alloc(2 * 1024 * 1024 - 1024, 'x')
  await writeLog(dir, Array<AnyMessage>(6).fill({ ...plain, form: 0x11, body }), 32 << 20)
  const parquet = choice(dir, { format: 'parquet' })
  await run(parquet, small)
  const rows = await parquetRows(parquet.output)
  assert.deepEqual(
    rows.map((row) => Buffer.from(row['body'] as Uint8Array).equals(body)),
    Array(6).fill(true),
  )
})
