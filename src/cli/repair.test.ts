import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { drawHistory, writeHistory, type WrittenHistory } from '../../test/support/log-history.ts'
import { seeded } from '../../test/support/property.ts'
import { nodeDisk } from '../log/disk-node.ts'
import type { Disk, DiskFile } from '../log/disk.ts'
import { claimFolder } from '../log/folder-owner.ts'
import { decodeSegmentHeader, segmentName, type SegmentHeader } from '../log/segment.ts'
import type { QuarantineReport } from './repair-quarantine.ts'
import { linesOf, repairFolder, type RepairResult } from './repair.ts'
import { verifyFolder } from './verify.ts'

const entries = drawHistory(280, 1)

async function inLog(
  use: (dir: string, written: WrittenHistory) => Promise<void>,
  options: Parameters<typeof writeHistory>[2] = {},
): Promise<void> {
  const dir = mkdtempSync(path.join(tmpdir(), 'kiteq-repair-'))
  try {
    await use(dir, await writeHistory(dir, entries, options))
  } finally {
    rmSync(dir, { recursive: true })
  }
}

function change(dir: string, name: string, work: (bytes: Uint8Array) => void): void {
  const bytes = readFileSync(path.join(dir, name))
  work(bytes)
  writeFileSync(path.join(dir, name), bytes)
}

function headerIn(dir: string, number: number): SegmentHeader {
  return decodeSegmentHeader(
    readFileSync(path.join(dir, segmentName(number))).subarray(0, 4096),
    '',
  )
}

/** Every file below the folder, by path: its sha256. */
function contentOf(dir: string): Map<string, string> {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true })
  return new Map(
    files
      .filter((file) => file.isFile())
      .map((file) => {
        const name = path.join(file.parentPath, file.name)
        const hash = createHash('sha256').update(readFileSync(name)).digest('hex')
        return [path.relative(dir, name), hash]
      }),
  )
}

function reportsIn(dir: string): QuarantineReport[] {
  const all = path.join(dir, 'quarantine')
  if (!existsSync(all)) return []
  return readdirSync(all)
    .map((name) => path.join(all, name, 'report.json'))
    .filter((name) => existsSync(name))
    .map((name) => JSON.parse(readFileSync(name, 'utf8')) as QuarantineReport)
}

const kindsOf = ({ steps }: RepairResult): string[] => steps.map(({ kind }) => kind)

/** Dry run, repair, and once more: nothing is left to do. */
async function repaired(dir: string): Promise<RepairResult> {
  const before = contentOf(dir)
  const dry = await repairFolder(dir, false)
  assert.deepEqual(contentOf(dir), before, 'a dry run changes nothing')
  const result = await repairFolder(dir, true)
  assert.deepEqual(result.steps, dry.steps)
  assert.deepEqual(result.start, dry.start, 'the dry run told what would be')
  assert.equal(result.log.digest, dry.log.digest)
  const again = await repairFolder(dir, true)
  assert.deepEqual([again.steps, again.applied, again.start], [[], false, result.start])
  return result
}

test('a healthy log needs nothing', () =>
  inLog(async (dir, { digests }) => {
    const result = await repaired(dir)
    assert.equal(result.start.ok, true)
    assert.equal(result.log.digest, digests.at(-1))
    assert.match(
      linesOf(result).join('\n'),
      /: nothing to do\na start will succeed: .*nothing lost/,
    )
    assert.equal(existsSync(path.join(dir, 'quarantine')), false)
  }))

