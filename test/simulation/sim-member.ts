// One machine of a simulated replica set: the real member, host, log, fold and loop on a disk that crashes, with a clock of its own.
// It dies as a process or with its power, comes back on what is left, on nothing, or on an old state of its disk.

import type { Effect } from '../../src/broker/effect.ts'
import { brokerDefaults } from '../../src/broker/settings.ts'
import { newCopy, readMemberFile } from '../../src/log/member-file.ts'
import { silent } from '../../src/model/logger.ts'
import * as limits from '../../src/model/limits.ts'
import { ReplicaHost, type LeadingBroker } from '../../src/replica-host.ts'
import { Member } from '../../src/replication/member.ts'
import type { ReplicaReply, ReplicaRequest, ReplicaTransport } from '../../src/replication/ports.ts'
import { Retention } from '../../src/retention.ts'
import { saveCheckpoint } from '../support/log-history.ts'
import { CrashDisk, type Image } from '../support/crash-disk.ts'
import { SimCoordinator, type SimArbiter } from './sim-arbiter.ts'
import type { SimNetwork } from './sim-network.ts'
import { SimMachine, type SimTime } from './sim-time.ts'

export const simFolder = '/data'

export interface SimMemberOptions {
  readonly id: string
  readonly time: SimTime
  readonly network: SimNetwork
  readonly arbiter: SimArbiter
  readonly random: () => number
  readonly minInSync: number
  readonly sessionTimeoutMs: number
  readonly segmentBytes: number
  /** Records; a copy that is further behind is filled many batches at a time. */
  readonly farBehind: number
  /** Of one call of the disk, ms. */
  readonly diskMs: () => number
  /** The member of an id, as it is now. */
  readonly peer: (id: string) => SimMember | undefined
  readonly onLeading: (member: SimMember, broker: LeadingBroker) => void
  readonly onEffects: (member: SimMember, broker: LeadingBroker, effects: readonly Effect[]) => void
  /** A leader says that all below is safe. */
  readonly onSafe: (member: SimMember, watermark: number) => void
  /** Before a copy lets go of what it has from there on. */
  readonly onCutting: (member: SimMember, to: number) => void
  readonly onFailure: (member: SimMember, error: Error) => void
}

/** What is there from a start to a crash. */
interface Life {
  readonly machine: SimMachine
  readonly member: Member
  readonly host: ReplicaHost
  readonly coordinator: SimCoordinator
}

export class SimMember {
  readonly id: string
  disk: CrashDisk
  /** Up to now; the last one lives, or nobody does. */
  starts = 0
  /** How many times slower its disk is than it should be. */
  slow = 1
  /** Bytes that its disk takes. */
  capacityBytes: number = Infinity
  /** As soon as it has sent records it stands still for so long, ms: what is acked to it then comes too late. */
  stallsFor = 0
  /** It is no member now, and is not started. */
  isSpare = false
  readonly #options: SimMemberOptions
  #life: Life | undefined
  #old: Image | undefined

