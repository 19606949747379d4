import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { writeLog, type AnyMessage } from '../../test/support/export-log.ts'
import { exportChoice, runChoice, small } from '../../test/support/export-run.ts'
import type { ExportChoice } from './export-choice.ts'
import { expectSameCourse } from './export-course.ts'
import { lockExport, lockName } from './export-lock.ts'
import {
  newNoteName,
  noteName,
  partialName,
  readNote,
  writeNote,
  type FileNote,
} from './export-note.ts'
import { planExport } from './export-plan.ts'

const folder = fs.mkdtempSync(path.join(tmpdir(), 'kiteq-export-trust-'))
const dataDir = path.join(folder, 'log')
let count = 0
before(async () => {
  await writeLog(dataDir, messagesOf('body', 200), 16 << 10)
})
after(() => fs.rmSync(folder, { recursive: true }))

function messagesOf(word: string, length: number): AnyMessage[] {
  const message = { topic: Buffer.from('trade'), type: Buffer.from('pay'), properties: [] }
  return Array.from({ length }, (_, n): AnyMessage => {
    return { ...message, form: 0x12, snappy: false, body: Buffer.from(`${word} ${n}`) }
  })
}

/** In a folder of its own. */
function fresh(given: Partial<ExportChoice> = {}): ExportChoice {
  const dir = path.join(folder, `out-${count++}`)
  fs.mkdirSync(dir)
  return exportChoice(dataDir, { output: path.join(dir, 'trade.ndjson'), ...given })
}

/** Ends once something was noted. */
async function interrupt(choice: ExportChoice): Promise<string> {
  const { output, parallel } = choice
  const file =
    parallel === 1 ? output : output.replace('.ndjson', `-00001-of-0000${parallel}.ndjson`)
  const dies = runChoice(choice, small, () => {
    const { bytes } = JSON.parse(
      (JSON.parse(fs.readFileSync(noteName(file), 'utf8')) as { note: string }).note,
    ) as { bytes: number }
    if (bytes > 0) throw new Error('interrupted')
  })
  await assert.rejects(dies, /interrupted/)
  return file
}

const victimText = 'of somebody else'

/** What somebody did to an interrupted export, and what is said of it. */
const tampered: Readonly<Record<string, [RegExp, (file: string, victim: string) => unknown]>> = {
  'a partial file that is a link': [
    /trade\.ndjson\.partial is no plain file/,
    (file, victim) => replaceBy(partialName(file), () => fs.symlinkSync(victim, partialName(file))),
  ],
  'a note that is a link': [
    /\.partial\.json is no plain file/,
    (file, victim) => {
      fs.copyFileSync(noteName(file), victim)
      replaceBy(noteName(file), () => fs.symlinkSync(victim, noteName(file)))
    },
  ],
  'a new note that is a link': [
    /\.json\.new is no plain file/,
    (file, victim) => fs.symlinkSync(victim, newNoteName(file)),
  ],
  'a partial file with a second name': [
    /second name/,
    (file, victim) => replaceBy(partialName(file), () => fs.linkSync(victim, partialName(file))),
  ],
  'a partial file the group may write': [
    /writable for others/,
    (file) => fs.chmodSync(partialName(file), 0o660),
  ],
  'a note that anybody may write': [
    /writable for others/,
    (file) => fs.chmodSync(noteName(file), 0o646),
  ],
  'a partial file without its note': [
    /without .*\.partial\.json/,
    (file) => fs.rmSync(noteName(file)),
  ],
  'a note that was changed': [
    /is no note/,
    (file) => {
      const text = fs.readFileSync(noteName(file), 'utf8')
      fs.writeFileSync(noteName(file), text.replace(/(next\D+)(\d+)/, '$1199'))
    },
  ],
  'a partial file that was changed at its end': [
    /is not what .* says/,
    async (file) => {
      const { bytes } = (await readNote(file)) as { bytes: number }
      const handle = fs.openSync(partialName(file), 'r+')
      fs.writeSync(handle, '?', bytes - 2)
      fs.closeSync(handle)
    },
  ],
  'a partial file that was cut': [
    /is not what .* says/,
    (file) => fs.truncateSync(partialName(file), 100),
  ],
  'a note of more than the log has': [
    /up to record 1000000, and this log ends at/,
    async (file) => writeNote(file, { ...(await readNote(file))!, to: 1e6 }),
  ],
}

function replaceBy(name: string, make: () => void): void {
  fs.rmSync(name)
  make()
}

