// The data folder goes away under a running broker: every write to it still succeeds, so the broker has to look. It says
// what it found, refuses, and ends with 74; from then on nothing is acked.

import assert from 'node:assert/strict'
import { cpSync, readdirSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../support/broker-process.ts'
import { brokerFor, DoorClient, within } from '../e2e/door.ts'

const segmentOf = (dir: string): string =>
  path.join(
    dir,
    readdirSync(dir)
      .filter((name) => name.endsWith('.segment'))
      .at(-1)!,
  )
const isFile = (from: string): boolean => statSync(from).isFile() || statSync(from).isDirectory()

const losses: [what: string, hurt: (dir: string) => void, says: RegExp][] = [
  [
    'removed',
    (dir) => rmSync(dir, { recursive: true }),
    /data folder \S+ was removed or moved away/,
  ],
  [
    'moved away',
    (dir) => renameSync(dir, `${dir}-away`),
    /data folder \S+ was removed or moved away/,
  ],
  [
    'replaced by a copy of itself',
    (dir) => {
      renameSync(dir, `${dir}-away`)
      cpSync(`${dir}-away`, dir, { recursive: true, filter: isFile })
    },
    /data folder \S+ was replaced by another one/,
  ],
  [
    'robbed of the segment in use',
    (dir) => rmSync(segmentOf(dir)),
    /segment in use, \S+, was removed/,
  ],
  [
    'given another file as the segment in use',
    (dir) => {
      cpSync(segmentOf(dir), path.join(dir, 'copy'))
      renameSync(path.join(dir, 'copy'), segmentOf(dir))
    },
    /segment in use, \S+, was replaced by another file/,
  ],
  [
    'cut in the segment in use',
    (dir) => truncateSync(segmentOf(dir), 0),
    /segment in use, \S+, was cut: it has \d+ bytes/,
  ],
  [
    'robbed of the sign of its owner',
    (dir) => rmSync(path.join(dir, 'owner'), { recursive: true }),
    /sign of this owner, was removed/,
  ],
]

/** Publishes one after the other while they are taken; the last one is refused, or not answered. */
async function busy(publisher: DoorClient): Promise<void> {
  for (;;) {
    const answer = await publisher.publish().catch(() => undefined)
    if (answer?.status !== true) return
  }
}

for (const [what, hurt, says] of losses)
  test(
    `a data folder that is ${what} ends the broker with 74, and publishes hear why`,
    within,
    async (t) => {
      const top = temporaryFolder('lost')
      t.after(() => rmSync(top, { recursive: true, force: true }))
      const broker = await brokerFor(t, { dataDir: path.join(top, 'data') })
      const publisher = await DoorClient.join(broker.port, 'p')
      assert.ok((await publisher.publish()).status)
      hurt(broker.dataDir)
      const late = await DoorClient.join(broker.port, 'late')
      const ended = busy(publisher)
      await broker.line(says)
      const answer = await late.publish()
      assert.equal(answer.status, false)
      assert.match(answer.feedback, says)
      assert.deepEqual(await broker.exited, { code: 74, signal: null })
      await ended
      const lines = broker.stderr.filter((line) => says.test(line))
      assert.equal(lines.filter((line) => line.startsWith('{')).length, 1, broker.stderr.join('\n'))
      assert.match(lines.at(-1)!, /^kiteq: KITEQ_LOG_FAILED: .*nothing is acked any more$/)
    },
  )
