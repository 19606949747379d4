// The only file that knows everyone: it puts a broker together, opens its doors last and closes them first.

import { randomBytes } from 'node:crypto'
import { constants, existsSync } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import type { Effect } from './broker/effect.ts'
import type { Hole } from './broker/journal.ts'
import { BrokerLoop } from './broker/loop.ts'
import { ArchiveKeeper, withArchive } from './archive-keeper.ts'
import { Checkpointer } from './checkpointer.ts'
import type { Config } from './config.ts'
import { DiskSpace } from './disk-space.ts'
import { FolderWatch } from './folder-watch.ts'
import { addressTaken, expectFree } from './free-address.ts'
import { HttpServer } from './http/server.ts'
import type { ArchiveFigures, Health } from './http/stat.ts'
import { nodeDisk } from './log/disk-node.ts'
import { claimFolder, type FolderClaim } from './log/folder-owner.ts'
import { Log } from './log/log.ts'
import { logFormatVersion } from './log/segment.ts'
import type { RecoveryReport } from './log/recover.ts'
import { expectFinished } from './log/unfinished.ts'
import type { Clock, Scheduler } from './model/clock.ts'
import { silent, type Logger } from './model/logger.ts'
import { KiteQError } from './model/errors.ts'
import type { Registry } from './model/registry.ts'
import { MetricsPort } from './metrics-port.ts'
import { Peers } from './net/peers.ts'
import { NetServer } from './net/server.ts'
import { fittingConnections, openFilesLimit } from './open-files.ts'
import { answerOwnerRequest } from './owner-requests.ts'
import { healthOf, noteHole, noteHoles } from './known-damage.ts'
import { forgetLostEnd, withLostEnd } from './lost-end.ts'
import { PostingsKeeper } from './postings-keeper.ts'
import { recoverState } from './recover-state.ts'
import { addressFor, announce, dialsOf, registryFor, startRegistry } from './registry-port.ts'
import { Reloader } from './reload.ts'
import { Scrub } from './scrub.ts'
import type { HeldSegments } from './retention-held.ts'
import { StatPort } from './stat-port.ts'
import { StorageUpkeep } from './storage-upkeep.ts'
import { StuckConsumers } from './stuck-consumers.ts'
import { systemClock, systemScheduler } from './system-clock.ts'
import { Upkeep } from './upkeep.ts'

/** What the outside world is, for embedders and tests that bring their own. */
export interface BrokerPorts {
  readonly clock?: Clock
  readonly scheduler?: Scheduler
  /** A number in [0, 1). */
  readonly random?: () => number
  readonly logger?: Logger
  /** The settings as they are written now, for /reload; throws as loadConfig does. Without it there is nothing to read again. */
  readonly reread?: () => Config
  /**
   * Aborted while a start still reads the log, it ends the start: KITEQ_CLOSED, with nothing written; while it waits for the
   * registry, with no message taken. Later it means nothing.
   */
  readonly stop?: AbortSignal
}

export interface RunningBroker {
  readonly address: string
  /** undefined when HTTP is off. */
  readonly httpAddress: string | undefined
  readonly recovery: RecoveryReport
  readonly loop: BrokerLoop
  /** Settles when the log has failed: nothing was acked since, and only a restart helps. */
  readonly failed: Promise<KiteQError>
  digest(): string
  /** Orderly and bounded: refuse, flush, close sockets, release the folder. Idempotent. */
  close(): Promise<void>
}

/** Throws KiteQError: KITEQ_FOLDER_OWNED, KITEQ_LOG_CORRUPT, KITEQ_LOG_VERSION, KITEQ_REGISTRY, KITEQ_CONFIG, KITEQ_DISK_FULL. */
export async function startBroker(config: Config, ports: BrokerPorts = {}): Promise<RunningBroker> {
  const logger = ports.logger ?? silent
  for (const line of config.told) logger.info({}, line)
  if (!existsSync(config.dataDir)) await expectDoorsFree(config) // a wrong address leaves no folder behind
  await makeFolder(config.dataDir)
  const door: { answer: (request: unknown) => Promise<unknown> } = {
    answer: () => Promise.reject(new KiteQError('KITEQ_CLOSED', 'the broker is starting')),
  }
  const since = new Date().toISOString()
  const claim = await claimFolder(config.dataDir, {
    describe: () => ({ since, address: `${config.listen.host}:${config.listen.port}` }),
    handle: (request) => door.answer(request),
  })
  const opened: Opened = { claim }
  try {
    await expectFinished(nodeDisk, config.dataDir)
    await expectDoorsFree(config)
    return await open(config, ports, logger, door, opened)
  } catch (error) {
    await closeOpened(opened, config.stopTimeoutMs, false)
    throw error
  }
}

