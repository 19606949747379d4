// `kiteq serve`: flags to a running broker, one line when the doors are open, exit codes that mean something.

import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import type { Command } from 'commander'
import { destination, pino } from 'pino'
import { knownLosses } from '../broker/known-losses.ts'
import { loadConfig, type Flags } from '../config.ts'
import { startBroker, type RunningBroker } from '../kiteq.ts'
import { KiteQError } from '../model/errors.ts'
import { plainLines } from '../model/plain-text.ts'
import { counted } from './counted.ts'

/** A failed write or sync of the log: EX_IOERR. */
const exitLogFailed = 74

export function register(program: Command): void {
  program
    .command('serve')
    .description('run a broker')
    .option('--listen <host:port>', 'where clients connect (default 127.0.0.1:13800)')
    .option('--advertise <host:port>', 'address told to the registry (default: where it listens)')
    .option('--data-dir <dir>', 'data folder, one owner at a time (default ./data)')
    .option('--registry <uri>', 'file://PATH of a YAML registry (default: none, clients bind)')
    .option('--topics <list>', 'topics served, a,b or * for any (default *)')
    .option('--durability <level>', 'fsync, interval:MS or memory (default fsync)')
    .option('--http <host:port>', 'health and statistics, or off (default 127.0.0.1:13801)')
    .option('--config <file>', 'kiteq.toml; flags win')
    .option('--rebuild', 'ignore the checkpoints and fold the whole log')
    .action(async (flags: Flags) => serve(flags))
}

async function serve(flags: Flags): Promise<void> {
  const config = loadConfig(flags, (path) => readFileSync(path, 'utf8'))
  const stops = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal))
  })
  const stop = new AbortController()
  void stops.then(() => stop.abort())
  tuneCollector()
  const logger = pino({ hooks: { streamWrite: plainLines } }, destination(2))
  const broker = await startBroker(config, { logger, stop: stop.signal }).catch(
    async (error: unknown): Promise<never> => {
      if (!stop.signal.aborted) throw withAdvice(error, config.dataDir)
      console.log(`${await stops}: stopped while it was starting; nothing was written`)
      process.exit(0)
    },
  )
  console.log(opened(broker, config.dataDir))
  const why = await Promise.race([stops, broker.failed])
  if (why instanceof KiteQError) {
    console.error(`kiteq: ${why.code}: ${why.message}`)
    process.exit(exitLogFailed)
  }
  console.log(`${why}: stopping`)
  const started = performance.now()
  await broker.close()
  console.log(`stopped cleanly in ${Math.round(performance.now() - started)} ms`)
  process.exit(0)
}

/** A log that no start takes: what may be done about it. */
function withAdvice(error: unknown, dataDir: string): unknown {
  if (!(error instanceof KiteQError) || error.code !== 'KITEQ_LOG_CORRUPT') return error
  const advice = `what can be mended is told by: kiteq repair --data-dir ${dataDir}`
  return new KiteQError(error.code, `${error.message}; ${advice}`, { cause: error })
}

function opened(broker: RunningBroker, dataDir: string): string {
  const { recovery } = broker
  const tail =
    recovery.cut === undefined ? 'tail clean' : `tail cut (${counted(recovery.cut.bytes, 'byte')})`
  const { places, unlisted } = knownLosses(broker.loop.state.journal)
  const holes = places.length + unlisted
  const damage = holes === 0 ? '' : `, ${counted(holes, 'damaged place')} (see standard error)`
  // Programs wait for this line: its words are the same for one record.
  const http = broker.httpAddress === undefined ? 'http off' : `http on ${broker.httpAddress}`
  return `kiteq listening on ${broker.address}, data folder ${dataDir}, ${recovery.records} records replayed, ${tail}${damage}, ${http}`
}

/**
 * Nearly all memory of a broker is arrays of numbers, and what a turn makes dies with it. Left alone, the engine takes the
 * bytes that arrive for growth and collects the whole heap several times a second; so the heap may grow to three times what
 * lived through the last collection, some tens of megabytes, before the next.
 */
function tuneCollector(): void {
  setFlagsFromString('--heap-growing-percent=200')
}
