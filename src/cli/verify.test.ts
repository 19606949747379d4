import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { anySteps, historyOf, placeAt, type Entry } from '../../test/support/histories.ts'
import { drawHistory, writeHistory, type WrittenHistory } from '../../test/support/log-history.ts'
import { seeded } from '../../test/support/property.ts'
import { latestCheckpoint, writeCheckpoint } from '../log/checkpoint.ts'
import { nodeDisk } from '../log/disk-node.ts'
import { frameFlags, frameLength, sealFrame, writeFrameHead } from '../log/frame.ts'
import { decodeSegmentHeader, segmentName } from '../log/segment.ts'
import type { Offset } from '../model/ids.ts'
import { encodeMessage } from '../net/packet.ts'
import { LogCheck } from './log-check.ts'
import { Findings, type Fault } from './log-findings.ts'
import { readSegmentFiles } from './segment-headers.ts'
import { linesOf, verifyFolder } from './verify.ts'

async function inFolder(use: (dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(path.join(tmpdir(), 'kiteq-verify-'))
  try {
    await use(dir)
  } finally {
    rmSync(dir, { recursive: true })
  }
}

const closing: Entry = {
  record: { kind: 'closed', clean: true },
  place: placeAt(0, 1_700_000_000_000),
}

/** Changes bytes of a file of the folder. */
function change(dir: string, name: string, work: (bytes: Uint8Array) => void): void {
  const bytes = readFileSync(path.join(dir, name))
  work(bytes)
  writeFileSync(path.join(dir, name), bytes)
}

function segmentsOf(dir: string): string[] {
  return readdirSync(dir).filter((name) => name.endsWith('.segment'))
}

/** Where the whole records of a segment end, as the next one says. */
function sealedEnd(dir: string, segment: number): number {
  return decodeSegmentHeader(readFileSync(path.join(dir, segmentName(segment + 1))), '').previousEnd
}

/** Writes the head of a frame anew, so that its crc holds. */
function forge(
  dir: string,
  { segment, position, offset, timeMs }: WrittenHistory['places'][number],
  forged: { distance?: number; timeMs?: number; kind?: number; flags?: number },
): void {
  change(dir, segmentName(segment), (bytes) => {
    const { seed } = decodeSegmentHeader(bytes, '')
    const length = frameLength(bytes, position)
    const kind = forged.kind ?? bytes[position + 8]!
    const flags = forged.flags ?? frameFlags(bytes, position)
    const distance = forged.distance ?? Buffer.from(bytes).readUInt32LE(position + 12)
    writeFrameHead(bytes, position, length, kind, distance, offset, forged.timeMs ?? timeMs)
    sealFrame(bytes, position, position + length, seed, flags)
  })
}

const kindsOf = (faults: readonly Fault[]): string[] => [...new Set(faults.map(({ kind }) => kind))]

test('a log of any history is clean, with its checkpoints, and its digest is that of the fold', async () => {
  await fc.assert(
    fc.asyncProperty(anySteps(240), fc.integer({ min: 1, max: 20 }), (drawn, batch) =>
      inFolder(async (dir) => {
        const entries = [...historyOf(drawn), closing]
        const written = await writeHistory(dir, entries, { batch, checkpoint: 50 })
        const report = await verifyFolder(dir)
        assert.deepEqual([report.faults, report.clean, report.tail], [[], true, null])
        assert.equal(report.records, entries.length)
        assert.equal(report.digest, written.digests.at(-1))
        assert.deepEqual(
          report.checkpoints.map(({ offset, outcome }) => [offset, outcome]),
          written.checkpoints.map((offset) => [offset, 'equal']),
        )
      }),
    ),
    seeded('verify-clean', 8),
  )
})

test('whatever byte of a closed segment is changed, the record it was in is named', async () => {
  const entries = drawHistory(240, 1)
  await fc.assert(
    fc.asyncProperty(fc.nat(1), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, at, flip) =>
      inFolder(async (dir) => {
        const { places } = await writeHistory(dir, entries)
        const segment = 1 + which
        const position = at % sealedEnd(dir, segment)
        change(dir, segmentName(segment), (bytes) => (bytes[position]! ^= flip))
        const report = await verifyFolder(dir)
        assert.equal(report.clean, false)
        if (position < 4096) {
          assert.ok(kindsOf(report.faults).includes('header'))
          return
        }
        assert.deepEqual(kindsOf(report.faults), ['lost'])
        const hit = places.find(
          (place) =>
            place.segment === segment &&
            place.position <= position &&
            position < place.position + place.length,
        )!
        const [fault] = report.faults
        assert.equal(fault!.position, hit.position)
        assert.equal(fault!.length, hit.length)
        assert.deepEqual([fault!.firstOffset, fault!.count], [hit.offset, 1])
        assert.equal(report.recordsLost, 1)
        assert.equal(report.records, entries.length - 1)
      }),
    ),
    seeded('verify-flip', 25),
  )
})

