import { learnName, newNameBook, type NameBook } from '../index/name-book.ts'
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyRecord } from '../../test/support/disk-records.ts'
import { placeAt } from '../../test/support/histories.ts'
import { seeded, variedFrom } from '../../test/support/property.ts'
import { readInto } from '../log/disk.ts'
import { nodeDisk } from '../log/disk-node.ts'
import type { LogRecord, RecordKind } from '../model/record.ts'
import { idText } from '../model/id-text.ts'
import { pacedDisk } from '../log/paced-disk.ts'
import { findIds } from './lost-ids.ts'
import { duration, progressBar } from './progress-bar.ts'
import { RecordFilter } from './record-filter.ts'
import { lineOf, recordKinds, timeText } from './record-text.ts'

const names: NameBook = newNameBook()
for (const dictionary of ['topic', 'type', 'group'] as const)
  for (const number of [1, 2, 3]) {
    const name = Buffer.from(`${dictionary}-${number}`)
    learnName(names, { dictionary, number, name })
  }

test('any record becomes one line that has all of its fields', async () => {
  const told: Record<string, string> = {
    expiresAt: 'expiresAt',
    retryAtMs: 'retryAt',
    content0: 'content',
    content1: 'content',
    message: 'packetBytes',
    sections: 'sectionBytes',
  }
  const seen = new Set<RecordKind>()
  const anyLine = fc.property(anyRecord, fc.nat(), (record, offset) => {
    seen.add(record.kind)
    const place = placeAt(offset, 1_795_430_000_000)
    const line = lineOf(record, place, names, false)
    assert.doesNotMatch(line, /\n/)
    const fields = JSON.parse(line) as Record<string, unknown>
    assert.deepEqual([fields['offset'], fields['kind']], [offset, record.kind])
    for (const key of Object.keys(record)) {
      if (/^id[0-3]$/.test(key)) assert.equal(fields['id'], idText(record as never))
      else if (key === 'routing') assert.ok('durable' in fields && 'transient' in fields)
      else if (key === 'message' && 'message' in record && typeof record.message === 'number')
        assert.equal(fields['message'], record.message)
      else if (key === 'message') assert.ok('packetBytes' in fields || 'bodyBytes' in fields)
      else assert.ok((told[key] ?? key) in fields, `${key} in ${line}`)
    }
  })
  const runs = seeded('dump-lines', 500)
  await variedFrom(
    'dump-lines',
    runs.seed,
    (seed) => {
      fc.assert(anyLine, { ...runs, seed })
    },
    () => recordKinds.filter((kind) => !seen.has(kind)),
  )
})

test('names stand in the place of numbers, and numbers that have none are marked', () => {
  const record = { kind: 'acked', group: 2, messages: [5] } as unknown as LogRecord
  const line = lineOf(record, placeAt(7, 0), names, false)
  assert.equal((JSON.parse(line) as { group: string }).group, 'group-2')
  const unknown = { kind: 'acked', group: 9, messages: [5] } as unknown as LogRecord
  assert.match(lineOf(unknown, placeAt(7, 0), names, false), /"group":"\\\\#9"/)
  assert.equal(timeText(9e15), 9e15)
})

test('no text in a line can change the terminal', () => {
  const who = 'a\u001b[31m\u009b31m\u007f\u2028支'
  const record = { kind: 'operator', who, action: 'bind', detail: '' } as const
  const line = lineOf(record, placeAt(7, 0), names, false)
  assert.ok(line.includes('a\\u001b[31m\\u009b31m\\u007f\\u2028支'), line)
  assert.equal((JSON.parse(line) as { who: string }).who, who)
})

