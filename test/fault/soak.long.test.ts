// Two minutes (SOAK_SECONDS=) of publishers, transactions and groups over a broker that is stopped, goes on, and in the
// first half is killed: nothing lost, nothing altered, no file left open, and in runs of ten minutes no memory kept.

import assert from 'node:assert/strict'
import { readdirSync, readlinkSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as after } from 'node:timers/promises'
import { startBroker, temporaryFolder, type BrokerProcess } from '../support/broker-process.ts'
import { randomOf } from '../support/seeded-random.ts'
import { SoakLoad } from '../support/soak-load.ts'

const seconds = Number(process.env['SOAK_SECONDS'] ?? '120')
const perSecond = Number(process.env['SOAK_RATE'] ?? '400')
/** Kills end here, so that memory has the rest of the run to show what it does. */
const killsUntilMs = Math.min(120, seconds / 2) * 1000
const heapGrowthMax = 5 * 1024 * 1024
/** Those kept to read from, the one in use, one that is being read by a checkpoint. */
const segmentFilesMax = 66
const sampleMinutes = (process.env['SOAK_SAMPLES'] ?? '3,10').split(',').map(Number)
/** What is remembered on purpose is small and soon full. */
const config = `
[settled]
windowSeconds = 20
[transactions]
inquiryFirstSeconds = 1
inquiryMaxSeconds = 4
[delivery]
deliverySeconds = 3
backOff = [[1, 0], [4, 1], [10, 2]]
[log]
segmentBytes = "4 MiB"
batchBytes = "3 MiB"
recentBytes = "1 MiB"
checkpointSeconds = 5
[retention]
seconds = 10
bytes = "8 MiB"
`
/** What retention keeps, the segment in use, the next one, and what lives when it looks. */
const logBytesMax = 40 * 1024 * 1024
const command = [
  ...[process.execPath, '--expose-gc', '--import', 'tsx'],
  ...['--import', './test/support/heap-probe.ts', 'src/cli/main.ts', 'serve'],
]

interface Memory {
  readonly heapUsed: number
  readonly arrayBuffers: number
  readonly rss: number
}

async function memoryOf(broker: BrokerProcess): Promise<Memory> {
  const before = broker.stderr.length
  const isNew = (): string | undefined =>
    broker.stderr.slice(before).find((line) => line.startsWith('heap probe '))
  broker.signal('SIGUSR2')
  while (isNew() === undefined) await after(50)
  return JSON.parse(isNew()!.slice('heap probe '.length)) as Memory
}

interface OpenFiles {
  /** The log keeps some segments open to read, and for a while the one that it prepares. */
  readonly segments: number
  readonly others: readonly string[]
  /** Files that are gone, whose space is not. */
  readonly removed: number
}

function openFiles(broker: BrokerProcess): OpenFiles {
  const folder = `/proc/${broker.pid}/fd`
  const targets = readdirSync(folder).flatMap((fd) => {
    try {
      return [readlinkSync(`${folder}/${fd}`)]
    } catch {
      return [] // closed in between
    }
  })
  const others = targets.filter((target) => !/\.segment|preparing\.tmp/.test(target))
  const removed = targets.filter((target) => target.startsWith('/') && target.endsWith('(deleted)'))
  return { segments: targets.length - others.length, others, removed: removed.length }
}

/** What the log takes, and its oldest segment. */
function diskUse(dataDir: string): { readonly bytes: number; readonly oldest: number } {
  const names = readdirSync(dataDir).filter((name) => name.endsWith('.segment'))
  const sizes = names.map((name) => statSync(path.join(dataDir, name)).size)
  const bytes = sizes.reduce((sum, size) => sum + size, 0)
  return { bytes, oldest: Math.min(...names.map((name) => Number.parseInt(name, 10))) }
}

/** A checkpoint that is being made has files and threads of its own: the fewest of some seconds, or no more than `enough`. */
async function fewestFiles({ broker, load }: Soak, enough = 0): Promise<OpenFiles> {
  await load.connected()
  let fewest = openFiles(broker)
  for (let look = 0; look < (enough > 0 ? 100 : 15); look++) {
    if (fewest.others.length <= enough) break
    await after(200)
    const now = openFiles(broker)
    if (now.others.length < fewest.others.length) fewest = now
  }
  return fewest
}

/** Everything that was acked has arrived everywhere. */
async function drained(load: SoakLoad, withinMs: number): Promise<void> {
  const untilMs = performance.now() + withinMs
  while (load.owed > 0 && performance.now() < untilMs) await after(50)
}

class Soak {
  broker!: BrokerProcess
  load!: SoakLoad
  readonly dataDir: string
  readonly counts = { kills: 0, stops: 0, absences: 0 }
  readonly #random: () => number
  readonly #seed: number
  readonly #startMs = performance.now()

  constructor(dataDir: string, seed: number) {
    this.dataDir = dataDir
    this.#seed = seed
    this.#random = randomOf(seed)
  }

  get elapsedMs(): number {
    return performance.now() - this.#startMs
  }