test('whatever byte of a checkpoint is changed, that checkpoint is named and the log is whole', async () => {
  const entries = drawHistory(240, 2)
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), (at, flip) =>
      inFolder(async (dir) => {
        await writeHistory(dir, entries, { checkpoint: 60 })
        const name = readdirSync(dir).find((one) => one.endsWith('.checkpoint'))!
        change(dir, name, (bytes) => (bytes[at % bytes.length]! ^= flip))
        const { faults, recordsLost, checkpoints, clean } = await verifyFolder(dir)
        assert.equal(clean, false)
        assert.deepEqual(
          faults.map(({ kind, file }) => [kind, file]),
          [['checkpoint', name]],
        )
        assert.equal(recordsLost, 0)
        assert.deepEqual(
          checkpoints.map(({ outcome }) => outcome),
          ['equal'],
        )
      }),
    ),
    seeded('verify-checkpoint', 15),
  )
})

test('a checkpoint that the system does not hand over is not called damaged', async () => {
  await inFolder(async (dir) => {
    await writeHistory(dir, drawHistory(240, 2), { checkpoint: 60 })
    const name = readdirSync(dir).find((one) => one.endsWith('.checkpoint'))!
    rmSync(path.join(dir, name))
    mkdirSync(path.join(dir, name)) // refused to everybody, even to root
    const report = await verifyFolder(dir)
    assert.equal(report.clean, false)
    assert.deepEqual(
      report.faults.map(({ kind, file }) => [kind, file]),
      [['unreadable', name]],
    )
    assert.match(report.faults[0]!.text, /^it cannot be read: EISDIR/)
    const text = linesOf(report).join('\n')
    assert.doesNotMatch(text, /DAMAGED/)
    assert.match(text, /\nNOT CLEAN: 1 checkpoint cannot be read; the log itself is whole$/)
    change(dir, segmentName(1), (bytes) => (bytes[5000]! ^= 1))
    assert.match(linesOf(await verifyFolder(dir)).at(-1)!, /^DAMAGED: 2 faults, 1 record lost/)
  })
})

test('records that hold but cannot follow each other so are faults', async () => {
  const entries = drawHistory(240, 3)
  const faultsAfter = async (
    n: number,
    forged: Parameters<typeof forge>[2],
  ): Promise<readonly Fault[]> => {
    let faults: readonly Fault[] = []
    await inFolder(async (dir) => {
      const { places } = await writeHistory(dir, entries, { checkpoint: 1000 })
      forge(dir, places[n]!, forged)
      faults = (await verifyFolder(dir)).faults
      for (const { firstOffset } of faults)
        assert.ok(firstOffset === undefined || firstOffset === n || firstOffset === n + 1)
    })
    return faults
  }
  // Batches of 7 end with 0, 7, 14 …: 24 stands in the middle of one, 89 ends its segment.
  assert.deepEqual(kindsOf(await faultsAfter(24, { distance: 1 })), ['batch'])
  assert.deepEqual(kindsOf(await faultsAfter(24, { distance: 0 })), ['batch'])
  assert.deepEqual(kindsOf(await faultsAfter(22, { distance: 4000 })), ['batch'])
  assert.deepEqual(kindsOf(await faultsAfter(24, { flags: 1 })), ['batch'])
  const [time] = await faultsAfter(30, { timeMs: 5 })
  assert.deepEqual([time!.kind, time!.firstOffset], ['time', 30])
  const body = await faultsAfter(
    entries.findIndex(({ record }) => record.kind === 'acked'),
    { kind: 3 },
  )
  assert.equal(body[0]!.kind, 'body')
  await assert.rejects(faultsAfter(30, { kind: 99 }), /kind 99 was written by a newer version/)
})

