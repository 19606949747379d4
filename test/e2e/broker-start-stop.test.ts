// How a broker begins and ends: one owner a folder, doors open last, a stop that is bounded and loses nothing.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { writeCheckpoint } from '../../src/log/checkpoint.ts'
import { nodeDisk } from '../../src/log/disk-node.ts'
import type { ResumePlace } from '../../src/log/recover.ts'
import { readSegmentHeaders } from '../../src/log/segment.ts'
import { commands } from '../../src/net/packet.ts'
import { temporaryFolder } from '../support/broker-process.ts'
import { startKiteq } from '../support/command-line.ts'
import { registryText } from '../support/file-registry-text.ts'
import { brokerFor, bytesOf, DoorClient, headerOf, newId, within } from './door.ts'
import { program } from '../support/program.ts'

const root = path.resolve(import.meta.dirname, '../..')
const serve = [...program, 'serve']

function served(args: readonly string[]): { code: number | null; error: string; output: string } {
  const run = spawnSync(process.execPath, [...serve, ...args], {
    cwd: root,
    encoding: 'utf8',
    timeout: 30_000,
  })
  return { code: run.status, error: run.stderr, output: run.stdout }
}

test('a second owner is refused in one line that names the first', within, async (t) => {
  const broker = await brokerFor(t)
  const second = served(['--data-dir', broker.dataDir, '--listen', '127.0.0.1:0', '--http', 'off'])
  assert.notEqual(second.code, 0)
  assert.match(second.error, /KITEQ_FOLDER_OWNED/)
  assert.ok(second.error.includes(String(broker.pid)), second.error)
  assert.equal(second.error.trim().split('\n').length, 1, second.error)
  const client = await DoorClient.join(broker.port, 'g')
  assert.ok((await client.publish()).status, 'the first one is not disturbed')
})

/** Whole, and no state: a start reads all of it and goes on with the log. */
async function slowCheckpoint(dataDir: string): Promise<void> {
  const [first] = await readSegmentHeaders(nodeDisk, dataDir)
  const sections = Array.from({ length: 16_000 }, () => new Uint8Array([1]))
  const place = { offset: 1, segment: 1, position: 64 } as unknown as ResumePlace
  await writeCheckpoint(
    { disk: nodeDisk, dir: dataDir, logId: first!.logId },
    { resume: place, digest: '', sections, durableOffset: place.offset },
  )
}

test(
  'SIGTERM ends a start that is still reading, and the next start is a whole one',
  within,
  async (t) => {
    const dataDir = temporaryFolder('stop-early')
    t.after(() => rmSync(dataDir, { recursive: true, force: true }))
    await (await brokerFor(t, { dataDir })).stop()
    await slowCheckpoint(dataDir)
    const run = startKiteq([
      'serve',
      '--data-dir',
      dataDir,
      '--listen',
      '127.0.0.1:0',
      '--http',
      'off',
    ])
    while (!existsSync(path.join(dataDir, 'owner.socket')))
      await new Promise((resolve) => setTimeout(resolve, 2))
    run.child.kill('SIGTERM')
    const { code, stdout } = await run.ended
    assert.equal(code, 0)
    assert.equal(stdout, 'SIGTERM: stopped while it was starting; nothing was written\n')
    assert.ok(!existsSync(path.join(dataDir, 'owner.socket')), 'the folder is free')
    const again = await brokerFor(t, { dataDir })
    assert.match(await again.line(/tail/), /tail clean/)
  },
)

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  test(
    `${signal} under load stops within 15 s, loses nothing acked and leaves a clean tail`,
    within,
    async (t) => {
      const dataDir = temporaryFolder('stop')
      t.after(() => rmSync(dataDir, { recursive: true, force: true }))
      const broker = await brokerFor(t, { dataDir })
      const deaf = await DoorClient.join(broker.port, 'deaf', { trade: [{}] })
      deaf.socket.pause()
      const publisher = await DoorClient.join(broker.port, 'p')
      const answers = new Map<string, Promise<boolean>>()
      const publish = (): void => {
        const id = newId()
        const opaque = publisher.publishOnly(headerOf({ messageId: bytesOf(id) }), bytesOf('x'))
        const answer = publisher.answerTo(opaque).then(
          (one) => {
            if (!one.status) assert.match(one.feedback, /shutting down/)
            else if (!publisher.isEnded) publish()
            return one.status
          },
          () => false,
        )
        answers.set(id, answer)
      }
      for (let n = 0; n < 64; n++) publish()
      await publisher.heartBeat()
      const started = performance.now()
      broker.signal(signal)
      const { code } = await broker.exited
      assert.equal(code, 0)
      assert.ok(performance.now() - started < 15_000)
      let acked = 0
      for (const answer of answers.values()) if (await answer) acked += 1
      assert.ok(acked > 0)
      const again = await brokerFor(t, { dataDir })
      assert.match(await again.line(/records replayed/), /tail clean/)
      const heir = await DoorClient.join(again.port, 'deaf')
      heir.credit(60_000)
      await heir.until(commands.bytesMessage, acked)
    },
  )

test('bindings of the registry are there before the first publish is taken', within, async (t) => {
  const registry = registryText([{ group: 'early', topic: 'trade', bindType: 'fanout' }])
  const broker = await brokerFor(t, { registry })
  const publisher = await DoorClient.join(broker.port, 'p')
  assert.ok((await publisher.publish()).status)
  const consumer = await DoorClient.join(broker.port, 'early')
  await consumer.next(commands.bytesMessage)
})

test('a start that cannot have its address writes nothing', within, async (t) => {
  const broker = await brokerFor(t)
  const dataDir = temporaryFolder('taken')
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const listen = `127.0.0.1:${broker.port}`
  for (const where of [
    ['--listen', listen, '--http', 'off'],
    ['--listen', '127.0.0.1:0', '--http', listen],
  ]) {
    const run = spawnSync(process.execPath, [...serve, '--data-dir', dataDir, ...where], {
      cwd: root,
    })
    assert.equal(run.status, 78)
    assert.match(String(run.stderr), /^kiteq: KITEQ_CONFIG: --(listen|http) is .* \(EADDRINUSE\)/m)
    assert.deepEqual(readdirSync(dataDir), [])
  }
})

test('a wrong setting is one line with key, value and what was expected', within, () => {
  const folder = temporaryFolder('wrong')
  const config = path.join(folder, 'kiteq.toml')
  writeFileSync(config, '[delivery]\ndeliverySeconds = -1\n')
  const run = served(['--data-dir', folder, '--config', config])
  rmSync(folder, { recursive: true })
  assert.notEqual(run.code, 0)
  assert.match(run.error, /KITEQ_CONFIG: .*deliverySeconds is -1; expected seconds from/)
  assert.equal(run.error.trim().split('\n').length, 1, run.error)
})

test('an address that nobody can dial is not advertised', within, () => {
  for (const address of ['0.0.0.0:13800', ':13800', '[::]:13800']) {
    const run = served(['--advertise', address, '--data-dir', '/nonexistent/kiteq'])
    assert.notEqual(run.code, 0)
    assert.match(run.error, /--advertise is .*; expected/)
  }
})
