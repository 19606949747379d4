// A whole replica set in one process: members, arbiter, network, clients, what goes wrong, and what may never happen. All of it
// from one seed.

import assert from 'node:assert/strict'
import { randomOf } from '../support/seeded-random.ts'
import { SimArbiter } from './sim-arbiter.ts'
import { checkEnd } from './sim-check.ts'
import { SimClients } from './sim-clients.ts'
import { Swarm, type Stage } from './sim-faults.ts'
import { SimMember } from './sim-member.ts'
import { SimNetwork, type NetworkFaults } from './sim-network.ts'
import { SimOracle } from './sim-oracle.ts'
import { SimTime } from './sim-time.ts'

export interface ClusterOptions {
  readonly seed: number
  readonly members: number
  readonly minInSync: number
  /** Virtual time in which things go wrong, ms. */
  readonly troubledMs: number
}

export interface ClusterFigures {
  publishes: number
  acked: number
  delivered: number
  leaderChanges: number
  faults: Record<string, number>
  virtualMs: number
  events: number
  /** Of all that happened, in order, and of the log that was left. */
  trace: number
}

const sessionTimeoutMs = 4000
const wellWithinMs = 180_000
const quiet: NetworkFaults = {
  loss: 0,
  duplicate: 0,
  delayMinMs: 0.1,
  delayMaxMs: 1,
  late: 0,
  lateMaxMs: 0,
}

export class SimCluster {
  readonly #options: ClusterOptions
  readonly #random: () => number
  readonly #time: SimTime = new SimTime()
  readonly #network: SimNetwork
  readonly #arbiter: SimArbiter
  readonly #members: SimMember[]
  readonly #clients: SimClients
  readonly #oracle = new SimOracle()
  readonly #swarm: Swarm
  /** Copy -> the highest watermark it was seen with in its present life. */
  readonly #watermarks = new WeakMap<object, Map<string, number>>()
  /** Then there may be fewer copies of a record than there were. */
  #isDiskLost = false
  #failure: Error | undefined

  constructor(options: ClusterOptions) {
    this.#options = options
    const random = (this.#random = randomOf(options.seed))
    const time = this.#time
    this.#network = new SimNetwork(time, random, quiet)
    this.#arbiter = new SimArbiter(time)
    this.#swarm = new Swarm(random)
    const rate = 20 + random() ** 2 * 300
    this.#clients = new SimClients(time, random, rate, random() < 0.5 ? 1 : 0.1)
    const segmentBytes = [24, 32, 48][Math.floor(random() * 3)]! * 1024
    const farBehind = random() < 0.4 ? 100 + random() * 400 : 50_000
    const ids = Array.from({ length: options.members + 1 }, (_, i) => `m${i + 1}`)
    this.#members = ids.map((id) => this.#member(id, segmentBytes, farBehind))
    this.#members.at(-1)!.isSpare = true
  }

  async run(): Promise<ClusterFigures> {
    for (const member of this.#members) void member.start()
    await this.#healthy('at the beginning')
    const time = this.#time
    const stage = this.#stage()
    const untilMs = time.nowMs + this.#options.troubledMs
    while (time.nowMs < untilMs) await this.#swarm.next(stage)
    await this.#healthy('after healing')
    await this.#quiesce()
    await checkEnd(this.#active, this.#clients, this.#oracle, time)
    const { publishes, acked, delivered } = this.#clients.figures
    return {
      publishes,
      acked,
      delivered,
      leaderChanges: this.#arbiter.elections.length,
      faults: this.#swarm.counts,
      virtualMs: time.nowMs,
      events: time.events,
      trace: time.trace,
    }
  }

  describe(): string {
    const { state, leader, live } = this.#arbiter
    const members = this.#members.map(({ id, life, isSpare }) => {
      const of = life && { ...life.member.status(), watermark: life.member.watermark }
      return `${id}${isSpare ? ' spare' : ''} ${life?.member.role ?? 'dead'} folded ${life?.host.folded?.offset ?? '-'} ${JSON.stringify(of)}`
    })
    const { figures } = this.#clients
    const safe = this.#oracle.length
    const { nowMs } = this.#time
    return JSON.stringify({ nowMs, state, leader, live: [...live.keys()], members, figures, safe })
  }

  #member(id: string, segmentBytes: number, farBehind: number): SimMember {
    const random = this.#random
    return new SimMember({
      id,
      time: this.#time,
      network: this.#network,
      arbiter: this.#arbiter,
      random,
      minInSync: this.#options.minInSync,
      sessionTimeoutMs,
      segmentBytes,
      farBehind,
      diskMs: () => 0.05 + random() * 0.4,
      peer: (other) => this.#members.find((one) => one.id === other),
      onLeading: (member, broker) => {
        const { log } = broker
        const allow = log.allow.bind(log)
        log.allow = (below) => {
          this.#isSafe(member, below)
          allow(below)
        }
        this.#tried(() => this.#leads(member, broker.epoch))
        this.#clients.serve(member, broker)
      },
      onEffects: (member, broker, effects) =>
        this.#tried(() => this.#clients.effects(member, broker, effects)),
      onSafe: (member, watermark) => this.#isSafe(member, watermark),
      onCutting: (member, to) => this.#tried(() => this.#cuts(member, to)),
      onFailure: (member, error) => {
        this.#failure ??= new Error(`${member.id} failed: ${error.message}`, { cause: error })
      },
    })
  }