test('a checkpoint of another state is not what the records say', async () => {
  await inFolder(async (dir) => {
    const entries = drawHistory(240, 4)
    await writeHistory(dir, entries, { checkpoint: 60 })
    const names = readdirSync(dir).filter((name) => name.endsWith('.checkpoint'))
    const [older, newer] = [names[0]!, names[1]!]
    const { logId } = decodeSegmentHeader(readFileSync(path.join(dir, segmentName(1))), '')
    const target = { disk: nodeDisk, dir, logId }
    const { checkpoint } = (await latestCheckpoint(target)).latest!
    rmSync(path.join(dir, older))
    rmSync(path.join(dir, newer))
    const resume = { ...checkpoint.resume, offset: (checkpoint.resume.offset - 1) as Offset }
    await writeCheckpoint(target, { ...checkpoint, resume, durableOffset: resume.offset })
    const { faults, checkpoints } = await verifyFolder(dir)
    assert.deepEqual(kindsOf(faults), ['checkpoint'])
    assert.match(faults.map(({ text }) => text).join(), /that of the records up to there/)
    assert.equal(checkpoints[0]!.outcome, 'different')
  })
})

test('a torn tail is told and is no damage, unless a checkpoint knew more', async () => {
  const entries = [...drawHistory(240, 5), closing]
  await inFolder(async (dir) => {
    const { places } = await writeHistory(dir, entries, { checkpoint: 1000 })
    const last = places.at(-1)!
    change(dir, segmentName(last.segment), (bytes) => (bytes[last.position + 5]! ^= 1))
    const report = await verifyFolder(dir)
    assert.equal(report.clean, true)
    assert.equal(report.end, report.tail!.offset)
    assert.ok(report.tail!.bytes > 0)
    assert.match(
      linesOf(report).join('\n'),
      /torn tail: .* if a write was torn there, nothing in them was acked\nclean$/,
    )
  })
  await inFolder(async (dir) => {
    const { checkpoints } = await writeHistory(dir, entries, { checkpoint: 60 })
    for (const name of segmentsOf(dir).slice(1)) rmSync(path.join(dir, name))
    const report = await verifyFolder(dir)
    const after = checkpoints.filter((offset) => offset > 90)
    assert.deepEqual(
      report.faults.map(({ kind, firstOffset, count }) => [kind, firstOffset, count]),
      after.map((offset) => ['lost', 90, offset - 90]),
    )
  })
})

test('one header that is gone costs its segment, and the others are read', async () => {
  const entries = drawHistory(240, 6)
  await inFolder(async (dir) => {
    const { places } = await writeHistory(dir, entries)
    change(dir, segmentName(2), (bytes) => bytes.fill(0, 0, 8))
    const report = await verifyFolder(dir)
    assert.deepEqual(kindsOf(report.faults), ['header', 'unread'])
    const lost = places.filter(({ segment }) => segment === 2).length
    assert.deepEqual([report.recordsUnread, report.recordsLost], [lost, 0])
    const verdict = `DAMAGED: 2 faults, ${lost} unreadable until kiteq repair, 0 records lost`
    assert.equal(linesOf(report).at(-1), verdict)
    assert.equal(report.records, entries.length - lost)
    rmSync(path.join(dir, segmentName(2)))
    const without = await verifyFolder(dir)
    assert.deepEqual(kindsOf(without.faults), ['header', 'lost'])
    assert.match(without.faults[0]!.text, /0000000002.segment is missing/)
    assert.equal(without.recordsLost, lost)
  })
})

test('a segment out of its time is one line, however many records are in it', async () => {
  const entries = drawHistory(240, 8)
  await inFolder(async (dir) => {
    const { places } = await writeHistory(dir, entries, { checkpoint: 1000 })
    const early = places.filter(({ segment }) => segment === 2)
    for (const place of early) forge(dir, place, { timeMs: 5 })
    const report = await verifyFolder(dir)
    assert.deepEqual([report.faultCount, kindsOf(report.faults)], [1, ['time']])
    const [line] = linesOf(report).filter((one) => one.startsWith('TIME'))
    assert.match(line!, new RegExp(`\\(and ${early.length - 1} more in this segment\\)$`))
  })
})