for (const [what, [said, tamper]] of Object.entries(tampered))
  test(`${what} is refused, and --force leaves it alone and begins anew`, async () => {
    const choice = fresh()
    const file = await interrupt(choice)
    const victim = path.join(path.dirname(file), 'victim')
    fs.writeFileSync(victim, victimText)
    await tamper(file, victim)
    const seen = fs.readFileSync(victim, 'utf8')
    await assert.rejects(planExport(choice), { code: 'KITEQ_USAGE', message: said })
    const [{ rows } = { rows: 0 }] = await runChoice({ ...choice, force: true }, small)
    assert.equal(rows, 200)
    assert.equal(fs.readFileSync(victim, 'utf8'), seen)
    assert.deepEqual(fs.readdirSync(path.dirname(file)).sort(), ['trade.ndjson', 'victim'])
  })

const isRoot = process.geteuid?.() === 0
const noRoot = isRoot ? false : 'only root can give files away'
test('files of another user are refused', { skip: noRoot }, async () => {
  const choice = fresh()
  const file = await interrupt(choice)
  for (const name of [partialName(file), noteName(file)]) {
    fs.chownSync(name, 1, 1)
    await assert.rejects(planExport(choice), {
      code: 'KITEQ_USAGE',
      message: /of user 1, and this/,
    })
    fs.chownSync(name, 0, 0)
  }
  assert.equal((await planExport(choice)).jobs.length, 1)
})

test('a part does not go on with the note and the bytes of another part', async () => {
  const choice = fresh({ parallel: 2 })
  const one = await interrupt(choice)
  const other = one.replace('00001', '00002')
  for (const nameOf of [partialName, noteName]) fs.renameSync(nameOf(one), nameOf(other))
  await assert.rejects(planExport(choice), { code: 'KITEQ_USAGE', message: /is of records 0 to / })
})

test('other options than before are refused and named, and nothing of it is lost', async () => {
  const choice = fresh()
  const file = await interrupt(choice)
  const next = (await readNote(file)) as { next: number }
  const others: [Partial<ExportChoice>, RegExp][] = [
    [{ format: 'csv' }, /: --format was "ndjson" and is "csv" now;/],
    [{ topic: 'trade' }, /: --topic was not given and is "trade" now;/],
    [
      { from: '7', bodyJson: true },
      /: --from was "earliest" and is "7" now, --body-json was false/,
    ],
    [{ parallel: 3 }, /: --parallel was 1 and is 3 now;/],
  ]
  for (const [given, message] of others)
    await assert.rejects(planExport({ ...choice, ...given }), { code: 'KITEQ_USAGE', message })
  assert.equal((await planExport(choice)).jobs[0]?.note?.next, next.next)
  const parts = fresh({ parallel: 2 })
  await interrupt(parts)
  const message = /: --parallel was 2 and is 1 now;/
  await assert.rejects(planExport({ ...parts, parallel: 1 }), { code: 'KITEQ_USAGE', message })
  await runChoice({ ...parts, parallel: 1, force: true })
  assert.deepEqual(fs.readdirSync(path.dirname(parts.output)), ['trade.ndjson'])
})

test('an export does not go on with a log that has taken another course since', async () => {
  const elsewhere = path.join(folder, 'another-course')
  for (const parallel of [1, 2]) {
    const dir = path.join(folder, `course-${parallel}`)
    fs.cpSync(dataDir, dir, { recursive: true })
    const choice = { ...fresh({ parallel }), dataDir: dir }
    const file = await interrupt(choice)
    const noted = (await readNote(file)) as FileNote
    fs.rmSync(elsewhere, { recursive: true, force: true })
    await writeLog(elsewhere, messagesOf('another', 300), 16 << 10, 40)
    fs.rmSync(dir, { recursive: true })
    fs.renameSync(elsewhere, dir)
    await assert.rejects(planExport(choice), {
      code: 'KITEQ_USAGE',
      message: /\.partial\.json is of a log whose record \d+ was of .* or --force to begin anew$/,
    })
    assert.deepEqual(await readNote(file), noted, 'what was written stays')
    // The note of all parts may be gone: that of each part tells the same.
    if (parallel > 1) fs.rmSync(noteName(choice.output))
    if (parallel > 1) await assert.rejects(planExport(choice), { code: 'KITEQ_USAGE' })
    const done = await runChoice({ ...choice, force: true })
    assert.equal(
      done.reduce((sum, { rows }) => sum + rows, 0),
      300,
    )
  }
  const mark = { offset: 7, timeMs: 1e12, sum: 'a' }
  const later = { ...mark, timeMs: 1e12 + 1 }
  assert.throws(() => expectSameCourse('note', mark, later), { code: 'KITEQ_USAGE' })
  expectSameCourse('note', mark, { ...mark })
})

