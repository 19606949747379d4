// What somebody else may have put into a data folder or a backup: links, pipes, stretched files, lists that lie. Each tool
// ends soon, says what it is, and writes nowhere else.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { drawHistory, writeHistory } from '../../test/support/log-history.ts'
import { nodeDisk } from '../log/disk-node.ts'
import { segmentName } from '../log/segment.ts'
import { backupFolder } from './backup.ts'
import { compare } from './backup.ts'
import { readManifest } from './backup-manifest.ts'
import { linesOf as repairLines, repairFolder } from './repair.ts'
import { restoreFolder } from './restore.ts'
import { linesOf as verifyLines, verifyFolder } from './verify.ts'

const entries = drawHistory(280, 3)
const gibibyte = 1024 ** 3

async function inLog(use: (dir: string, top: string) => Promise<void>): Promise<void> {
  const top = mkdtempSync(path.join(tmpdir(), 'kiteq-hostile-'))
  try {
    const dir = path.join(top, 'data')
    mkdirSync(dir)
    await writeHistory(dir, entries, { checkpoint: 100 })
    await use(dir, top)
  } finally {
    rmSync(top, { recursive: true })
  }
}

const segmentsIn = (dir: string): string[] =>
  readdirSync(dir).filter((name) => name.endsWith('.segment'))

function damage(dir: string, name: string, at: number): void {
  const bytes = readFileSync(path.join(dir, name))
  bytes[at]! ^= 0xff
  writeFileSync(path.join(dir, name), bytes)
}

test('a repair writes through no link: a quarantine that is one is refused, before and when it is applied', () =>
  inLog(async (dir, top) => {
    const elsewhere = path.join(top, 'elsewhere')
    mkdirSync(elsewhere)
    symlinkSync(elsewhere, path.join(dir, 'quarantine'))
    damage(dir, segmentName(2), 40)
    const before = readFileSync(path.join(dir, segmentName(2)))
    for (const apply of [false, true])
      await assert.rejects(repairFolder(dir, apply), {
        code: 'KITEQ_CONFIG',
        message: /quarantine is a link; expected nothing there/,
      })
    assert.deepEqual(readdirSync(elsewhere), [])
    assert.deepEqual(readFileSync(path.join(dir, segmentName(2))), before)
    rmSync(path.join(dir, 'quarantine'))
    assert.equal((await repairFolder(dir, true)).start.ok, true)
  }))

test('a report in the quarantine that says nonsense counts for nothing', () =>
  inLog(async (dir) => {
    damage(dir, segmentName(2), 40)
    for (const [n, text] of ['{"items":[null,7,"x"]}', 'null', '[]', '{"items":{}}'].entries()) {
      mkdirSync(path.join(dir, 'quarantine', `x${n}`), { recursive: true })
      writeFileSync(path.join(dir, 'quarantine', `x${n}`, 'report.json'), text)
    }
    const stretched = path.join(dir, 'quarantine', 'y', 'report.json')
    mkdirSync(path.dirname(stretched))
    writeFileSync(stretched, '{')
    truncateSync(stretched, 8 * gibibyte)
    const result = await repairFolder(dir, true)
    assert.deepEqual([result.applied, result.start.ok], [true, true])
  }))

test('a link among the segments is a fault that says so, and a repair says what to do', () =>
  inLog(async (dir, top) => {
    const away = path.join(top, 'away')
    renameSync(path.join(dir, segmentName(2)), away)
    symlinkSync(away, path.join(dir, segmentName(2)))
    const report = await verifyFolder(dir)
    assert.equal(report.clean, false)
    const lines = verifyLines(report).join('\n')
    assert.match(lines, /0000000002\.segment.*it is a link; no start takes it/)
    for (const apply of [false, true])
      await assert.rejects(repairFolder(dir, apply), {
        code: 'KITEQ_LOG_CORRUPT',
        message: /0000000002\.segment is a link.*put the file it leads to in its place/,
      })
    rmSync(path.join(dir, segmentName(2)))
    renameSync(away, path.join(dir, segmentName(2)))
    assert.equal((await verifyFolder(dir)).clean, true)
  }))

test('a segment that was stretched to a terabyte is not walked over', { timeout: 60_000 }, () =>
  inLog(async (dir, top) => {
    const names = segmentsIn(dir)
    const backup = path.join(top, 'backup')
    for (const name of [names[1]!, names.at(-1)!]) {
      const file = path.join(dir, name)
      const { size } = statSync(file)
      truncateSync(file, 1024 * gibibyte)
      const report = await verifyFolder(dir)
      assert.match(
        verifyLines(report).join('\n'),
        /it is 1099511627776 bytes long; expected at most 1073741824/,
      )
      const repair = await repairFolder(dir, false)
      assert.equal(repair.start.ok, true)
      assert.match(repairLines(repair).join('\n'), /1099511627776 bytes long/)
      rmSync(backup, { recursive: true, force: true })
      const manifest = await backupFolder(dir, backup, nodeDisk)
      assert.ok(manifest.segments.every(({ bytes }) => bytes < gibibyte))
      truncateSync(file, size)
    }
    truncateSync(path.join(backup, names[1]!), 1024 * gibibyte)
    const differences = await compare(backup, readManifest(backup))
    assert.match(differences.join('\n'), /has 1099511627776 bytes, the manifest says/)
  }),
)

test('a manifest that lies is refused before anything is written', { timeout: 60_000 }, () =>
  inLog(async (dir, top) => {
    const backup = path.join(top, 'backup')
    await backupFolder(dir, backup, nodeDisk)
    const file = path.join(backup, 'backup.json')
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as {
      segments: readonly { number: number }[]
    }
    const { segments } = manifest
    const many = Array.from({ length: 100_000 }, () => segments[0]!)
    const lies: readonly [object, RegExp][] = [
      [{ segments: [...segments, segments.at(-1)] }, /does not follow the one before/],
      [{ segments: many }, /segment 2 of the list does not follow the one before/],
      [{ segments: [...segments].reverse() }, /does not follow the one before/],
      [{ lastTime: { toString: 1 } }, /its lastTime is no time/],
      [{ lastTime: '2026-11-23\u001b[2J' }, /its lastTime is no time/],
      [{ lastTime: undefined }, /its lastTime is no time/],
      [{ damage: 'x' }, /its damage is none/],
    ]
    const restored = path.join(top, 'restored')
    for (const [lie, message] of lies) {
      writeFileSync(file, JSON.stringify({ ...manifest, ...lie }))
      assert.throws(() => readManifest(backup), { code: 'KITEQ_LOG_CORRUPT', message })
      await assert.rejects(restoreFolder(backup, restored), { code: 'KITEQ_LOG_CORRUPT' })
      assert.equal(existsSync(restored), false)
    }
    truncateSync(file, 2 * gibibyte)
    assert.throws(() => readManifest(backup), { message: /is 2147483648 bytes long; expected/ })
    rmSync(file)
    execFileSync('mkfifo', [file])
    assert.throws(() => readManifest(backup), { message: /no regular file/ })
    rmSync(file)
    cpSync(dir, file, { recursive: true })
    assert.throws(() => readManifest(backup), { message: /no regular file/ })
  }),
)