  #isSafe(member: SimMember, below: number): void {
    this.#tried(() => {
      const before = this.#oracle.length
      this.#oracle.feed(member.disk, below, member.id)
      if (this.#oracle.length === before || this.#isDiskLost) return
      const count = this.#oracle.holders(this.#members.map(({ disk }) => disk))
      const { minInSync } = this.#options
      assert.ok(count >= minInSync, `${member.id} calls safe what ${count} of ${minInSync} have`)
    })
  }

  /** One that took so long to begin that another was elected meanwhile finds that out by itself. */
  #leads(member: SimMember, epoch: number): void {
    if (epoch !== this.#arbiter.state?.epoch) return
    const lacks = this.#oracle.lacks(member.disk)
    assert.equal(lacks, undefined, `${member.id} leads epoch ${epoch} without record ${lacks}`)
  }

  /** One that is made anew lets go of everything, and has a new name before. */
  #cuts(member: SimMember, to: number): void {
    if (to > 0) this.#oracle.cutting(member.disk, to, member.id)
  }

  /** What is found wrong deep inside ends the run, and not the member. */
  #tried(check: () => void): void {
    try {
      check()
    } catch (error) {
      this.#failure ??= error as Error
    }
  }

  get #active(): SimMember[] {
    return this.#members.filter(({ isSpare }) => !isSpare)
  }

  #stage(): Stage {
    const more = {
      time: this.#time,
      network: this.#network,
      arbiter: this.#arbiter,
      members: this.#members,
      random: this.#random,
      quiet,
    }
    return {
      ...more,
      leader: () => this.#clients.leader,
      advance: (ms) => this.#advance(ms),
      healthy: () => this.#healthy('before a disk is lost'),
      lost: () => {
        this.#isDiskLost = true
      },
    }
  }

  async #advance(ms: number): Promise<void> {
    const untilMs = this.#time.nowMs + ms
    do {
      await this.#time.advance(Math.min(250, Math.max(0, untilMs - this.#time.nowMs)))
      if (this.#failure !== undefined) throw this.#failure
      for (const member of this.#members) this.#look(member)
    } while (this.#time.nowMs < untilMs)
  }

  /** Nobody has folded what was never safe, and what a copy was told is safe stays so. */
  #look({ id, life }: SimMember): void {
    if (life === undefined) return
    const { watermark } = life.member
    const folded = life.host.folded?.offset ?? 0
    const safe = this.#oracle.length
    assert.ok(folded <= safe, `${id} has folded record ${folded - 1}, all below ${safe} is safe`)
    assert.ok(watermark <= safe, `${id} was told ${watermark}, all below ${safe} is safe`)
    const { copy } = life.host.identity
    const seen = this.#watermarks.get(life) ?? new Map<string, number>()
    this.#watermarks.set(life, seen)
    const before = seen.get(copy) ?? 0
    assert.ok(
      watermark >= before,
      `the watermark of ${id} went back from ${before} to ${watermark}`,
    )
    seen.set(copy, watermark)
  }

  #heal(): void {
    this.#network.heal()
    this.#network.faults = quiet
    this.#arbiter.comeBack()
    for (const member of this.#members) {
      member.slow = 1
      member.capacityBytes = Infinity
      void member.start()
    }
  }

  /** Somebody leads, everybody is in sync, and what is published is acked. */
  async #healthy(when: string): Promise<void> {
    const fromMs = this.#time.nowMs
    this.#heal()
    const { members } = this.#options
    const { figures } = this.#clients
    for (;;) {
      await this.#advance(200)
      const { acked } = figures
      if (this.#arbiter.state?.inSync.length === members && this.#clients.leader !== undefined) {
        for (let i = 0; i < 10 && figures.acked === acked; i++) await this.#advance(200)
        if (figures.acked > acked && this.#arbiter.state.inSync.length === members) return
      }
      const isInTime = this.#time.nowMs - fromMs < wellWithinMs
      assert.ok(isInTime, `not well again ${when}: ${this.describe()}`)
    }
  }

  /** Nothing is on its way any more, and everybody has folded everything. */
  async #quiesce(): Promise<void> {
    this.#clients.isPublishing = false
    for (let round = 0; round < 1200; round++) {
      await this.#advance(500)
      const leading = this.#clients.leader?.leading
      if (leading === undefined) continue
      const { log, loop } = leading
      const isIdle = loop.heldEffects === 0 && log.durableOffset === log.endOffset
      const haveAll = this.#active.every(
        ({ life, leading: own }) =>
          own !== undefined || life?.host.folded?.offset === log.endOffset,
      )
      if (isIdle && haveAll && this.#clients.undelivered().length === 0) return
    }
    const missing = this.#clients.undelivered().slice(0, 10)
    assert.fail(`it does not come to rest: ${this.describe()}; not delivered: ${missing.join(' ')}`)
  }
}