test('a filter by message or topic follows the offsets its messages were given', () => {
  const id = { id0: 1, id1: 2, id2: 3, id3: 4 }
  const published = (topic: number, more: object): LogRecord =>
    ({
      kind: 'published',
      ...id,
      topic,
      publisher: 1,
      routing: { durable: [2], transient: [3] },
      ...more,
    }) as unknown as LogRecord
  const records = [
    published(1, {}),
    published(2, { id3: 5 }),
    { kind: 'delivered', group: 2, messages: [0, 1] },
    { kind: 'acked', group: 3, messages: [1] },
    { kind: 'failed', group: 2, message: 0 },
    { kind: 'bindings-changed', topic: 1, group: 1 },
    published(1, {}),
    { kind: 'purged', group: 3, message: 6 },
    { kind: 'closed', clean: true },
  ] as unknown as LogRecord[]
  const taken = (wanted: ConstructorParameters<typeof RecordFilter>[0]): number[] => {
    const filter = new RecordFilter(wanted, names)
    return records.flatMap((record, n) => (filter.take(record, placeAt(n, 0)) ? [n] : []))
  }
  assert.deepEqual(taken({}), [0, 1, 2, 3, 4, 5, 6, 7, 8])
  assert.deepEqual(taken({ id }), [0, 2, 4, 6, 7])
  assert.deepEqual(taken({ topic: 'topic-1' }), [0, 2, 4, 5, 6, 7])
  assert.deepEqual(taken({ topic: 'topic-2' }), [1, 2, 3])
  assert.deepEqual(taken({ group: 'group-3' }), [0, 1, 3, 6, 7])
  assert.deepEqual(taken({ id, kinds: new Set<RecordKind>(['delivered', 'acked']) }), [2])
  assert.deepEqual(taken({ topic: 'topic-2', group: 'group-2' }), [1, 2])
})

test('a disk that is paced reads only once its reader is ready', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'kiteq-paced-'))
  try {
    writeFileSync(path.join(dir, 'file'), 'abc')
    let go = (): void => undefined
    let wait: Promise<void> | undefined = new Promise<void>((resolve) => (go = resolve))
    const file = await pacedDisk(nodeDisk, () => wait).open(path.join(dir, 'file'), 'read')
    const bytes = new Uint8Array(3)
    let isRead = false
    const read = readInto(file, bytes, 0, 3, 0).then(() => (isRead = true))
    assert.equal(await file.size(), 3)
    assert.equal(isRead, false)
    go()
    await read
    wait = undefined
    assert.equal(await readInto(file, bytes, 0, 3, 1), 2)
    await file.close()
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test('ids are found wherever they stand in a damaged stretch, each once, up to a number', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'kiteq-ids-'))
  try {
    const bytes = Buffer.alloc(2_200_000, 0x0a)
    const idOf = (n: number): string => n.toString(16).padStart(32, '0')
    const put = (n: number, at: number): void => {
      bytes[at] = 0x0a
      bytes[at + 1] = 32
      bytes.write(idOf(n), at + 2)
    }
    const places = [0, 40, 1024 * 1024 - 17, 1024 * 1024 + 60, 2_199_966]
    places.forEach((at, n) => put(n, at))
    put(1, 5000)
    const file = path.join(dir, 'file')
    writeFileSync(file, bytes)
    const all = await findIds(nodeDisk, file, 0, bytes.length, 100)
    assert.deepEqual(all, [0, 1, 2, 3, 4].map(idOf))
    assert.deepEqual(await findIds(nodeDisk, file, 1, bytes.length - 1, 2), [1, 2].map(idOf))
    assert.deepEqual(await findIds(nodeDisk, file, 0, 33, 100), [])
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test('a progress line tells how far, how fast and how long', () => {
  assert.equal(
    progressBar(50_000_000, 200_000_000, 500),
    `${'█'.repeat(6)}${'░'.repeat(18)} 25 %  100 MB/s, 2 s left`,
  )
  assert.match(progressBar(0, 0, 0), / 100 % {2}0 MB\/s$/)
  assert.deepEqual([0, 59_400, 125_000, 7_320_000].map(duration), [
    '0 s',
    '59 s',
    '2 min 05 s',
    '2 h 02 min',
  ])
})
