// Damage in front of the checkpoint, where no start reads: it is found all the same, goes on record once, is told in few lines, and
// an operator who knows of it can say so.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { loadConfig, type Config } from '../../src/config.ts'
import { startBroker, type RunningBroker } from '../../src/kiteq.ts'
import { writeCheckpoint } from '../../src/log/checkpoint.ts'
import { nodeDisk } from '../../src/log/disk-node.ts'
import { askOwner } from '../../src/log/folder-owner.ts'
import { Log } from '../../src/log/log.ts'
import type { Logger } from '../../src/model/logger.ts'
import { silent } from '../../src/model/logger.ts'
import { SectionWriter } from '../../src/model/section.ts'
import { recoverState } from '../../src/recover-state.ts'
import { temporaryFolder } from '../support/broker-process.ts'
import { repairFolder } from '../../src/cli/repair.ts'
import { verifyFolder } from '../../src/cli/verify.ts'

const checked = 'the older part of the log was checked'

/** Two lives, then a checkpoint at the end. */
async function made(t: TestContext): Promise<Config> {
  const dataDir = temporaryFolder('known-damage')
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const config = loadConfig({ dataDir, listen: '127.0.0.1:0', http: '127.0.0.1:0' }, () => '')
  for (let life = 0; life < 3; life++) await (await startBroker(config)).close()
  const durability = { kind: 'fsync' } as const
  const log = await Log.open({ dir: dataDir, disk: nodeDisk, durability, random: () => 1 })
  const { state, recovery } = await recoverState(log, { dataDir, rebuild: true }, silent)
  const writer = new SectionWriter()
  const digest = state.save(writer)
  const resume = recovery.end
  const source = { resume, digest, sections: writer.finish(), durableOffset: resume.offset }
  await writeCheckpoint({ disk: nodeDisk, dir: dataDir, logId: log.logId! }, source)
  await log.close()
  return config
}

interface Life {
  readonly broker: RunningBroker
  /** Warnings, in order. */
  readonly said: string[]
}

/** Resolves once what the start did not read has been read. */
async function live(config: Config): Promise<Life> {
  const said: string[] = []
  let done: (() => void) | undefined
  const over = new Promise<void>((resolve) => (done = resolve))
  const logger: Logger = {
    info: (_details, text) => {
      if (text === checked) done?.()
    },
    warn: (_details, text) => said.push(text),
  }
  const broker = await startBroker(config, { logger })
  await over
  return { broker, said }
}

async function healthOf({
  broker,
}: Life): Promise<{ code: number; status: string; reason?: string }> {
  const answer = await fetch(`http://${broker.httpAddress}/healthz`)
  return { code: answer.status, ...((await answer.json()) as { status: string; reason?: string }) }
}

test('a flipped bit in front of the checkpoint makes the broker degraded, at once and later, until it is accepted', async (t) => {
  const config = await made(t)
  const name = path.join(config.dataDir, '0000000001.segment')
  const bytes = readFileSync(name)
  bytes[4096 + 30]! ^= 1
  writeFileSync(name, bytes)
  const first = await live(config)
  assert.equal(first.broker.loop.state.journal.counts.holes, 1)
  const health = await healthOf(first)
  assert.equal(health.code, 503)
  assert.match(
    health.reason!,
    /^degraded: 1 damaged place in the log, 1 records? lost, the first in segment 1 at byte 4096$/,
  )
  await first.broker.close()

  const second = await live(config)
  assert.equal((await healthOf(second)).code, 503)
  assert.deepEqual(second.said, [
    'the log is damaged here since an earlier start: docs/operating.md, A bad night',
  ])
  assert.equal(second.broker.loop.state.journal.counts.holes, 1, 'it is on record once')
  const accept = { op: 'accept-loss', who: 'test' }
  assert.deepEqual(await askOwner(config.dataDir, accept), { places: 1, records: 1 })
  assert.deepEqual(await askOwner(config.dataDir, accept), { places: 0, records: 0 })
  const accepted = await healthOf(second)
  assert.equal(accepted.code, 200)
  assert.match(accepted.reason!, /^1 damaged place in the log, .* accepted by an operator$/)
  await second.broker.close()

  const third = await live(config)
  assert.equal((await healthOf(third)).code, 200, 'also at the next start')
  await third.broker.close()
  const { recorded } = await verifyFolder(config.dataDir)
  assert.deepEqual([recorded.places, recorded.records, recorded.accepted], [1, 1, true])
})

test('a first segment that is gone is filled in, and the broker goes on from its checkpoint, degraded', async (t) => {
  const config = await made(t)
  const before = await repairFolder(config.dataDir, false)
  assert.ok(before.start.ok)
  rmSync(path.join(config.dataDir, '0000000001.segment'))
  await assert.rejects(
    startBroker(config),
    /0000000001\.segment is missing, and nothing says that it was dropped/,
  )
  const { start, applied } = await repairFolder(config.dataDir, true)
  assert.ok(applied && start.ok)
  assert.deepEqual([start.digest, start.endOffset], [before.start.digest, before.start.endOffset])
  const life = await live(config)
  assert.equal((await healthOf(life)).code, 503)
  assert.equal(life.broker.loop.state.journal.counts.holes, 1)
  await life.broker.close()
  assert.ok(readdirSync(config.dataDir).includes('0000000001.segment'))
})