  constructor(options: SimMemberOptions) {
    this.id = options.id
    this.#options = options
    this.disk = new CrashDisk(this.#diskOptions())
  }

  get life(): Life | undefined {
    return this.#life
  }

  get leading(): LeadingBroker | undefined {
    return this.#life?.host.leading
  }

  /** Nothing, where it runs or is about to. */
  async start(): Promise<void> {
    if (this.isSpare || this.#life !== undefined || this.#isStarting) return
    this.#isStarting = true
    await this.#start()
  }

  async #start(): Promise<void> {
    const { id, time, network, arbiter, random, minInSync, sessionTimeoutMs } = this.#options
    this.starts++
    const machine = new SimMachine(time, 0.98 + random() * 0.04, (random() - 0.5) * 7_200_000)
    this.#machine = machine
    const randomWord = (): number => Math.floor(random() * 2 ** 32)
    const disk = this.disk
    const known = await readMemberFile(disk, simFolder)
    if (machine.isGone) return
    this.#isStarting = false
    const member = known ?? { set: 'sim', id, copy: newCopy(randomWord), isKnown: false }
    const coordinator = new SimCoordinator({
      arbiter,
      network,
      machine,
      name: id,
      sessionTimeoutMs,
    })
    const life = {} as { member?: Member }
    const host = new ReplicaHost({
      dir: simFolder,
      copy: { aheadBytes: 4096 },
      disk,
      log: {
        durability: { kind: 'fsync' },
        segmentBytes: this.#options.segmentBytes,
        firstSegmentBytes: this.#options.segmentBytes,
        batchBytesMax: 8 * 1024,
        recentBytesMax: 32 * 1024,
        random: randomWord,
        monotonicMs: () => machine.monotonicMs(),
      },
      loop: {
        settings: { ...brokerDefaults, address: id },
        clock: machine,
        scheduler: machine,
        random,
      },
      settled: { windowMs: limits.settledWindowMs, idsMax: limits.settledIdsMax },
      host: id,
      address: id,
      member,
      randomWord,
      logger: silent,
      mayRelease: () => life.member?.leader?.isSure ?? false,
      onLeading: (broker) => {
        broker.loop.attach({ release: (effects) => this.#options.onEffects(this, broker, effects) })
        this.#options.onLeading(this, broker)
        const lookForSpace = (): void => {
          if (this.leading !== broker) return
          broker.log.checkSpace()
          machine.after(1000, lookForSpace)
        }
        lookForSpace()
      },
      onResigned: () => this.#upkeepEnded(),
      onFailure: (error) => this.#failed(machine, error),
    })
    const { onCutting } = this.#options
    const cutting = host.cutting.bind(host)
    host.cutting = (to) => {
      onCutting(this, to)
      return cutting(to)
    }
    life.member = new Member({
      host,
      coordinator,
      transport: this.#transport(machine),
      clock: machine,
      scheduler: machine,
      random,
      newLogId: () => newCopy(randomWord),
      logger: silent,
      minInSync,
      lagMs: 2000,
      farBehind: this.#options.farBehind,
      onFailure: (error) => this.#failed(machine, error),
    })
    this.#life = { machine, host, coordinator, member: life.member }
    await life.member.start().catch((error: unknown) => this.#failed(machine, error as Error))
  }

  #machine: SimMachine | undefined
  #isStarting = false
  #upkeep: { readonly close: () => Promise<unknown> } | undefined

  #failed(machine: SimMachine, error: Error): void {
    if (machine.isGone) return
    this.#options.onFailure(this, error)
  }

  /** What a leader does beside serving: a checkpoint, and old segments go. */
  async retain(): Promise<void> {
    const broker = this.leading
    const machine = this.#machine
    if (broker === undefined || machine === undefined || this.#upkeep !== undefined) return
    const { log, loop, state } = broker
    if (log.durableOffset !== log.endOffset || loop.heldEffects > 0) return
    const retention = new Retention({
      log,
      sink: loop,
      disk: this.disk,
      dir: simFolder,
      keep: { keepMs: 0, keepBytes: 3 * this.#options.segmentBytes },
      logger: silent,
      partBytes: 3000,
      gain: 0,
      pause: (ms) => new Promise((resolve) => void machine.after(ms, resolve)),
    })
    const work = saveCheckpoint(simFolder, log, state, this.disk)
      .then(() => log.dropSegments(state.journal.dropped.segment))
      .then(() => retention.look())
    const upkeep = (this.#upkeep = { close: () => retention.close().then(() => work) })
    await work.catch((error: unknown) => this.#failed(machine, error as Error))
    if (this.#upkeep === upkeep) this.#upkeep = undefined
  }

  async #upkeepEnded(): Promise<void> {
    const upkeep = this.#upkeep
    this.#upkeep = undefined
    await upkeep?.close()
  }

  /** The process dies; with its power, when a choice is given. */
  crash(how: 'kill' | 'power'): void {
    const { random } = this.#options
    this.#machine?.kill()
    this.#life = undefined
    this.#upkeep = undefined
    this.#isStarting = false
    if (how === 'kill') {
      this.disk = this.disk.killed(random, this.#diskOptions())
      return
    }
    this.disk.stop()
    const choice = {
      keep: (['nothing', 'everything', 'some', 'some'] as const)[Math.floor(random() * 4)]!,
      random,
      blockBytes: random() < 0.5 ? 512 : 4096,
      holes: (['zeros', 'garbage', 'stale'] as const)[Math.floor(random() * 3)]!,
    }
    this.disk = CrashDisk.of(this.disk.powerLost(choice), this.#diskOptions())
  }

  /** It takes no more than this from now on. */
  fillDisk(leftBytes: number): void {
    let used = 0
    for (const { shown } of this.disk.names.shown.values()) used += shown.length
    this.capacityBytes = used + Math.floor(leftBytes)
  }

  /** A new disk. */
  wipe(): void {
    this.#old = undefined
    this.disk = new CrashDisk(this.#diskOptions())
  }

  get isRemembered(): boolean {
    return this.#old !== undefined
  }

  remember(): void {
    this.#old = new Map([...this.disk.names.shown].map(([path, file]) => [path, file.durable]))
  }

  /** The disk as it was when it was remembered. False: it never was. */
  goBack(): boolean {
    if (this.#old === undefined) return false
    this.disk = CrashDisk.of(this.#old, this.#diskOptions())
    return true
  }

  #sent(reply: ReplicaReply): void {
    if (this.stallsFor === 0 || reply.kind !== 'records' || reply.records === undefined) return
    const ms = this.stallsFor
    this.stallsFor = 0
    this.#options.time.after(0.5, () => this.#machine?.stall(ms))
  }

  #diskOptions(): ConstructorParameters<typeof CrashDisk>[0] {
    const { time, diskMs } = this.#options
    return {
      schedule: (back) => {
        const machine = this.#machine
        time.after(diskMs() * this.slow, () => machine?.run(back))
      },
      capacityBytes: () => this.capacityBytes,
    }
  }

  #transport(machine: SimMachine): ReplicaTransport {
    const { id, network, peer, onSafe } = this.#options
    return {
      ask: (address: string, request: ReplicaRequest, withinMs: number) =>
        new Promise<ReplicaReply>((resolve, reject) => {
          const cancel = machine.after(withinMs, () => reject(new Error('no answer')))
          network.send(id, address, () => {
            const member = peer(address)
            const there = member?.life
            if (member === undefined || there === undefined) return
            there.machine.run(() => {
              there.member.answer(request).then(
                (reply) => {
                  const copied = copyOf(reply)
                  if (reply.kind === 'records') onSafe(member, reply.watermark)
                  member.#sent(copied)
                  network.send(address, id, () =>
                    machine.run(() => {
                      cancel()
                      resolve(copied)
                    }),
                  )
                },
                () => undefined,
              )
            })
          })
        }),
    }
  }
}

/** As it was when it was sent. */
function copyOf(reply: ReplicaReply): ReplicaReply {
  if (reply.kind !== 'records' || reply.records === undefined) return reply
  const { records } = reply
  return { ...reply, records: { ...records, bytes: records.bytes.slice() } }
}
