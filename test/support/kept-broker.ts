// The simulated broker over a real log of small segments on a disk in memory, with checkpoints and retention by hand: for
// what must outlive the segments it was written in.

import assert from 'node:assert/strict'
import type { BrokerState } from '../../src/broker/state.ts'
import type { KeepPolicy } from '../../src/retention-plan.ts'
import type { Row } from '../../src/model/ids.ts'
import { silent } from '../../src/model/logger.ts'
import type { Log } from '../../src/log/log.ts'
import { recoverState } from '../../src/recover-state.ts'
import { Retention } from '../../src/retention.ts'
import { openLog } from './crash-disk-lab.ts'
import { folder } from './disk-log.ts'
import { MemoryDisk } from './disk-memory.ts'
import { nodeTurn } from './disk-turns.ts'
import { RealLog } from './live-history.ts'
import { saveCheckpoint } from './log-history.ts'
import { SimBroker } from './sim-broker.ts'
import { SimClock } from './sim-clock.ts'

export class KeptBroker {
  readonly disk: MemoryDisk
  readonly log: Log
  readonly state: BrokerState
  readonly sim: SimBroker

  private constructor(disk: MemoryDisk, log: Log, state: BrokerState, sim: SimBroker) {
    this.disk = disk
    this.log = log
    this.state = state
    this.sim = sim
  }

  /** On what another one has left, without its checkpoints; or on nothing. */
  static async start(before?: KeptBroker): Promise<KeptBroker> {
    const disk = before?.disk ?? new MemoryDisk()
    const seed = (before?.log.epoch ?? 0) + 1
    const log = await openLog(disk, { segmentBytes: 16 * 1024, batchBytesMax: 4096, seed })
    const config = { dataDir: folder, rebuild: true }
    const { state, recovery } = await recoverState(log, config, silent, disk)
    state.ids.build()
    await log.startWriting()
    const records = before?.sim.log.records.slice(0, recovery.end.offset) ?? []
    const clock = before?.sim.clock ?? new SimClock(1_795_000_000_000)
    const live = { log: new RealLog(log, records), state }
    const broker = new KeptBroker(disk, log, state, new SimBroker({}, { clock, records, live }))
    await broker.settle()
    return broker
  }

  /** Whatever is waiting for its turn or for the disk is done. */
  async settle(): Promise<void> {
    const { sim, log } = this
    do {
      sim.clock.runTurns()
      log.flush()
      await nodeTurn()
    } while (log.durableOffset < log.endOffset)
    sim.clock.runTurns()
  }

  async checkpoint(): Promise<void> {
    await this.settle()
    await saveCheckpoint(folder, this.log, this.state, this.disk)
  }

  /** One look, as a broker has every two seconds. */
  async retain(keep: KeepPolicy): Promise<void> {
    const retention = new Retention({
      log: this.log,
      sink: this.sim.loop,
      disk: this.disk,
      dir: folder,
      keep,
      logger: {
        ...silent,
        warn: (why, text) => assert.fail(`${text}: ${JSON.stringify(why)}`),
      },
      pause: () => this.settle(),
      partBytes: 1500,
      gain: 0,
    })
    await retention.look()
  }

  /** What the log has of a message, as text; or why it has nothing. */
  async textOf(row: Row): Promise<string> {
    const { messages } = this.state
    try {
      const place = [messages.segmentOf(row), messages.positionOf(row)] as const
      const { source, start, end } = await this.log.load(...place)
      return new TextDecoder().decode(source.subarray(start, end))
    } catch (error) {
      return String(error)
    }
  }

  async stop(): Promise<void> {
    await this.settle()
    this.sim.loop.stop()
    await this.log.close()
  }
}