test('whatever is done to headers, they are made again as they were, and nothing is lost', async () => {
  const segments = 4
  const damage = fc.record({
    segments: fc.uniqueArray(fc.integer({ min: 1, max: segments }), { minLength: 1 }),
    at: fc.nat(4095),
    length: fc.constantFrom(1, 8, 60, 4096),
    fill: fc.nat(255),
  })
  await fc.assert(
    fc.asyncProperty(damage, ({ segments, at, length, fill }) =>
      inLog(
        async (dir, { digests }) => {
          const headers = segments.map((number) => headerIn(dir, number))
          for (const number of segments)
            change(dir, segmentName(number), (bytes) => {
              for (let i = at; i < Math.min(4096, at + length); i++) bytes[i]! ^= fill | 1
            })
          const result = await repaired(dir)
          assert.deepEqual(
            kindsOf(result),
            segments.map(() => 'header'),
          )
          assert.equal(result.log.clean, true, JSON.stringify(result.log.faults))
          assert.equal(result.log.digest, digests.at(-1))
          if (segments.length < 4)
            for (const header of headers) assert.deepEqual(headerIn(dir, header.number), header)
          assert.equal(reportsIn(dir)[0]!.items.length, segments.length)
        },
        { checkpoint: 1000 },
      ),
    ),
    seeded('repair-headers', 25),
  )
})

test('a header and records behind it that are gone become a hole, and the rest is read', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 60 }),
      (number, lost) =>
        inLog(
          async (dir, { places }) => {
            const inside = places.filter(({ segment }) => segment === number)
            const first = inside[0]!
            const end = inside[Math.min(lost, inside.length - 5)]!
            change(dir, segmentName(number), (bytes) => bytes.fill(0xa5, 0, end.position))
            const result = await repaired(dir)
            assert.deepEqual(kindsOf(result), ['header', 'copy'])
            assert.equal(result.log.recordsLost, end.offset - first.offset)
            assert.equal(result.log.records, entries.length - (end.offset - first.offset))
            assert.equal(result.start.ok && result.start.endOffset, entries.length)
          },
          { checkpoint: 1000 },
        ),
    ),
    seeded('repair-front', 12),
  )
})

test('segments that are missing in the middle become empty ones, and their records a hole', async () => {
  for (const missing of [[2], [3], [2, 3]])
    await inLog(
      async (dir, { places }) => {
        const next = headerIn(dir, missing.at(-1)! + 1)
        for (const number of missing) rmSync(path.join(dir, segmentName(number)))
        const result = await repaired(dir)
        assert.deepEqual(
          kindsOf(result),
          missing.map(() => 'fill'),
        )
        const lost = places.filter(({ segment }) => missing.includes(segment)).length
        assert.equal(result.log.recordsLost, lost)
        assert.equal(result.log.records, entries.length - lost)
        assert.deepEqual(headerIn(dir, next.number), next)
        assert.match(linesOf(result).join('\n'), /FILL 0000000002|FILL 0000000003/)
      },
      { checkpoint: 1000 },
    )
})

test('a missing segment beside a damaged header is mended with it', () =>
  inLog(
    async (dir, { places }) => {
      rmSync(path.join(dir, segmentName(2)))
      change(dir, segmentName(3), (bytes) => bytes.fill(0, 0, 4096))
      const result = await repaired(dir)
      assert.deepEqual(kindsOf(result), ['fill', 'header'])
      assert.equal(result.log.recordsLost, places.filter(({ segment }) => segment === 2).length)
    },
    { checkpoint: 1000 },
  ))

test('a segment of which nothing can be read is set aside whole', () =>
  inLog(
    async (dir, { places }) => {
      change(dir, segmentName(3), (bytes) => bytes.fill(0xff))
      const original = contentOf(dir).get(segmentName(3))
      const result = await repaired(dir)
      assert.deepEqual(kindsOf(result), ['fill'])
      assert.equal(result.log.recordsLost, places.filter(({ segment }) => segment === 3).length)
      const [item] = reportsIn(dir)[0]!.items
      assert.deepEqual([item!.kind, item!.how, item!.sha256], ['segment', 'moved', original])
      const kept = [...contentOf(dir)].find(
        ([name]) => name.startsWith('quarantine/') && name.endsWith(item!.savedAs),
      )
      assert.equal(kept![1], original)
    },
    { checkpoint: 1000 },
  ))

