// The laboratory is a function of its seed: the same seed gives the same steps of the disk, the same fault, the same images
// and the same outcome, to the last. Otherwise no seed that a test prints would be worth anything.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CrashBroker, Told } from '../support/crash-disk-broker.ts'
import { drive, unlessFailed } from '../support/crash-disk-drive.ts'
import { CallFault, faultKinds } from '../support/crash-disk-fault.ts'
import { digestsOf, readBack, someKept, Witness } from '../support/crash-disk-lab.ts'
import { fixedEntries } from '../support/crash-disk-lives.ts'
import { CrashDisk, imageHash } from '../support/crash-disk.ts'
import { nodeTurn } from '../support/disk-turns.ts'
import { drawHistory } from '../support/log-history.ts'
import { seeded } from '../support/property.ts'
import { RetentionLives } from '../support/retention-lives.ts'
import { randomOf } from '../support/seeded-random.ts'

/** What happened, line by line. */
type Trace = string[]

const shape = { segmentBytes: 5_800, batchBytesMax: 1_000 }

/** Each step, and now and then what a power cut would leave at it. */
function noting(trace: Trace, seed: number, diskOf: () => CrashDisk): (step: string) => void {
  const random = randomOf(seed)
  return (step) => {
    const chance = random()
    const image = chance < 0.3 ? imageHash(diskOf().powerLost(someKept(chance * 2 ** 31))) : ''
    trace.push(`${step} ${image}`)
  }
}

function faultOf(seed: number): CallFault {
  return new CallFault(14 + (seed % 40), faultKinds[seed % faultKinds.length]!)
}

/** Two lives of a log, the power cut in between, the second with a call that fails. */
async function logTrace(seed: number): Promise<Trace> {
  const trace: Trace = []
  const entries = fixedEntries(seed, 60)
  const witness = new Witness(digestsOf(entries))
  const fault = faultOf(seed)
  let names = new CrashDisk().names
  for (const life of [1, 2]) {
    const random = randomOf(seed + life)
    const onStep = noting(trace, seed + life, () => disk)
    const disk: CrashDisk = new CrashDisk({ names, random, onStep, ...(life === 2 && { fault }) })
    const outcome = await readBack(disk, { ...shape, seed: seed + life }, true)
      .then(async ({ log, marks, state }) => {
        trace.push(`${marks.length} records, ${state!.digest()}`)
        await log.startWriting()
        await drive({ disk, log, witness, entries: entries.slice(0, 30 * life), random, life })
        return `${log.durableOffset} durable`
      })
      .catch(String)
    trace.push(outcome, `struck: ${fault.struck}`)
    disk.stop()
    names = CrashDisk.of(disk.powerLost(someKept(seed))).names
  }
  return trace
}

async function retentionTrace(seed: number): Promise<Trace> {
  const trace: Trace = []
  const world = new RetentionLives(drawHistory(150, seed))
  let disk: CrashDisk | undefined
  const note = noting(trace, seed, () => disk!)
  world.onStep = (step, of) => {
    disk = of
    note(step)
  }
  for (const how of ['kill', 'power', 'kill'] as const)
    await world.live({ seed: seed + trace.length, steps: 200, how, fault: faultOf(seed) })
  await world.end()
  trace.push(JSON.stringify(world.seen))
  return trace
}

/** The broker: what it said is part of it. */
async function brokerTrace(seed: number): Promise<Trace> {
  const trace: Trace = []
  const told = new Told()
  const random = randomOf(seed)
  const onStep = noting(trace, seed, () => disk)
  const disk: CrashDisk = new CrashDisk({
    random: randomOf(seed + 1),
    onStep,
    fault: faultOf(seed),
  })
  const outcome = await CrashBroker.start(disk, { ...shape, seed }, told)
    .then(async (broker) => {
      const { log, sim } = broker
      await unlessFailed(log, disk, async (isOver) => {
        for (let i = 0; i < 80 && !isOver(); i++) {
          if (random() < 0.5) broker.publish(i, random() < 0.6)
          else if (random() < 0.3) sim.clock.advance(6000)
          else {
            const one = broker.open.shift()
            if (one !== undefined) sim.ackAs(one.consumer, one.opaque, one.id, random() < 0.8)
          }
          await nodeTurn()
          broker.collect()
        }
      }).finally(() => sim.loop.stop())
      return `${log.durableOffset} durable, ${sim.loop.state.digest()}`
    })
    .catch(String)
  return [...trace, outcome, `${disk.calls.length} calls`, JSON.stringify(told.expectation())]
}

const laboratories = { log: logTrace, retention: retentionTrace, broker: brokerTrace }

for (const [name, traceOf] of Object.entries(laboratories))
  test(`a seed that is run again gives the same steps, faults, images and outcome: ${name}`, async () => {
    const { seed, numRuns } = seeded(`crash-trace, ${name}`, 4)
    for (let n = 0; n < numRuns; n++) {
      const trace = await traceOf(seed + n)
      assert.ok(trace.length > 25, `${trace.length} lines`)
      assert.deepEqual(await traceOf(seed + n), trace)
      assert.notDeepEqual(await traceOf(seed + n + 1), trace, 'another seed is another course')
    }
  })
