// What the log gives back is what the folds were: a random history through the real log, its bytes cut anywhere, read by
// the same apply. Wherever it was cut, the state is the state after some prefix, and the broker can go on from there.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { apply } from '../../src/broker/apply.ts'
import { BrokerState } from '../../src/broker/state.ts'
import { Log } from '../../src/log/log.ts'
import { segmentHeaderBytes } from '../../src/log/segment.ts'
import { MemoryDisk } from '../support/disk-memory.ts'
import { anySteps, historyOf, type Entry } from '../support/histories.ts'
import { seeded } from '../support/property.ts'

const dir = 'data'
const newState = (): BrokerState => new BrokerState({ indexSeed: 1 })

function openLog(disk: MemoryDisk): Promise<Log> {
  let random = 1
  return Log.open({
    dir,
    disk,
    durability: { kind: 'fsync' },
    segmentBytes: 32 * 1024,
    firstSegmentBytes: 16 * 1024,
    batchBytesMax: 8 * 1024,
    random: () => (random = Math.imul(random, 0x9e3779b1) + 1) >>> 0,
  })
}

async function durable(log: Log): Promise<void> {
  while (log.durableOffset < log.endOffset) {
    const done = new Promise<void>((resolve) => (log.onDurable = resolve))
    log.flush()
    await done
  }
}

/** Writes the entries in batches; returns the digest after every prefix. */
async function write(disk: MemoryDisk, entries: readonly Entry[]): Promise<string[]> {
  const log = await openLog(disk)
  await log.recover(() => assert.fail('a new log is empty'))
  await log.startWriting()
  const live = newState()
  const digests = [live.digest()]
  for (const [n, { record, place }] of entries.entries()) {
    apply(live, record, log.append(record, place.timeMs))
    digests.push(live.digest())
    if (n % 7 === 0) await durable(log)
  }
  await durable(log)
  await log.close({ clean: false })
  return digests
}

async function read(disk: MemoryDisk): Promise<{ log: Log; state: BrokerState; end: number }> {
  const log = await openLog(disk)
  const state = newState()
  const report = await log.recover((record, place) => apply(state, record, place))
  assert.equal(report.degraded, false, 'a cut is no hole')
  return { log, state, end: report.end.offset }
}

test('whatever is cut off the end of the log, the state is that of a prefix, twice the same, and goes on', async () => {
  await fc.assert(
    fc.asyncProperty(
      anySteps(120),
      fc.nat(),
      fc.constantFrom('cut', 'zeros', 'garbage'),
      async (steps, where, how) => {
        const entries = historyOf(steps)
        const disk = new MemoryDisk()
        const digests = await write(disk, entries)
        const whole = await read(disk.copy())
        assert.equal(whole.end, entries.length)
        assert.equal(whole.state.digest(), digests.at(-1))

        const last = (await disk.list(dir)).filter((name) => name.endsWith('.segment')).at(-1)!
        const bytes = disk.image(`${dir}/${last}`)
        const at = segmentHeaderBytes + (where % (bytes.length - segmentHeaderBytes + 1))
        const damaged = how === 'cut' ? bytes.slice(0, at) : bytes
        if (how !== 'cut') damaged.fill(how === 'zeros' ? 0 : 0xa5, at)
        disk.restore(`${dir}/${last}`, damaged)
        const first = await read(disk)
        assert.equal(first.state.digest(), digests[first.end])
        await first.log.startWriting()
        const again = await read(disk.copy())
        assert.equal(again.end, first.end)
        assert.equal(again.state.digest(), digests[first.end])
        for (const { record, place } of entries.slice(first.end))
          apply(first.state, record, first.log.append(record, place.timeMs))
        await durable(first.log)
        await first.log.close({ clean: false })
        const after = await read(disk)
        assert.equal(after.end, entries.length, 'what was appended behind the cut is there')
        assert.equal(after.state.digest(), first.state.digest())
        for (const one of [whole, again, after]) await one.log.close()
      },
    ),
    seeded('recovery-state', 60),
  )
})