test('what earlier starts have lost is told, also where nothing shows it any more', async () => {
  const hole = { segment: 2, position: 4096, length: 900, firstOffset: 100, count: 9 }
  const one = { segment: 2, position: 4200, length: 90, firstOffset: 102, count: 1 }
  const holes = [hole, one].map((place) => ({ ...closing, record: { kind: 'hole', ...place } }))
  await inFolder(async (dir) => {
    await writeHistory(dir, [...(holes as Entry[]), closing])
    const report = await verifyFolder(dir)
    const { places, records, accepted } = report.recorded
    assert.deepEqual([report.clean, places, records, accepted], [true, 1, 9, false])
    const lines = linesOf(report)
    assert.ok(
      lines.includes(
        '  on record as lost: 1 damaged place with 9 records, the first in segment 2 at byte 4096',
      ),
    )
    assert.equal(lines.at(-1), 'clean, but for what is on record as lost: 9 records')
  })
})

test('the ids of lost messages are told where they can still be read', async () => {
  const id = '0123456789abcdef0123456789abcdef'
  const source = encodeMessage(
    {
      messageId: Buffer.from(id),
      topic: Buffer.from('trade'),
      messageType: Buffer.from('pay'),
      expiredTime: 2_000_000_000,
      deliverLimit: 3,
      group: Buffer.from('g'),
      commit: true,
      fly: false,
      properties: [],
    },
    Buffer.from('body'),
  )
  const entries = drawHistory(240, 7).map((entry) =>
    entry.record.kind === 'published'
      ? { ...entry, record: { ...entry.record, message: { source, start: 0, end: source.length } } }
      : entry,
  )
  const n = entries.findIndex(({ record }) => record.kind === 'published')
  await inFolder(async (dir) => {
    const { places } = await writeHistory(dir, entries)
    const { segment, position, length } = places[n]!
    change(dir, segmentName(segment), (bytes) => (bytes[position + length - 1]! ^= 1))
    const report = await verifyFolder(dir)
    assert.deepEqual(report.faults[0]!.ids, [id])
    assert.ok(linesOf(report).includes(`  still readable: message ${id}`))
    assert.equal(linesOf(report).at(-1), 'DAMAGED: 1 fault, 1 record lost')
  })
})

test('of a folder in use, what its owner calls durable must be there, and no more is looked at', async () => {
  const check = async (dir: string, durableOffset: number): Promise<[LogCheck, Findings]> => {
    const findings = new Findings()
    const files = await readSegmentFiles(dir, nodeDisk, findings)
    const progress = (): void => undefined
    const options = { dir, disk: nodeDisk, files, durableOffset, marks: [], findings, progress }
    const one = new LogCheck(options)
    await one.run()
    return [one, findings]
  }
  await inFolder(async (dir) => {
    const { digests, places } = await writeHistory(dir, drawHistory(240, 8))
    for (const durable of [0, 50, 89, 90, 91, 180, 240]) {
      const [{ end, digest }, { faults }] = await check(dir, durable)
      assert.deepEqual([end, digest, faults], [durable, digests[durable], []])
    }
    const [, { faults }] = await check(dir, 250)
    assert.deepEqual(
      faults.map(({ kind, firstOffset, count }) => [kind, firstOffset, count]),
      [['lost', 240, 10]],
    )
    const { segment, position } = places[239]!
    change(dir, segmentName(segment), (bytes) => (bytes[position]! ^= 1))
    const [, inUse] = await check(dir, 240)
    assert.deepEqual(
      inUse.faults.map(({ kind, firstOffset, count }) => [kind, firstOffset, count]),
      [['lost', 239, 1]],
      'where an owner answers there is no torn tail',
    )
  })
})

test('where there is no log it says so', async () => {
  await assert.rejects(verifyFolder('/nowhere/at/all'), /KITEQ_USAGE|is not there/)
  await inFolder((dir) => assert.rejects(verifyFolder(dir), /no segment in/))
})

test('of a damaged part of an image of the state it is told that no message stood there', async () => {
  const source = new Uint8Array(64)
  const sections = { source, start: 0, end: source.length }
  const part = { at: 0, segment: 1, position: 4096, digest: '0'.repeat(16), part: 0, parts: 2 }
  const base = { ...closing, record: { kind: 'base', ...part, sections } } as unknown as Entry
  await inFolder(async (dir) => {
    const { places } = await writeHistory(dir, [closing, base, closing, closing], { batch: 1 })
    const { segment, position, length } = places[1]!
    change(dir, segmentName(segment), (bytes) => (bytes[position + length - 1]! ^= 1))
    const [fault] = (await verifyFolder(dir)).faults
    assert.match(
      fault!.text,
      /no crc holds here; by its head it was a part of an image of the state/,
    )
  })
})
