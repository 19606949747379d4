// As many connections as the limit of open files allows.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { loadConfig } from './config.ts'
import { startBroker } from './kiteq.ts'
import type { Logger } from './model/logger.ts'
import { silent } from './model/logger.ts'
import {
  connectionsWithin,
  fittingConnections,
  limitIn,
  openFilesLimit,
  reservedFiles,
} from './open-files.ts'

test('a limit of open files that is too low is told in one line, and fewer connections are taken', () => {
  const lines: string[] = []
  const logger: Logger = { ...silent, warn: (_details, message) => void lines.push(message) }
  assert.equal(fittingConnections(10_000, 1024, logger), 1024 - reservedFiles)
  assert.equal(lines.length, 1)
  assert.match(lines[0]!, /1024 files.*connections\.max = 10000.*832 connections.*10192.*ulimit -n/)
  assert.doesNotMatch(lines[0]!, /\n/)
})

test('nothing is said or changed where all connections fit, or where the limit is not known', () => {
  const logger: Logger = { ...silent, warn: (_details, message) => assert.fail(message) }
  assert.equal(fittingConnections(10_000, 10_000 + reservedFiles, logger), 10_000)
  assert.equal(fittingConnections(10_000, undefined, logger), 10_000)
  assert.equal(fittingConnections(10, 256, logger), 10)
})

test('somebody always fits, and most of a small limit is left to the broker itself', () => {
  for (let limit = 1; limit < 2000; limit++) {
    const fitting = connectionsWithin(limit)
    assert.ok(fitting >= 1, `${limit}`)
    assert.ok(limit < 8 || limit - fitting >= Math.min(reservedFiles, (limit * 3) / 4), `${limit}`)
  }
})

test('the soft limit is read as Linux writes it', () => {
  const text = (soft: string): string =>
    `Limit                     Soft Limit           Hard Limit           Units     \n` +
    `Max processes             63432                63432                processes \n` +
    `Max open files            ${soft.padEnd(20)} 524288               files     \n`
  assert.equal(limitIn(text('1024')), 1024)
  assert.equal(limitIn(text('unlimited')), undefined)
  assert.equal(limitIn(''), undefined)
})

test('a broker looks at its own limit when it starts', async (t) => {
  const limit = await openFilesLimit()
  if (limit === undefined || limit >= 100_000) return t.skip('no limit here that could be too low')
  const dataDir = await mkdtemp(path.join(tmpdir(), 'kiteq-files-'))
  t.after(() => rm(dataDir, { recursive: true }))
  const toml = '[connections]\nmax = 100000'
  const flags = { dataDir, listen: '127.0.0.1:0', http: 'off', config: 'kiteq.toml' }
  const lines: string[] = []
  const logger: Logger = { ...silent, warn: (_details, message) => void lines.push(message) }
  const broker = await startBroker(
    loadConfig(flags, () => toml),
    { logger },
  )
  await broker.close()
  const told = lines.filter((line) => line.includes(`at most ${limit} files may be open`))
  assert.equal(told.length, 1)
})
