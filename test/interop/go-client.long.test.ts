// Every case of the Go program that needs no ZooKeeper, on an empty data folder and on one used before, and with the bind
// command in place of a registry.

import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { startBroker } from '../support/broker-process.ts'
import { GoProgram, quickTimes } from './go-program.ts'

const program = GoProgram.ofThisFile()

function registryOf(prefix: string, cases = 'all'): Promise<string> {
  return program.printed(['-print-registry', '-prefix', prefix, '-case', cases])
}

test('the original modules and the broker understand each other in everything, also after a start', async (t) => {
  if (!program.isBuilt(t)) return
  const dataDir = path.join(program.folder, 'data')
  const first = await startBroker({
    dataDir,
    registry: await registryOf('one-'),
    config: quickTimes,
    firstDelay: 'as shipped',
  })
  t.after(() => first.stop())
  await t.test('on an empty data folder', (inner) =>
    program.conform(inner, [
      ...['-broker', first.address, '-prefix', 'one-'],
      ...['-registry', first.registryFile],
    ]),
  )
  const stopped = await first.stop()
  assert.equal(stopped.code, 0, first.stderr.join('\n'))

  const again = 'receive-ack,duplicate-id,offline,tx-commit,tx-left-open,burst'
  const second = await startBroker({
    dataDir,
    registry: await registryOf('two-', again),
    config: quickTimes,
    firstDelay: 'as shipped',
  })
  t.after(() => second.stop())
  await t.test('on a data folder used before', (inner) =>
    program.conform(inner, ['-broker', second.address, '-prefix', 'two-', '-case', again]),
  )
})

test('the bind command takes the place of a registry', async (t) => {
  if (!program.isBuilt(t)) return
  const broker = await startBroker({ config: quickTimes })
  t.after(() => broker.stop())
  const cases = 'receive-ack,matching,unicode,offline,tx-commit'
  await program.conform(t, ['-broker', broker.address, '-bind', '-case', cases])
})