test('files that do not belong there are set aside, one under a wrong name gets its own', () =>
  inLog(
    async (dir, { digests }) => {
      const other = mkdtempSync(path.join(tmpdir(), 'kiteq-other-'))
      try {
        await writeHistory(other, drawHistory(100, 2), { seed: 9 })
        cpSync(path.join(other, segmentName(1)), path.join(dir, segmentName(5)))
      } finally {
        rmSync(other, { recursive: true })
      }
      renameSync(path.join(dir, segmentName(3)), path.join(dir, '00000000003.segment'))
      mkdirSync(path.join(dir, segmentName(7)))
      writeFileSync(path.join(dir, '9999999999.segment'), 'a note')
      const result = await repaired(dir)
      assert.deepEqual(kindsOf(result).sort(), ['remove', 'remove', 'remove', 'rename'])
      assert.equal(result.log.digest, digests.at(-1))
      assert.equal(result.log.clean, true)
    },
    { checkpoint: 1000 },
  ))

test('damage inside a segment stays where it is, and its bytes are kept once', () =>
  inLog(
    async (dir, { places }) => {
      const { segment, position, length } = places[120]!
      change(dir, segmentName(segment), (bytes) => (bytes[position + 20]! ^= 4))
      const damaged = readFileSync(path.join(dir, segmentName(segment)))
      const result = await repaired(dir)
      assert.deepEqual(kindsOf(result), ['copy'])
      assert.equal(result.start.ok, true)
      assert.deepEqual(readFileSync(path.join(dir, segmentName(segment))), damaged)
      const [report] = reportsIn(dir)
      const { items } = report!
      assert.deepEqual(
        [
          items[0]!.segment,
          items[0]!.position,
          items[0]!.bytes,
          items[0]!.firstOffset,
          items[0]!.count,
        ],
        [segment, position, length, 120, 1],
      )
      const again = await repairFolder(dir, false)
      assert.equal(again.kept, 1)
      change(dir, segmentName(segment), (bytes) => (bytes[position + 21]! ^= 4))
      assert.deepEqual(
        kindsOf(await repairFolder(dir, true)),
        ['copy'],
        'other bytes are kept again',
      )
    },
    { checkpoint: 1000 },
  ))

test('a damaged checkpoint is set aside, one that knows more than the log is kept and stays', async () => {
  await inLog(
    async (dir, { checkpoints }) => {
      const name = `${String(checkpoints[0]).padStart(16, '0')}.checkpoint`
      change(dir, name, (bytes) => (bytes[300]! ^= 1))
      const result = await repaired(dir)
      assert.deepEqual(
        result.steps.map(({ kind, file }) => [kind, file]),
        [['checkpoint', name]],
      )
      assert.equal(existsSync(path.join(dir, name)), false)
      assert.equal(result.log.clean, true)
    },
    { checkpoint: 100 },
  )
  await inLog(
    async (dir) => {
      for (const number of [3, 4]) rmSync(path.join(dir, segmentName(number)))
      const name = readdirSync(dir)
        .filter((one) => one.endsWith('.checkpoint'))
        .at(-1)!
      const result = await repaired(dir)
      assert.deepEqual([...new Set(kindsOf(result))], ['copy'])
      assert.equal(existsSync(path.join(dir, name)), true)
    },
    { checkpoint: 100 },
  )
})

test('what follows the last batch is kept when the last header had to be made again', () =>
  inLog(
    async (dir, { places }) => {
      const last = places.at(-1)!
      change(dir, segmentName(last.segment), (bytes) => {
        bytes.fill(0, 0, 100)
        bytes[last.position + 6]! ^= 1
      })
      const result = await repaired(dir)
      assert.deepEqual(kindsOf(result), ['header', 'copy'])
      assert.ok(result.log.tail !== null)
    },
    { checkpoint: 1000 },
  ))

test('a first segment that is missing cannot be made up: nothing is changed, and it is said', () =>
  inLog(
    async (dir) => {
      rmSync(path.join(dir, segmentName(1)))
      const before = contentOf(dir)
      const result = await repairFolder(dir, true)
      assert.deepEqual([result.applied, result.start.ok], [false, false])
      assert.deepEqual(contentOf(dir), before)
      assert.match(
        linesOf(result).join('\n'),
        /a start will be refused: .*0000000001\.segment is missing/,
      )
      assert.match(linesOf(result).at(-2)!, /^nothing was changed; .* from a backup$/)
      assert.match(linesOf(result).at(-1)!, /^what is left can be read/)
    },
    { checkpoint: 1000 },
  ))

