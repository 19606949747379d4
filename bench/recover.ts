// What a broker full of waiting messages costs: from spawn to the first delivery after SIGKILL, memory a message, idle CPU,
// and a start that ignores the checkpoints and folds the whole log, whose state must have the digest of the other way.
// The yardstick only scans its segments and rebuilds its index: the bare cost of reading them. It delivers nothing old. Starts
// of both that read the whole log take turns, so that a share is one of the same minute.
//
//   node --import tsx bench/recover.ts [--counts 100000,1000000] [--rounds 1] [--starts 3] [--body-bytes 200] [--only broker]

import { parseArgs } from 'node:util'
import { loadCheckpoint } from '../src/recover-state.ts'
import { apply } from '../src/broker/apply.ts'
import { nodeDisk } from '../src/log/disk-node.ts'
import { askOwner } from '../src/log/folder-owner.ts'
import { Log } from '../src/log/log.ts'
import { silent } from '../src/model/logger.ts'
import { monotonicMs } from './load/monotonic.ts'
import { probeText } from './run/disk-probe.ts'
import { runLoad, startLoad } from './run/load-process.ts'
import { cpuSeconds, describeMachine, residentBytes } from './run/machine.ts'
import { progress, say, table, writeReport } from './run/report.ts'
import { freePort, startServer, type Server, type ServerKind } from './run/servers.ts'
import { sidesOf, withProbedDir } from './run/sides.ts'
import { figure, spread, spreadText } from './run/statistics.ts'

const { values } = parseArgs({
  options: {
    counts: { type: 'string', default: '100000,1000000' },
    rounds: { type: 'string', default: '1' },
    /** Of each side over the same log, in turn, where the broker's folds the whole one. */
    starts: { type: 'string', default: '3' },
    'body-bytes': { type: 'string', default: '200' },
    'idle-seconds': { type: 'string', default: '3' },
    /** At most so long for filling, and for consuming all of it again. */
    'limit-seconds': { type: 'string', default: '120' },
    only: { type: 'string' },
    dir: { type: 'string' },
    out: { type: 'string' },
  },
})

interface Run {
  readonly side: ServerKind
  readonly round: number
  /** Messages acknowledged and waiting when the server was killed. */
  readonly live: number
  readonly bytesPerMessage: number
  /** In cores, with all of them waiting and nobody connected. */
  readonly idleCores: number
  /** From spawn; first delivery is NaN for the yardstick. */
  readonly listeningMs: number
  readonly firstDeliveryMs: number
  /** From spawn to listening when the whole log is folded, of each start of the broker. */
  readonly rebuildsMs: readonly number[]
  /** That of the yardstick, over its own log, just before each of them. */
  readonly scansMs: readonly number[]
  /** Records that a start from the checkpoint folds behind it; whether the digests of both ways are equal. */
  readonly checkpoint: number
  readonly equal: boolean
  readonly residentMiB: number
  readonly lost: number
  readonly duplicates: number
}

const sides = sidesOf(values.only)
const counts = values.counts.split(',').map(Number)
const body = { 'body-bytes': values['body-bytes'] }
/** Bytes of bodies: more than one checkpoint apart. */
const checkpointedFrom = 600e6
/** Small, so that the yardstick's filling of its first segments does not hide the scan. */
const yardstickSegments = ['--segments', 'fresh', '--segment-bytes', String(64 * 1024 * 1024)]
const limit = { seconds: values['limit-seconds'], 'drain-seconds': 20 }

/** A bound group without a connection, so that every message has somebody to wait for. */
async function bindAndLeave(server: Server): Promise<void> {
  const consumer = startLoad(server, { ...body, role: 'consume', window: 0, behaviour: 'silent' })
  await consumer.ready
  consumer.expect(0)
  await consumer.done
}

function moreOf(side: ServerKind): readonly string[] {
  return side === 'yardstick' ? yardstickSegments : []
}

async function idle(pid: number): Promise<number> {
  const seconds = Number(values['idle-seconds'])
  const before = cpuSeconds(pid)
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  return (cpuSeconds(pid) - before) / seconds
}

