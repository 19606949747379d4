// `kiteq serve`: flags to a running broker, one line when the doors are open, exit codes that mean something.

import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import type { Command } from 'commander'
import { knownLosses } from '../broker/known-losses.ts'
import { loadConfig, type Config, type Flags } from '../config.ts'
import { startBroker, type RunningBroker } from '../kiteq.ts'
import { KiteQError } from '../model/errors.ts'
import { originalFlagNames } from '../original-config.ts'
import { counted } from './counted.ts'
import { loggerFor } from './log-lines.ts'

/** A failed write or sync of the log: EX_IOERR. */
const exitLogFailed = 74

export function register(program: Command): void {
  program
    .command('serve')
    .description('run a broker')
    .option('--listen <host:port>', 'where clients connect (default 127.0.0.1:13800)')
    .option('--advertise <host:port>', 'address told to the registry (default: where it listens)')
    .option('--data-dir <dir>', 'data folder, one owner at a time (default ./data)')
    .option(
      '--registry <uri>',
      'zk://host:port,host:port[/chroot] or file://PATH of a YAML registry (default: none, clients bind)',
    )
    .option('--topics <list>', 'topics served, a,b or * for any (default *; names with ZooKeeper)')
    .option('--durability <level>', 'fsync, interval:MS or memory (default fsync)')
    .option(
      '--http <host:port>',
      'health, metrics and statistics, or off (default 127.0.0.1:13801)',
    )
    .option('--log-format <format>', 'json, text or auto: text on a terminal (default auto)')
    .option('--log-level <level>', 'info, warn or error: the least it tells (default info)')
    .option('--config <file>', 'kiteq.toml; flags win')
    .option('--rebuild', 'ignore the checkpoints and fold the whole log')
    .optionsGroup("The original's command line, with one dash or two; the flags above win:")
    .option('--configPath <file>', 'its cluster.toml')
    .option('--clusterName <name>', 'its section [clusters.<name>] (default default_dev)')
    .option('--bind <host:port>', 'where clients connect (default localhost:13800)')
    .option('--pport <port>', 'HTTP on this port of the same host (default -1: none)')
    .option('--logPath <dir>', 'not used: logs are JSON lines on standard error')
    .action(async (flags: Flags) => serve(flags))
}

/** Go takes a flag with one dash or two; here one dash would be a row of single letters. */
export function plainArguments(argv: readonly string[]): readonly string[] {
  if (argv[2] !== 'serve') return argv
  const ones = new RegExp(`^-(${originalFlagNames.join('|')})(=|$)`)
  return argv.map((argument, at) => (at > 2 && ones.test(argument) ? `-${argument}` : argument))
}

async function serve(flags: Flags): Promise<void> {
  const read = (): Config => loadConfig(flags, (path) => readFileSync(path, 'utf8'))
  const config = read()
  const stops = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal))
  })
  const stop = new AbortController()
  void stops.then(() => stop.abort())
  tuneCollector()
  const logger = loggerFor(config)
  const broker = await startBroker(config, { logger, stop: stop.signal, reread: read }).catch(
    async (error: unknown): Promise<never> => {
      if (!stop.signal.aborted) throw asTyped(withAdvice(error, config.dataDir), flags)
      const isWaiting = error instanceof KiteQError && error.message.includes('waiting for')
      const when = isWaiting ? 'waiting for the registry' : 'starting; nothing was written'
      console.log(`${await stops}: stopped while it was ${when}`)
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

/** Who has typed the original's flags is not told of ours. */
function asTyped(error: unknown, flags: Flags): unknown {
  if (!(error instanceof KiteQError)) return error
  for (const [ours, theirs, isTheirs] of [
    ['--listen is ', '-bind is ', flags.bind !== undefined && flags.listen === undefined],
    ['--http is ', '-pport is ', flags.pport !== undefined && flags.http === undefined],
  ] as const)
    if (isTheirs && error.message.startsWith(ours))
      return new KiteQError(error.code, theirs + error.message.slice(ours.length), { cause: error })
  return error
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
