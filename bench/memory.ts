// How many bytes does a live message cost? The broker runs in this process, so that its heap can be asked after a forced
// collection; the load runs in its own. One durable group, offline. Prints and writes the slope between two counts.
//   node --expose-gc --import tsx bench/memory.ts [--from 1000000] [--to 3000000] [--body-bytes 200]

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadConfig } from '../src/config.ts'
import { startBroker } from '../src/kiteq.ts'
import { probeDisk } from './run/disk-probe.ts'
import { runLoad } from './run/load-process.ts'
import { describeMachine } from './run/machine.ts'
import { say, writeReport } from './run/report.ts'

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '1000000' },
    to: { type: 'string', default: '3000000' },
    'body-bytes': { type: 'string', default: '200' },
    dir: { type: 'string', default: tmpdir() },
    out: { type: 'string' },
  },
})
if (global.gc === undefined) throw new Error('run with node --expose-gc')
const collect = global.gc

const dataDir = mkdtempSync(join(values.dir, 'kiteq-bench-memory-'))
const config = loadConfig({ listen: '127.0.0.1:0', dataDir, http: 'off' }, () => '')
const broker = await startBroker(config)
await new Promise<void>((resolve) => {
  const action = {
    name: 'bind',
    topic: 'bench-topic',
    group: 'offline',
    bindings: [{ bindType: 'fanout', messageType: '*', watermark: 0, persistent: true }],
  } as const
  broker.loop.submit({ kind: 'operator', who: 'bench', action, reply: () => resolve() })
})

interface Sample {
  readonly live: number
  readonly bytes: number
  readonly residentMiB: number
}

async function fillTo(live: number): Promise<Sample> {
  const port = Number(broker.address.split(':')[1])
  const count = live - broker.loop.state.liveCount
  await runLoad(
    { port, pid: process.pid },
    {
      role: 'publish',
      connections: 1,
      'in-flight': 1024,
      count,
      seconds: 600,
      'warmup-seconds': 0,
      'body-bytes': values['body-bytes'],
    },
  )
  collect()
  await new Promise((resolve) => setTimeout(resolve, 1000))
  collect()
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
  const sample = {
    live: broker.loop.state.liveCount,
    bytes: heapUsed + arrayBuffers,
    residentMiB: Math.round(rss / 2 ** 20),
  }
  say(
    `${sample.live} live: heap + arrayBuffers ${(sample.bytes / 2 ** 20).toFixed(1)} MiB, resident ${sample.residentMiB} MiB`,
  )
  return sample
}

const probeBefore = probeDisk(values.dir)
const from = await fillTo(Number(values.from))
const to = await fillTo(Number(values.to))
const probeAfter = probeDisk(values.dir)
const slope = (to.bytes - from.bytes) / (to.live - from.live)
const text = `${slope.toFixed(1)} bytes per live message of ${values['body-bytes']} B, one offline durable group`
say(`slope: ${text}`)
const report = {
  name: 'memory',
  machine: describeMachine(),
  probeBefore,
  probeAfter,
  settings: { ...values },
  runs: [from, to],
  summary: { slope },
  notes: [text],
}
const plot = {
  title: 'Heap + arrayBuffers per live message, after a forced collection',
  yLabel: 'bytes',
  categories: [`${from.live} to ${to.live} live`],
  series: [{ name: 'broker', values: [slope] }],
}
say(`written: ${writeReport(report, plot, values.out)}`)
await broker.close()
rmSync(dataDir, { recursive: true, force: true })
process.exit(0)