async function expectDoorsFree({ listen, http }: Config): Promise<void> {
  await expectFree('--listen', listen)
  if (http !== undefined) await expectFree('--http', http)
}

/** Throws KITEQ_CONFIG when the folder cannot be had or not be written. */
async function makeFolder(dataDir: string): Promise<void> {
  try {
    await nodeDisk.ensureFolder(dataDir)
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
    if (!(await stat(dataDir)).isDirectory()) throw new Error('it is a file')
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message
    const message = `--data-dir is ${dataDir}, which cannot be used (${why}); expected a folder this user may write`
    throw new KiteQError('KITEQ_CONFIG', message, { cause: error })
  }
}

/** What is open so far, in order; a failed start closes it again. */
interface Opened {
  readonly claim: FolderClaim
  log?: Log
  loop?: BrokerLoop
  checkpointer?: Checkpointer
  postings?: PostingsKeeper
  archive?: ArchiveKeeper
  scrub?: Scrub
  upkeep?: Upkeep
  storage?: StorageUpkeep
  net?: NetServer
  stuck?: StuckConsumers
  peers?: Peers
  http?: HttpServer
  reloader?: Reloader
  registry?: Registry
  /** Under which the registry has it. */
  announced?: string
}

async function open(
  config: Config,
  ports: BrokerPorts,
  logger: Logger,
  door: { answer: (request: unknown) => Promise<unknown> },
  opened: Opened,
): Promise<RunningBroker> {
  const log = (opened.log = await openLog(config))
  const startedMs = performance.now()
  const { state, ...recovered } = await untilStopped(recoverState(log, config, logger), ports.stop)
  const recovery = await withLostEnd(log, recovered.recovery, config.dataDir, logger)
  state.ids.build()
  const recoveryMs = performance.now() - startedMs
  const epoch = await log.startWriting()
  const host = hostname()
  const loop = (opened.loop = new BrokerLoop({
    log,
    state,
    settings: { ...config.broker, address: '' },
    clock: ports.clock ?? systemClock,
    scheduler: ports.scheduler ?? systemScheduler,
    random: ports.random ?? Math.random,
  }))
  const failure: Failure = {}
  const failed = watchLog(log, loop, failure)
  loop.note({
    kind: 'started',
    epoch,
    formatVersion: logFormatVersion,
    logId: log.logId ?? '',
    host,
    settledWindowMs: config.settled.windowMs,
    settledIdsMax: config.settled.idsMax,
  })
  noteHoles(recovery, loop, logger)
  await loop.settle()
  await forgetLostEnd(log, config.dataDir, recovery.end.offset)
  await log.dropSegments(state.journal.dropped.segment) // a crash may have come between the record and the files
  startBeside(config, opened, log, loop, logger, recovered.checkpoint)
  const health = (): Health => healthOfAll(failure, loop, opened)
  const why = (): string | undefined => failure.error?.message
  const engine: Engine = { log, loop, health, failure: why, recovery, recoveryMs }
  const doors = await openDoors(config, ports, logger, opened, engine)
  door.answer = (request) => answerOwnerRequest(request, { loop, log, address: doors.address })
  opened.upkeep = new Upkeep({
    log,
    loop,
    folder: new FolderWatch({
      dataDir: config.dataDir,
      claim: opened.claim,
      place: () => log.durablePlace,
    }),
    dataDir: config.dataDir,
    logger,
    onLost: (why) => giveUp(why, opened, failure, logger),
  })
  await opened.upkeep.start()
  announce(loop.settings.topics, opened.registry, opened.announced ?? doors.address, logger)
  let closing: Promise<void> | undefined
  return {
    ...doors,
    recovery,
    loop,
    failed,
    digest: () => state.digest(),
    close: () => (closing ??= closeOpened(opened, config.stopTimeoutMs, true)),
  }
}

/** What works beside the loop: in threads of their own, or a slice now and then. */
function startBeside(
  config: Config,
  opened: Opened,
  log: Log,
  loop: BrokerLoop,
  logger: Logger,
  newest: number | undefined,
): void {
  const checkpointer = (opened.checkpointer = new Checkpointer({ config, log, logger, newest }))
  checkpointer.start()
  const isSlow = (): boolean => loop.isSlow()
  opened.postings = new PostingsKeeper({ dataDir: config.dataDir, log, isSlow, logger })
  opened.postings.start()
  const archived = startArchive(config, opened, log, logger)
  opened.storage = new StorageUpkeep({ config, log, loop, logger, checkpointer, archived })
  opened.storage.start()
  if (newest === undefined && log.segments[0]!.number === 1) return // the start has read all of it
  const headers = log.segments.slice()
  const found = (hole: Hole): boolean => noteHole(hole, loop)
  opened.scrub = new Scrub({ dataDir: config.dataDir, headers, found, logger })
  opened.scrub.start()
}