  async start(): Promise<void> {
    this.broker = await startBroker({ dataDir: this.dataDir, config, command })
    this.load = new SoakLoad(this.broker.port, this.#seed, perSecond)
    await this.load.start()
  }

  /** Faults until so many ms of the run are over; then everybody is there again. */
  async trouble(untilMs: number): Promise<void> {
    const faults = [() => this.#kill(), () => this.#stop(), () => this.#absence(untilMs)]
    for (let n = 0; this.elapsedMs < untilMs; n++) {
      await after(Math.min(untilMs - this.elapsedMs, 500 + this.#random() * 2_500))
      if (this.elapsedMs < untilMs) await faults[n % faults.length]!()
    }
    this.load.setAbsent(false)
  }

  async #kill(): Promise<void> {
    if (this.elapsedMs >= killsUntilMs) return
    this.counts.kills += 1
    await this.broker.kill9()
    this.broker = await startBroker({ dataDir: this.dataDir, config, command })
    this.load.port = this.broker.port
  }

  async #stop(): Promise<void> {
    this.counts.stops += 1
    this.broker.signal('SIGSTOP')
    await after(this.#random() < 0.2 ? 6_000 : 200 + this.#random() * 2_000) // this is the stop itself
    this.broker.signal('SIGCONT')
  }

  async #absence(untilMs: number): Promise<void> {
    this.counts.absences += 1
    this.load.setAbsent(true)
    await after(Math.max(0, Math.min(untilMs - this.elapsedMs, 2_000 + this.#random() * 8_000)))
    if (this.#random() < 0.5) await this.#kill() // absent over a restart, too
    this.load.setAbsent(false)
  }
}

test(
  `a soak of ${seconds} s with kills, stops and absent consumers loses nothing, and leaves no file open`,
  { timeout: (seconds + 180) * 1000 },
  async (t) => {
    const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9))
    console.log(`soak: SEED=${seed} SOAK_SECONDS=${seconds} SOAK_RATE=${perSecond}`)
    const dataDir = temporaryFolder('soak')
    const soak = new Soak(dataDir, seed)
    t.after(async () => {
      soak.load.close()
      soak.broker.signal('SIGCONT')
      await soak.broker.kill9()
      rmSync(dataDir, { recursive: true, force: true })
    })
    await soak.start()
    const { load } = soak
    await soak.trouble(killsUntilMs)
    await drained(load, 20_000)
    const filesBefore = await fewestFiles(soak)
    const samples: Memory[] = []
    for (const minute of sampleMinutes.filter((one) => one * 60 <= seconds)) {
      await soak.trouble(minute * 60_000 - 15_000)
      await drained(load, 15_000)
      samples.push(await memoryOf(soak.broker))
      console.log(`soak: minute ${minute}: ${memoryText(samples.at(-1)!)}`)
    }
    await soak.trouble(seconds * 1000)
    load.stopPublishing()
    await drained(load, 60_000)
    const filesAfter = await fewestFiles(soak, filesBefore.others.length)
    const last = await memoryOf(soak.broker)
    const report = load.report()
    const use = diskUse(dataDir)
    const { kills, stops, absences } = soak.counts
    console.log(
      `soak: ${report.published} published, ${report.acked} acked, ${report.refused} refused, ` +
        `${report.duplicates} duplicates; ${kills} kills, ${stops} stops, ${absences} absences; ` +
        `files ${filesText(filesBefore)}, at the end ${filesText(filesAfter)}; ${memoryText(last)}; ` +
        `log ${Math.round(use.bytes / 2 ** 20)} MiB from segment ${use.oldest} on; lost ${report.lost.length}, ` +
        `altered ${report.altered.length}, wrongly decided ${report.wronglyDecided.length}`,
    )
    assert.deepEqual(report.lost, [])
    assert.deepEqual(report.altered, [])
    assert.deepEqual(report.wronglyDecided, [])
    assert.ok(kills > 0 && stops > 0 && absences > 0, 'the trouble was trouble')
    assert.ok(report.acked > (seconds * perSecond) / 4, 'the load was a load')
    const more = `files stay open: ${kindsOf(filesBefore)}; then ${kindsOf(filesAfter)}`
    assert.ok(filesAfter.others.length <= filesBefore.others.length, more)
    assert.ok(filesAfter.segments <= segmentFilesMax, `${filesAfter.segments} segments are open`)
    assert.ok(use.bytes <= logBytesMax, `the log takes ${use.bytes} bytes`)
    assert.ok(use.oldest > 1, 'retention let nothing go')
    const [first, later] = samples
    if (first !== undefined && later !== undefined)
      assert.ok(
        later.heapUsed - first.heapUsed <= heapGrowthMax,
        `the heap grew by ${later.heapUsed - first.heapUsed} bytes`,
      )
  },
)

function memoryText({ heapUsed, arrayBuffers, rss }: Memory): string {
  const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1)
  return `heap ${mib(heapUsed)} MiB, buffers ${mib(arrayBuffers)} MiB, resident ${mib(rss)} MiB`
}

function filesText({ segments, others, removed }: OpenFiles): string {
  return `${others.length} and ${segments} segments (${removed} removed)`
}

function kindsOf({ others }: OpenFiles): string {
  const counts = new Map<string, number>()
  for (const one of others) {
    const kind = one.replace(/\[\d+\]/, '')
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ')
}
