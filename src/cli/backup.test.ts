import assert from 'node:assert/strict'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { drawHistory, writeHistory, type WrittenHistory } from '../../test/support/log-history.ts'
import { nodeDisk } from '../log/disk-node.ts'
import type { Disk } from '../log/disk.ts'
import { claimFolder } from '../log/folder-owner.ts'
import { segmentName } from '../log/segment.ts'
import { startBroker } from '../kiteq.ts'
import { loadConfig } from '../config.ts'
import { backupFolder } from './backup.ts'
import { filesOf } from './backup-manifest.ts'
import { repairFolder } from './repair.ts'
import { restoreFolder } from './restore.ts'
import { verifyFolder } from './verify.ts'

const entries = drawHistory(280, 3)

/** A log, and names for a backup and a restored folder beside it. */
async function inLog(
  use: (
    at: { dir: string; to: string; restored: string },
    written: WrittenHistory,
  ) => Promise<void>,
): Promise<void> {
  const top = mkdtempSync(path.join(tmpdir(), 'kiteq-backup-'))
  try {
    const dir = path.join(top, 'data')
    mkdirSync(dir)
    const written = await writeHistory(dir, entries, { checkpoint: 100 })
    await use({ dir, to: path.join(top, 'backup'), restored: path.join(top, 'restored') }, written)
  } finally {
    rmSync(top, { recursive: true })
  }
}

/** The real disk, that dies with its so many-th file made or renamed. */
function dyingDisk(changesMax: number): Disk {
  let changes = 0
  const alive = (): void => {
    if (++changes > changesMax) throw new Error('killed')
  }
  return {
    ...nodeDisk,
    open: async (name, mode, options) => {
      if (mode !== 'read') alive()
      return nodeDisk.open(name, mode, options)
    },
    rename: async (from, to) => {
      alive()
      await nodeDisk.rename(from, to)
    },
  }
}

/** Runs it with disks that die later and later, until one does not; resolves with how many died. */
async function killedAgain(work: (disk: Disk) => Promise<unknown>): Promise<number> {
  for (let changes = 0; ; changes++) {
    try {
      await work(dyingDisk(changes))
      return changes
    } catch (error) {
      assert.match(String(error), /killed/)
    }
  }
}

test('a backup holds the log and is restored to the same state, under another id', () =>
  inLog(async ({ dir, to, restored }, { digests, checkpoints }) => {
    const manifest = await backupFolder(dir, to, nodeDisk)
    assert.deepEqual([manifest.firstOffset, manifest.endOffset], [0, entries.length])
    assert.equal(manifest.checkpoint?.offset, checkpoints.at(-1))
    assert.deepEqual(
      readdirSync(to).sort(),
      [...filesOf(manifest).map(({ file }) => file), 'backup.json'].sort(),
    )
    const report = await restoreFolder(to, restored)
    assert.equal(report.digest, digests.at(-1))
    const [before, after] = [await verifyFolder(dir), await verifyFolder(restored)]
    assert.deepEqual(
      [after.clean, after.digest, after.records],
      [true, before.digest, before.records],
    )
    assert.notEqual(after.logId, before.logId)
    assert.deepEqual(
      after.checkpoints.map(({ outcome }) => outcome),
      ['equal'],
    )
    assert.deepEqual(
      readdirSync(restored).filter((name) => /part|incomplete/.test(name)),
      [],
    )
  }))

test('a backup that is cut short goes on where it stopped, and closed segments are not copied twice', () =>
  inLog(async ({ dir, to, restored }, { digests }) => {
    const opened: string[] = []
    const kills = await killedAgain((disk) => {
      const counting: Disk = {
        ...disk,
        open: async (name, mode, options) => {
          const file = await disk.open(name, mode, options)
          if (mode !== 'read') opened.push(path.basename(name))
          return file
        },
      }
      return backupFolder(dir, to, counting)
    })
    assert.ok(kills > 5, `${kills} kills`)
    for (let number = 1; number < 4; number++) {
      const copies = opened.filter((name) => name === `${segmentName(number)}.part`).length
      assert.ok(copies <= 2, `${segmentName(number)} was copied ${copies} times`)
    }
    assert.equal((await restoreFolder(to, restored)).digest, digests.at(-1))
  }))

test('a restore that is cut short is run again, and never leaves half a log that a start takes', () =>
  inLog(async ({ dir, to, restored }, { digests }) => {
    await backupFolder(dir, to, nodeDisk)
    const flags = { dataDir: restored, listen: '127.0.0.1:0', http: 'off' }
    const config = loadConfig(flags, () => '')
    let refused = 0
    const kills = await killedAgain(async (disk) => {
      try {
        return await restoreFolder(to, restored, disk)
      } catch (error) {
        if (existsSync(path.join(restored, 'restore.incomplete'))) {
          await assert.rejects(startBroker(config), { code: 'KITEQ_CONFIG' })
          refused++
        } else
          assert.deepEqual(
            readdirSync(restored).filter((name) => name.endsWith('.segment')),
            [],
          )
        throw error
      }
    })
    assert.ok(kills > 8 && refused > 6, `${kills} kills, ${refused} refused`)
    const report = await verifyFolder(restored)
    assert.deepEqual([report.clean, report.digest], [true, digests.at(-1)])
  }))

test('a segment that goes away while it is copied is an error, not a gap', () =>
  inLog(async ({ dir, to }) => {
    const disk: Disk = {
      ...nodeDisk,
      open: async (name, mode, options) => {
        if (name === `${dir}/${segmentName(2)}` && existsSync(`${to}/${segmentName(1)}`))
          rmSync(name, { force: true })
        return nodeDisk.open(name, mode, options)
      },
    }
    await assert.rejects(backupFolder(dir, to, disk), {
      code: 'KITEQ_NOT_FOUND',
      message: /0000000002.segment went away while it was copied.*; run it again$/,
    })
    assert.equal(existsSync(path.join(to, 'backup.json')), false)
    await assert.rejects(restoreFolder(to, `${to}-restored`), {
      code: 'KITEQ_USAGE',
      message: /holds a backup that was not finished; run the same kiteq backup again/,
    })
  }))