test('a file that appears while an export runs is not replaced, and the export is kept', async () => {
  const choice = fresh()
  const dies = runChoice(choice, small, () => fs.writeFileSync(choice.output, victimText))
  await assert.rejects(dies, { code: 'KITEQ_USAGE', message: /is there already/ })
  assert.equal(fs.readFileSync(choice.output, 'utf8'), victimText)
  // In the last moment, behind the last look.
  fs.rmSync(choice.output)
  const { link } = fs.promises
  const appears: typeof link = (from, to) => {
    fs.writeFileSync(to, victimText)
    return link(from, to)
  }
  await withLink(appears, () =>
    assert.rejects(runChoice(choice), { code: 'KITEQ_USAGE', message: /is there already/ }),
  )
  assert.equal(fs.readFileSync(choice.output, 'utf8'), victimText)
  fs.rmSync(choice.output)
  const [done] = await runChoice(choice, {}, () => assert.fail('all of it was written'))
  assert.equal(done?.rows, 200)
  for (const name of ['link', 'folder']) {
    const output = path.join(path.dirname(choice.output), name)
    if (name === 'link') fs.symlinkSync('nowhere', output)
    else fs.mkdirSync(output)
    const forced = planExport({ ...choice, output, force: true })
    await assert.rejects(forced, { code: 'KITEQ_USAGE', message: /is no plain file/ })
  }
})

test('where a file can have one name only, an export gets its name all the same', async () => {
  const choice = fresh()
  const refused = Object.assign(new Error('no links here'), { code: 'EPERM' })
  await withLink(
    () => Promise.reject(refused),
    () => runChoice(choice),
  )
  assert.deepEqual(fs.readdirSync(path.dirname(choice.output)), ['trade.ndjson'])
})

async function withLink(
  link: typeof fs.promises.link,
  work: () => Promise<unknown>,
): Promise<void> {
  const { link: real } = fs.promises
  fs.promises.link = link
  syncBuiltinESMExports()
  try {
    await work()
  } finally {
    fs.promises.link = real
    syncBuiltinESMExports()
  }
}

test('of two exports to one file the second is told who writes it, until the first has gone', async () => {
  const { output } = fresh()
  const since = new Date(1e12)
  const lock = await lockExport(output, since)
  const message = new RegExp(
    `trade\\.ndjson is being written by process ${process.pid}, since ${since.toISOString()}$`,
  )
  await assert.rejects(lockExport(output, since), { code: 'KITEQ_FOLDER_OWNED', message })
  const elsewhere = await lockExport(`${output}.gz`, since)
  await Promise.all([lock.release(), elsewhere.release()])
  assert.deepEqual(fs.readdirSync(path.dirname(output)), [])
  const ending = path.extname(import.meta.filename)
  const file = path.join(import.meta.dirname, `export-lock${ending}`)
  const code = `import { lockExport } from ${JSON.stringify(file)}
    await lockExport(${JSON.stringify(output)}, new Date())
    process.send('locked')`
  const loader = ending === '.ts' ? ['--import', 'tsx'] : []
  const child = spawn(process.execPath, [...loader, '--input-type=module', '-e', code], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await once(child, 'message')
  const other = new RegExp(`process ${child.pid},`)
  await assert.rejects(lockExport(output, since), { code: 'KITEQ_FOLDER_OWNED', message: other })
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.deepEqual(fs.readdirSync(path.dirname(output)), [path.basename(lockName(output))])
  const again = await lockExport(output, since)
  await again.release()
  assert.deepEqual(fs.readdirSync(path.dirname(output)), [])
})

test('a lock that is a link, or a folder others may write, is refused', async () => {
  const { output } = fresh()
  const elsewhere = path.join(path.dirname(output), 'elsewhere')
  fs.mkdirSync(elsewhere)
  fs.symlinkSync(elsewhere, lockName(output))
  await assert.rejects(lockExport(output, new Date()), {
    code: 'KITEQ_USAGE',
    message: /no folder/,
  })
  assert.deepEqual(fs.readdirSync(elsewhere), [])
  fs.rmSync(lockName(output))
  fs.mkdirSync(lockName(output))
  fs.chmodSync(lockName(output), 0o777)
  const refused = { code: 'KITEQ_USAGE', message: /writable for others/ }
  await assert.rejects(lockExport(output, new Date()), refused)
})