function healthOfAll(failure: Failure, loop: BrokerLoop, { archive, storage }: Opened): Health {
  return withArchive(healthOf(failure.error, loop), archive?.figures, storage?.archiveHolds)
}

/** Where the log is kept for the archive: up to where it has everything. */
function startArchive(
  { archive, dataDir }: Config,
  opened: Opened,
  log: Log,
  logger: Logger,
): (() => number) | undefined {
  if (archive === undefined) return undefined
  const keeper = (opened.archive = new ArchiveKeeper({ dataDir, archive, log, logger }))
  keeper.start()
  return archive.required ? (): number => keeper.archivedOffset : undefined
}

/** What it still reads, nobody takes. */
async function untilStopped<T>(
  work: Promise<T>,
  stop: AbortSignal | undefined,
  doing = 'starting',
): Promise<T> {
  if (stop === undefined) return work
  const ended = new AbortController()
  const stopped = new Promise<never>((_, reject) => {
    const refuse = (): void =>
      reject(new KiteQError('KITEQ_CLOSED', `it was stopped while it was ${doing}`))
    if (stop.aborted) refuse()
    stop.addEventListener('abort', refuse, { signal: ended.signal })
  })
  return Promise.race([work, stopped]).finally(() => ended.abort())
}

/** The log tells the loop what is durable, and everybody when it has failed. */
function watchLog(log: Log, loop: BrokerLoop, failure: Failure): Promise<KiteQError> {
  log.onDurable = () => loop.durable()
  return new Promise<KiteQError>((resolve) => {
    failure.end = (error) => {
      failure.error ??= error
      loop.stop()
      resolve(failure.error)
    }
    log.onFailure = failure.end
  })
}

/** Why the broker has failed, once it has; `end` says so to everybody. */
interface Failure {
  error?: KiteQError
  end?: (error: KiteQError) => void
}

/**
 * What is written from now on, nobody will find: no ack leaves any more, not even of what was stored before, for it is
 * gone as well. Publishes that come hear why for a moment, then the broker has failed.
 */
function giveUp(why: string, opened: Opened, failure: Failure, logger: Logger): void {
  if (failure.error !== undefined) return
  const error = new KiteQError('KITEQ_LOG_FAILED', `${why}: nothing is acked any more`)
  failure.error = error
  const { loop, net } = opened
  loop?.attach({ release: (effects) => net?.release(effects.filter(isRefusal)) })
  loop?.refusePublishes(`nothing can be stored: ${why}`)
  logger.warn({}, error.message)
  void opened.checkpointer?.close() // or it would write into a folder that is not ours
  void opened.postings?.close()
  void opened.archive?.close()
  void opened.scrub?.close()
  void opened.storage?.close()
  setTimeout(() => failure.end?.(error), refusingMs)
}

/** Long enough for a refusal to reach its client. */
const refusingMs = 1_000

function isRefusal(effect: Effect): boolean {
  return effect.kind === 'store-ack' && !effect.status
}

interface Engine {
  readonly log: Log
  readonly loop: BrokerLoop
  readonly health: () => Health
  readonly failure: () => string | undefined
  readonly recovery: RecoveryReport
  readonly recoveryMs: number
}

/** Bindings first, then the clients' door, then HTTP. */
async function openDoors(
  config: Config,
  ports: BrokerPorts,
  logger: Logger,
  opened: Opened,
  engine: Engine,
): Promise<Pick<RunningBroker, 'address' | 'httpAddress'>> {
  const { log, loop } = engine
  const { connectionsMax: wanted } = config.net
  const connectionsMax = fittingConnections(wanted, await openFilesLimit(), logger)
  const limits = { ...config.net, connectionsMax }
  const clock = ports.clock ?? systemClock
  const peers = (opened.peers = new Peers({ clock, log: logger, ...dialsOf(config) }))
  const net = (opened.net = new NetServer({
    broker: loop,
    source: log,
    clock,
    log: logger,
    limits,
    storedSuffix: storedSuffix(config),
    passOn: (effect) => peers.passOn(effect),
  }))
  loop.attach(net)
  opened.stuck = new StuckConsumers({
    loop,
    quietForMs: (connection) => net.quietForMs(connection),
    registry: () => opened.registry,
    logger,
  })
  opened.stuck.start()
  await untilStopped(
    openRegistry(config, opened, loop, logger),
    ports.stop,
    'waiting for the registry',
  )
  const { host, port } = config.listen
  const bound = await net.listen(host, port).catch((error: unknown) => {
    throw addressTaken('--listen', host, port, error)
  })
  const address = `${bound.address}:${bound.port}`
  loop.setAddress(address)
  const announced = (opened.announced = addressFor(config, bound, logger))
  for (const own of [address, announced]) peers.own(own)
  if (config.http === undefined) return { address, httpAddress: undefined }
  const http = (opened.http = new HttpServer({
    ...figuresOf({ ...config, net: limits }, opened, net, engine),
    reload: reloaderOf(config, ports, opened, loop, announced, logger),
    hosts: [hostname(), ...config.httpNames].map((name) => name.toLowerCase()),
    problem: (message) => logger.warn({}, message),
  }))
  const at = await http.listen(config.http.host, config.http.port)
  return { address, httpAddress: `${at.host}:${at.port}` }
}

