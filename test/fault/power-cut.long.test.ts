// Power cuts on real file systems: an ext4 and an xfs in a file each are shut down under a loaded broker without a flush
// of their journal, mounted again, and the broker started over what is left. Nothing acked is lost.

import assert from 'node:assert/strict'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { startBroker, type Exit } from '../support/broker-process.ts'
import { KillLoad } from '../support/kill-load.ts'
import { fileSystems, LoopDisk, whyNoLoopDisk, type FileSystem } from '../support/loop-disk.ts'
import { randomOf } from '../support/seeded-random.ts'

const cutsMax = 200
const factor = Number(process.env['RUNS'] ?? '1')
const cuts = Math.min(cutsMax, Math.round(Number(process.env['POWER_CUTS'] ?? '10') * factor))
/** Segments roll and checkpoints are made all the time, so that cuts hit them, too. */
const config = `
[delivery]
deliverySeconds = 2
[transactions]
inquiryFirstSeconds = 0.5
inquiryMaxSeconds = 2
[log]
segmentBytes = "4 MiB"
batchBytes = "3 MiB"
checkpointSeconds = 1
`
const bodyBytesMax = 16_384
const unansweredMin = 256

async function cutOften(t: TestContext, kind: FileSystem): Promise<void> {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9))
  console.log(`power-cut: ${kind} SEED=${seed} POWER_CUTS=${cuts}`)
  const random = randomOf(seed)
  const disk = new LoopDisk(kind)
  t.after(() => disk.remove())
  const dataDir = path.join(disk.folder, 'data')
  const load = new KillLoad(seed, bodyBytesMax)
  const counts = { tornTails: 0, ends74: 0 }
  let acked = 0
  for (let cut = 0; cut < cuts; cut++) {
    const broker = await startBroker({ dataDir, config })
    t.after(() => broker.kill9())
    if (/tail cut/.test(await broker.line(/listening on/))) counts.tornTails += 1
    await load.start(broker.port)
    const cutAtMs = performance.now() + 200 + random() * 1_300
    const isEarly = (): boolean => performance.now() < cutAtMs || load.unanswered < unansweredMin
    while (isEarly() || load.report().acked <= acked) await wait(0)
    load.killed()
    disk.cut()
    const exit = await endOf(broker, random() < 0.5)
    if (exit.code === 74) counts.ends74 += 1
    await load.disconnect()
    disk.unmount()
    disk.mount()
    const now = load.report().acked
    assert.ok(now > acked, 'publishing went on after the last cut')
    acked = now
  }
  const broker = await startBroker({ dataDir, config })
  t.after(() => broker.kill9())
  await load.start(broker.port, false)
  await load.quiet(3_000) // longer than a lease and than the longest pause between inquiries
  load.pause()
  await load.disconnect()
  assert.equal((await broker.stop()).code, 0)
  const report = load.report()
  console.log(
    `power-cut: ${kind}, ${cuts} cuts: ${report.published} published, ${report.acked} acked, ` +
      `${report.received} received, ${report.duplicates} duplicates, ${report.killsInFlush} hit an unfinished flush, ` +
      `${counts.tornTails} torn tails cut, ${counts.ends74} ended with 74, ` +
      `lost ${report.lost.length}, altered ${report.altered.length}, ` +
      `wrongly decided ${report.wronglyDecided.length}, came again ${report.cameAgain.length}`,
  )
  assert.deepEqual(report.lost, [])
  assert.deepEqual(report.altered, [])
  assert.deepEqual(report.wronglyDecided, [])
  assert.deepEqual(report.cameAgain, [])
}

/** The process ends with the power; or it sees for itself that nothing can be written, and must say 74. */
async function endOf(
  broker: { kill9: () => Promise<Exit>; readonly exited: Promise<Exit>; stderr: readonly string[] },
  byItself: boolean,
): Promise<Exit> {
  if (!byItself) return broker.kill9()
  const late = new AbortController()
  const exit = await Promise.race([
    broker.exited,
    wait(20_000, undefined, { signal: late.signal }).catch(() => undefined),
  ])
  late.abort()
  if (exit === undefined) await broker.kill9()
  assert.deepEqual(exit, { code: 74, signal: null }, broker.stderr.slice(-5).join('\n'))
  return exit
}

for (const kind of fileSystems)
  test(`${cuts} power cuts on ${kind} lose nothing that was acked`, async (t) => {
    const not = whyNoLoopDisk(kind)
    if (not === undefined) return cutOften(t, kind)
    // A package can be installed (.ci/run does); a machine without loop devices is what it is.
    assert.ok(process.env['CI'] !== 'true' || not.missing === undefined, not.why)
    console.log(`SKIPPED: ${not.why}`)
    t.skip(not.why)
  })