async function fill(
  side: ServerKind,
  dir: string,
  count: number,
): Promise<Pick<Run, 'live' | 'bytesPerMessage' | 'idleCores'> & { dataDir: string }> {
  const server = await startServer({ kind: side, dir, more: moreOf(side) })
  if (side === 'broker') await bindAndLeave(server)
  const before = residentBytes(server.pid)
  const flow = { role: 'publish', 'in-flight': 1024, 'warmup-seconds': 0, count }
  const { publish } = await runLoad(server, { ...body, ...limit, ...flow })
  const idleCores = await idle(server.pid)
  const live = publish!.acked
  const bytesPerMessage = (residentBytes(server.pid) - before) / live
  await server.stop({ signal: 'SIGKILL', keepData: true })
  return { live, bytesPerMessage, idleCores, dataDir: server.dataDir }
}

type Filled = Awaited<ReturnType<typeof fill>>
type Rebuilt = Pick<Run, 'rebuildsMs' | 'scansMs' | 'checkpoint' | 'equal'>

const notRebuilt: Rebuilt = { rebuildsMs: [], scansMs: [], checkpoint: NaN, equal: true }

/** Starts that read the whole log, of the yardstick and the broker in turn, each killed again. */
async function rebuild(
  dir: string,
  dataDir: string,
  yardstick: Filled | undefined,
): Promise<Rebuilt> {
  const rebuildsMs: number[] = []
  const scansMs: number[] = []
  let asked: unknown
  for (let start = 0; start < Number(values.starts); start++) {
    if (yardstick !== undefined) {
      const more = moreOf('yardstick')
      const scan = await startServer({ kind: 'yardstick', dir, dataDir: yardstick.dataDir, more })
      scansMs.push(scan.startMs)
      await scan.stop({ signal: 'SIGKILL', keepData: true })
    }
    const server = await startServer({ kind: 'broker', dir, dataDir, more: ['--rebuild'] })
    rebuildsMs.push(server.startMs)
    if (start === 0) asked = await askOwner(dataDir, { op: 'digest' })
    await server.stop({ signal: 'SIGKILL', keepData: true })
  }
  return { rebuildsMs, scansMs, ...(await byCheckpoint(dataDir, asked)) }
}

/** The same state by way of the checkpoint, against what a whole fold gave. */
async function byCheckpoint(
  dataDir: string,
  asked: unknown,
): Promise<Pick<Run, 'checkpoint' | 'equal'>> {
  const { digest, endOffset } = asked as { digest: string; endOffset: number }
  const durability = { kind: 'memory' } as const
  const log = await Log.open({ dir: dataDir, disk: nodeDisk, durability, random: () => 0 })
  const loaded = await loadCheckpoint(log, { dataDir, rebuild: false }, silent)
  if (loaded === undefined) throw new Error('there is no checkpoint: fewer than 512 MiB of log')
  const { state, resume } = loaded
  await log.scan(resume, endOffset, (record, place) => apply(state, record, place))
  await log.close()
  return { checkpoint: resume.offset, equal: state.digest() === digest }
}

async function runOnce(
  side: ServerKind,
  dir: string,
  round: number,
  { dataDir, ...filled }: Filled,
  rebuilt: Rebuilt,
): Promise<Run> {
  const port = await freePort()
  // The consumer is up before the broker, trying to connect, so that its own start does not count.
  const consumer =
    side === 'broker'
      ? startLoad({ port, pid: 0 }, { ...body, ...limit, role: 'consume', 'connect-seconds': 60 })
      : undefined
  if (consumer !== undefined) await new Promise((resolve) => setTimeout(resolve, 1000))
  const spawned = monotonicMs()
  const server = await startServer({ kind: side, dir, dataDir, port, more: moreOf(side) })
  try {
    await consumer?.ready
    consumer?.expect(filled.live)
    const consume = (await consumer?.done)?.consume
    const firstMs = consume?.firstMs ?? 0
    return {
      side,
      round,
      ...filled,
      ...rebuilt,
      listeningMs: server.startMs,
      firstDeliveryMs: firstMs === 0 ? NaN : firstMs - spawned,
      residentMiB: residentBytes(server.pid) / 2 ** 20,
      lost: consume === undefined ? 0 : Math.max(0, filled.live - consume.unique),
      duplicates: consume?.duplicates ?? 0,
    }
  } finally {
    consumer?.kill()
    await server.stop()
  }
}

