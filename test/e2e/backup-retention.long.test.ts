// Backup of a broker that lets old segments go meanwhile: whatever moment it takes, the copy is whole, or says that it has to
// be taken again; and a log whose beginning was dropped is restored and repaired like any other.

import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { backupFolder } from '../../src/cli/backup.ts'
import type { BackupManifest } from '../../src/cli/backup-manifest.ts'
import { repairFolder } from '../../src/cli/repair.ts'
import { restoreFolder } from '../../src/cli/restore.ts'
import { verifyFolder } from '../../src/cli/verify.ts'
import { connect } from '../../src/client/client.ts'
import { nodeDisk } from '../../src/log/disk-node.ts'
import { KiteQError } from '../../src/model/errors.ts'
import { temporaryFolder } from '../support/broker-process.ts'
import { brokerFor } from './door.ts'

const mebibyte = 1024 * 1024
const config = `
[log]
segmentBytes = ${4 * mebibyte}
batchBytes = ${2.5 * mebibyte}
checkpointSeconds = 1
checkpointBytes = ${mebibyte}
[settled]
windowSeconds = 1
idsMax = 100
[retention]
bytes = ${12 * mebibyte}
`

test(
  'while old segments go, every backup is whole or has to be taken again, and is restored to its state',
  { timeout: 100_000 },
  async (t) => {
    const folder = temporaryFolder('backups')
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const dataDir = path.join(folder, 'data')
    mkdirSync(dataDir)
    const broker = await brokerFor(t, { dataDir, config })
    const client = await connect({ address: broker.address, group: 's-here' })
    t.after(() => client.close({ drainMs: 0 }).catch(() => undefined))
    await client.subscribe({ topic: 'stream', bindings: [{ kind: 'fanout' }] }, () => true)
    await client.subscribe({ topic: 'kept', bindings: [{ kind: 'fanout' }] }, () => false)
    const body = new Uint8Array(64 * 1024)
    const load = { isDone: false }
    const loading = (async () => {
      while (!load.isDone) {
        const some = Array.from({ length: 2 }, () =>
          client.publish({ topic: 'stream', type: 'x', body: body.slice() }),
        )
        await Promise.all([...some, client.publish({ topic: 'kept', type: 'x', body: 'kept' })])
      }
    })()
    const backups: [string, BackupManifest][] = []
    try {
      await broker.line(/old segments dropped/)
      for (let n = 0; backups.length < 2 && n < 40; n++) {
        const to = path.join(folder, `copy-${n}`)
        try {
          backups.push([to, await backupFolder(dataDir, to, nodeDisk)])
        } catch (error) {
          if (!(error instanceof KiteQError) || !error.message.endsWith('run it again')) throw error
        }
      }
    } finally {
      load.isDone = true
    }
    await loading
    assert.ok(backups.length > 0 && backups.every(([, { firstOffset }]) => firstOffset > 0))
    for (const [to, { endOffset }] of backups) {
      const copy = await verifyFolder(to)
      assert.deepEqual([copy.faults, copy.end], [[], endOffset])
      const restored = `${to}-restored`
      const { digest } = await restoreFolder(to, restored)
      const report = await verifyFolder(restored)
      assert.deepEqual([report.faults, report.digest, digest], [[], copy.digest, copy.digest])
    }
    const dir = `${backups[0]![0]}-restored`
    const name = path.join(dir, backups[0]![1].segments[0]!.file)
    const bytes = readFileSync(name)
    bytes.fill(0, 0, 4096)
    writeFileSync(name, bytes)
    const { log } = await repairFolder(dir, true)
    const [copy] = backups[0]!
    assert.deepEqual([log.faults, log.digest], [[], (await verifyFolder(copy)).digest])
  },
)