/** What HTTP tells of the broker. */
function figuresOf(
  config: Config,
  opened: Opened,
  net: NetServer,
  { log, loop, health, failure, recovery, recoveryMs }: Engine,
): { readonly source: StatPort; readonly metrics: MetricsPort } {
  const { checkpointer, peers } = opened
  const held = (): HeldSegments | undefined => opened.storage?.held
  const archive = (): ArchiveFigures | undefined => opened.archive?.figures
  const ports = { loop, net, held, archive, ...(peers && { peers }) }
  const source = new StatPort({ ...ports, health, failure })
  const metrics = new MetricsPort({
    ...ports,
    log,
    limits: config.net,
    stat: source,
    disk: new DiskSpace(config.dataDir),
    recovery,
    recoveryMs,
    namesShown: config.metricsTopics,
    checkpointer,
    zooKeeper: () => opened.registry?.isConnected?.(),
  })
  return { source, metrics }
}

/** What may change while it runs, changes together; then the registry hears of other topics. */
function reloaderOf(
  config: Config,
  { reread }: BrokerPorts,
  opened: Opened,
  loop: BrokerLoop,
  address: string,
  logger: Logger,
): Reloader | undefined {
  if (reread === undefined) return undefined
  return (opened.reloader = new Reloader({
    config,
    reread,
    apply: (settings) => loop.retune(settings),
    announce: async (topics) => opened.registry?.announce(address, topics),
    logger,
  }))
}

async function openLog(config: Config): Promise<Log> {
  return Log.open({
    dir: config.dataDir,
    disk: nodeDisk,
    durability: config.durability,
    segmentBytes: config.log.segmentBytes,
    batchBytesMax: config.log.batchBytesMax,
    recentBytesMax: config.log.recentBytesMax,
    random: () => randomBytes(4).readUInt32LE(0),
    monotonicMs: () => systemClock.monotonicMs(),
  })
}

/** Bindings are there before the first publish is taken. */
async function openRegistry(
  config: Config,
  opened: Opened,
  loop: BrokerLoop,
  logger: Logger,
): Promise<void> {
  if (config.registry === undefined) return
  const registry = (opened.registry = await registryFor(config, config.registry, loop))
  await startRegistry(config.registry, registry, loop, logger, {
    brokers: (topic, addresses) => opened.peers?.tell(topic, addresses),
  })
  opened.peers?.own(config.advertise ?? `${config.listen.host}:${config.listen.port}`)
}

/** Doors first, the folder last; each step has its share of the time. */
async function closeOpened(opened: Opened, timeoutMs: number, isClean: boolean): Promise<void> {
  const { registry, http, loop, net, log, claim, checkpointer, storage } = opened
  const until = Date.now() + timeoutMs
  const bounded = async (step: Promise<unknown> | undefined, share: number): Promise<void> => {
    if (step === undefined) return
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, Math.max(10, Math.min(timeoutMs * share, until - Date.now())))
    })
    await Promise.race([step.catch(() => {}), late])
    clearTimeout(timer)
  }
  opened.reloader?.close()
  opened.stuck?.stop()
  await bounded(registry?.withdraw(), 0.2)
  await bounded(registry?.close(), 0.1)
  loop?.refusePublishes('shutting down, retry later')
  opened.upkeep?.stop()
  await bounded(checkpointer?.close(), 0.1)
  const beside = [opened.postings, opened.scrub, opened.archive]
  await bounded(Promise.all(beside.flatMap((one) => one?.close() ?? [])), 0.1)
  await bounded(storage?.close(), 0.1)
  await bounded(http?.close(), 0.1)
  await bounded(loop?.settle(), 0.3)
  await bounded(net?.close({ graceMs: timeoutMs * 0.1 }), 0.2)
  if (isClean) loop?.note({ kind: 'closed', clean: true })
  await bounded(loop?.settle(), 0.3)
  await bounded(opened.peers?.close({ graceMs: timeoutMs * 0.05 }), 0.1)
  loop?.stop()
  await bounded(log?.close({ clean: isClean }), 0.3)
  await bounded(claim.close(), 0.1)
}

/** Weaker levels name themselves in every store ack. */
function storedSuffix({ durability }: Config): string {
  if (durability.kind === 'fsync') return ''
  return durability.kind === 'memory'
    ? ' durability=memory'
    : ` durability=interval:${durability.intervalMs}`
}