test('a folder that somebody owns is left alone', () =>
  inLog(async (dir) => {
    const claim = await claimFolder(dir, {
      describe: () => ({}),
      handle: () => Promise.resolve(null),
    })
    try {
      for (const apply of [false, true])
        await assert.rejects(repairFolder(dir, apply), { code: 'KITEQ_FOLDER_OWNED' })
    } finally {
      await claim.close()
    }
  }))

/** The real disk, whose changes come to an end after so many. */
function dyingDisk(changesMax: number): Disk {
  let changes = 0
  const alive = (): void => {
    if (++changes > changesMax) throw new Error('killed')
  }
  const file = (inner: DiskFile): DiskFile => ({
    write: (source, start, end, position, done) => {
      // What a kill cuts short is half written.
      const isDying = changes + 1 > changesMax
      const half = start + Math.ceil((end - start) / 2)
      inner.write(source, start, isDying ? half : end, position, (error, count) => {
        try {
          alive()
          done(error, count)
        } catch (killed) {
          done(killed as Error, 0)
        }
      })
    },
    read: (...args) => inner.read(...args),
    sync: (done) => inner.sync(done),
    truncate: () => Promise.reject(new Error('a repair never cuts')),
    size: () => inner.size(),
    close: () => inner.close(),
  })
  return {
    ...nodeDisk,
    open: async (name, mode, options) => {
      if (options?.create === true) alive()
      return file(await nodeDisk.open(name, mode, options))
    },
    rename: async (from, to) => {
      alive()
      await nodeDisk.rename(from, to)
    },
    remove: (name) => {
      assert.match(name, /\.part$/, 'nothing but its own half files is removed')
      return nodeDisk.remove(name)
    },
  }
}

test('killed after any of its changes it can be run again, and nothing is lost', () =>
  inLog(
    async (dir, { places }) => {
      const record = places[130]!
      change(dir, segmentName(1), (bytes) => bytes.fill(0, 0, 64))
      change(dir, segmentName(record.segment), (bytes) => (bytes[record.position + 20]! ^= 4))
      change(dir, segmentName(3), (bytes) => bytes.fill(0xff))
      writeFileSync(path.join(dir, '9999999999.segment'), 'a note')
      const checkpoint = readdirSync(dir).find((name) => name.endsWith('.checkpoint'))!
      change(dir, checkpoint, (bytes) => (bytes[300]! ^= 1))
      const originals = contentOf(dir)
      const copy = `${dir}-copy`
      let digest: string | null | undefined
      try {
        for (let changes = 0; ; changes++) {
          rmSync(copy, { recursive: true, force: true })
          cpSync(dir, copy, { recursive: true })
          const first = await repairFolder(copy, true, dyingDisk(changes)).catch(
            (error: unknown) => {
              assert.match(String(error), /killed/)
              return undefined
            },
          )
          const result = await repairFolder(copy, true)
          assert.equal(result.start.ok, true)
          digest ??= result.log.digest
          assert.equal(result.log.digest, digest, `after ${changes} changes`)
          const now = new Set(contentOf(copy).values())
          for (const [name, hash] of originals)
            if (![segmentName(1)].includes(name))
              assert.ok(now.has(hash), `${name} after ${changes} changes`)
          const head = readFileSync(path.join(dir, segmentName(1))).subarray(0, 4096)
          const kept = createHash('sha256').update(head).digest('hex')
          assert.ok(now.has(kept), `the header after ${changes} changes`)
          if (first !== undefined) {
            assert.ok(changes > 10, `${changes} changes`)
            break
          }
        }
      } finally {
        rmSync(copy, { recursive: true, force: true })
      }
    },
    { checkpoint: 100 },
  ))

test('what verify says after a repair is what repair said', () =>
  inLog(async (dir) => {
    change(dir, segmentName(2), (bytes) => bytes.fill(0, 0, 64))
    const result = await repaired(dir)
    const report = await verifyFolder(dir)
    assert.deepEqual([report.clean, report.digest], [true, result.log.digest])
  }))