test('of a log that nobody owns, a backup holds the whole batches', () =>
  inLog(async ({ dir, to, restored }, { digests, places }) => {
    const last = places.at(-1)!
    truncateSync(path.join(dir, segmentName(last.segment)), last.position + 10)
    const report = await verifyFolder(dir)
    assert.ok(report.end < entries.length)
    const manifest = await backupFolder(dir, to, nodeDisk)
    assert.equal(manifest.endOffset, report.end)
    assert.equal((await restoreFolder(to, restored)).digest, digests[report.end])
  }))

test('of a log in use, it holds what its owner calls durable, and a checkpoint that is not ahead', () =>
  inLog(async ({ dir, to, restored }, { digests, checkpoints }) => {
    // A checkpoint, the end of a segment, two ends of batches.
    for (const durableOffset of [checkpoints[0]!, 90, 204, 267]) {
      const claim = await claimFolder(dir, {
        describe: () => ({}),
        handle: () => Promise.resolve({ durableOffset }),
      })
      const [target, made] = [`${to}-${durableOffset}`, `${restored}-${durableOffset}`]
      try {
        const manifest = await backupFolder(dir, target, nodeDisk)
        assert.deepEqual([manifest.endOffset, manifest.inUse], [durableOffset, true])
        const newest = checkpoints.filter((offset) => offset <= durableOffset).at(-1)
        assert.equal(manifest.checkpoint?.offset, newest)
      } finally {
        await claim.close()
      }
      assert.equal((await restoreFolder(target, made)).digest, digests[durableOffset])
    }
  }))

test('nothing that is there is written over', () =>
  inLog(async ({ dir, to, restored }) => {
    mkdirSync(to)
    writeFileSync(path.join(to, 'letters'), 'dear')
    const notEmpty = { code: 'KITEQ_USAGE', message: /which is not empty \(letters\)/ }
    await assert.rejects(backupFolder(dir, to, nodeDisk), notEmpty)
    await assert.rejects(backupFolder(dir, dir, nodeDisk), { code: 'KITEQ_USAGE' })
    const inside = path.join(dir, 'copy')
    await assert.rejects(backupFolder(dir, inside, nodeDisk), { code: 'KITEQ_USAGE' })
    rmSync(path.join(to, 'letters'))
    await backupFolder(dir, to, nodeDisk)
    await assert.rejects(restoreFolder(to, dir), { message: /which is not empty/ })
    await assert.rejects(restoreFolder(to, to), { code: 'KITEQ_USAGE' })
    // What a restore was cut short in and a broker has used since belongs to the broker.
    cpSync(dir, restored, { recursive: true })
    writeFileSync(path.join(restored, 'restore.incomplete'), `${'0'.repeat(32)}\n`)
    await assert.rejects(restoreFolder(to, restored), { message: /which is not empty/ })
    assert.equal((await verifyFolder(restored)).records, entries.length)
  }))

test('a manifest that is not what backup wrote is refused by name', () =>
  inLog(async ({ dir, to, restored }) => {
    await backupFolder(dir, to, nodeDisk)
    const name = path.join(to, 'backup.json')
    const good = JSON.parse(readFileSync(name, 'utf8')) as Record<string, unknown>
    const [first] = good['segments'] as Record<string, unknown>[]
    for (const [wrong, message] of [
      [{ format: 2 }, /format 2, this version reads format 1/],
      [{ logId: 'x' }, /no logId/],
      [{ segments: [] }, /no segments/],
      [{ segments: [{ ...first, file: '../../passwd' }] }, /segment 1 of the list is none/],
      [{ endOffset: -1 }, /no firstOffset and endOffset/],
    ] as const) {
      writeFileSync(name, JSON.stringify({ ...good, ...wrong }))
      await assert.rejects(restoreFolder(to, restored), { code: 'KITEQ_LOG_CORRUPT', message })
    }
    assert.equal(existsSync(restored), false)
  }))

test('damage in front of the checkpoint is told by the backup and by the restore', () =>
  inLog(async ({ dir, to, restored }, { places }) => {
    rmSync(path.join(dir, segmentName(2)))
    await repairFolder(dir, true)
    const lost = places.filter(({ segment }) => segment === 2).length
    const { damage } = await backupFolder(dir, to, nodeDisk)
    assert.deepEqual([damage!.places, damage!.records, damage!.refused], [1, lost, null])
    assert.deepEqual([damage!.first!.segment, damage!.first!.count], [2, lost])
    const report = await restoreFolder(to, restored)
    assert.deepEqual([report.holes, report.recordsLost], [1, lost])
  }))

test('a backup that no start takes says so, when it is made and when it is restored', () =>
  inLog(async ({ dir, to, restored }) => {
    for (const name of readdirSync(dir))
      if (name.endsWith('.checkpoint') || name === segmentName(1)) rmSync(path.join(dir, name))
    const { damage } = await backupFolder(dir, to, nodeDisk)
    assert.match(damage!.refused!, /0000000001\.segment is missing/)
    await assert.rejects(restoreFolder(to, restored), {
      code: 'KITEQ_LOG_CORRUPT',
      message:
        /every file as it was copied, but no start takes this log: .* is missing.*; what can be mended is told by: kiteq repair --data-dir/,
    })
    assert.ok(existsSync(path.join(restored, segmentName(2))))
  }))