/** Both are filled before either starts again: their starts take turns. */
async function runRound(dir: string, round: number, count: number): Promise<Run[]> {
  const filled = new Map<ServerKind, Filled>()
  for (const side of sides) {
    progress(`${count} messages, round ${round}: ${side} is filled`)
    filled.set(side, await fill(side, dir, count))
  }
  const broker = filled.get('broker')
  progress(`${count} messages, round ${round}: both start again, in turn`)
  const rebuilt =
    broker !== undefined && rebuilds('broker', count)
      ? await rebuild(dir, broker.dataDir, filled.get('yardstick'))
      : notRebuilt
  const runs: Run[] = []
  for (const side of sides) {
    progress(`${count} messages, round ${round}: ${side} after SIGKILL`)
    const own = side === 'broker' ? rebuilt : notRebuilt
    runs.push(await runOnce(side, dir, round, filled.get(side)!, own))
  }
  return runs
}

/** Where there is no checkpoint, every start is one. */
function rebuilds(side: ServerKind, count: number): boolean {
  return side === 'broker' && count * Number(values['body-bytes']) > checkpointedFrom
}

async function runAll(dir: string): Promise<Run[]> {
  const runs: Run[] = []
  for (const count of counts) {
    for (let round = 1; round <= Number(values.rounds); round++)
      runs.push(...(await runRound(dir, round, count)))
  }
  progress('')
  return runs
}

function rowOf(run: Run): string[] {
  return [
    run.side,
    ...[
      run.live,
      run.bytesPerMessage,
      run.idleCores,
      run.listeningMs,
      run.firstDeliveryMs,
      spread(run.rebuildsMs).median,
      run.residentMiB,
      run.lost,
      run.duplicates,
    ].map(figure),
  ]
}

function startsOf(side: ServerKind, count: number): number[] {
  const own = runs.filter((run) => run.side === side && run.live === count)
  return own.map((run) => (side === 'broker' ? run.firstDeliveryMs : run.listeningMs))
}

const { result: runs, probeBefore, probeAfter } = await withProbedDir(values.dir, runAll)
const head =
  'side,live,B/message,idle cores,listening ms,first delivery ms,rebuild ms,MiB after,lost,duplicates'
say(`\n${table(head.split(','), runs.map(rowOf))}\n`)
const summary = sides.flatMap((side) =>
  counts.map((count) => ({ side, count, startMs: spread(startsOf(side, count)) })),
)
const notes = summary.map(
  ({ side, count, startMs }) =>
    `${side}, ${figure(count)} messages: ${spreadText(startMs)} ms from spawn to ` +
    (side === 'broker' ? 'the first delivery' : 'listening'),
)
for (const { live, rebuildsMs, scansMs, checkpoint, equal } of runs) {
  if (rebuildsMs.length === 0) continue
  const shares = scansMs.map((scanMs, start) => (100 * scanMs) / rebuildsMs[start]!)
  notes.push(
    `the whole log folded (serve --rebuild), ${figure(live)} messages: ${spreadText(spread(rebuildsMs))} ms to listening, ` +
      `the yardstick ${spreadText(spread(scansMs))} ms: ${spreadText(spread(shares))} % of its speed, pair by pair; ` +
      `digest ${equal ? 'equal to' : 'NOT THAT OF'} the way by checkpoint ${checkpoint}`,
  )
}
for (const { side, live, lost, duplicates } of runs) {
  if (lost + duplicates === 0) continue
  notes.push(`NOT IN ORDER: ${side}, ${live} live: ${lost} lost, ${duplicates} duplicates`)
}
for (const note of notes) say(note)
say(`disk probe before ${probeText(probeBefore)}, after ${probeText(probeAfter)}`)
const path = writeReport(
  {
    name: 'recover',
    machine: describeMachine(),
    probeBefore,
    probeAfter,
    settings: values,
    runs,
    summary,
    notes,
  },
  {
    title: 'From spawn to the first delivery (yardstick: to listening) after SIGKILL',
    yLabel: 'ms',
    categories: counts.map((count) => `${figure(count)} messages`),
    series: sides.map((side) => ({
      name: side,
      values: counts.map((count) => spread(startsOf(side, count)).median),
    })),
  },
  values.out,
)
say(`written: ${path}.json, .svg`)
