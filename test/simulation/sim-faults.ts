// What goes wrong in a simulated replica set, and how often. Each seed leaves some of it out and has others far more often than a
// machine room would.

import type { SimArbiter } from './sim-arbiter.ts'
import { arbiterName } from './sim-arbiter.ts'
import type { SimMember } from './sim-member.ts'
import type { NetworkFaults, SimNetwork } from './sim-network.ts'
import type { SimTime } from './sim-time.ts'

/** What faults may touch. */
export interface Stage {
  readonly time: SimTime
  readonly network: SimNetwork
  readonly arbiter: SimArbiter
  /** All, with the one that is no member now. */
  readonly members: readonly SimMember[]
  readonly random: () => number
  readonly quiet: NetworkFaults
  /** Who leads, as far as is known. */
  leader(): SimMember | undefined
  advance(ms: number): Promise<void>
  /** Ends all faults, and waits until everybody is in sync. */
  healthy(): Promise<void>
  /** A disk is no more, or another one. */
  lost(member: SimMember): void
}

type Fault = (stage: Stage) => Promise<void>

const any = <T>(list: readonly T[], random: () => number): T =>
  list[Math.floor(random() * list.length)]!

const active = ({ members }: Stage): SimMember[] => members.filter(({ isSpare }) => !isSpare)
const pick = (stage: Stage): SimMember => any(active(stage), stage.random)
const leaderOf = (stage: Stage): SimMember => stage.leader() ?? pick(stage)

function restart({ time, random }: Stage, member: SimMember, withinMs: number): void {
  time.after(random() * withinMs, () => void member.start())
}

const faults: Record<string, Fault> = {
  async killOne(stage) {
    const member = pick(stage)
    member.crash('kill')
    restart(stage, member, 6000)
    await stage.advance(stage.random() * 2000)
  },

  async killLeader(stage) {
    const member = leaderOf(stage)
    member.crash(stage.random() < 0.5 ? 'kill' : 'power')
    restart(stage, member, 10_000)
    await stage.advance(stage.random() * 6000)
  },

  /** As a service manager does: at once. */
  async restartLeader(stage) {
    const member = leaderOf(stage)
    member.crash('kill')
    restart(stage, member, 50)
    await stage.advance(stage.random() * 1000)
  },

  async killTwo(stage) {
    for (const member of [leaderOf(stage), pick(stage)]) {
      member.crash(stage.random() < 0.5 ? 'kill' : 'power')
      restart(stage, member, 4000)
    }
    await stage.advance(stage.random() * 5000)
  },

  async powerCut(stage) {
    for (const member of active(stage)) {
      if (stage.random() < 0.2) continue
      member.crash('power')
      restart(stage, member, 3000)
    }
    await stage.advance(stage.random() * 6000)
  },

  async sessionEnds(stage) {
    stage.arbiter.expireLeader()
    await stage.advance(stage.random() * 500)
  },

  /** Told to make way, as an operator may want it. */
  async handOver(stage) {
    leaderOf(stage).life?.member.leader?.end('it is told to')
    await stage.advance(stage.random() * 500)
  },

  async part(stage) {
    const { random, network } = stage
    const all = [...active(stage).map(({ id }) => id), arbiterName]
    const some = all.filter(() => random() < 0.4)
    const others = all.filter((one) => !some.includes(one))
    network.part(some, others, random() < 0.4)
    await stage.advance(random() * 10_000)
    network.heal()
  },

  async partLeader(stage) {
    const { random, network } = stage
    const { id } = leaderOf(stage)
    const others = active(stage)
      .map((one) => one.id)
      .filter((one) => one !== id)
    const whom = random()
    const from = whom < 0.4 ? [arbiterName] : whom < 0.7 ? others : [arbiterName, ...others]
    network.part([id], from, random() < 0.3)
    await stage.advance(random() * 10_000)
    network.heal()
  },

  /** A line that comes and goes. */
  async flap(stage) {
    const { random, network } = stage
    const { id } = leaderOf(stage)
    const other = any([arbiterName, ...active(stage).map((one) => one.id)], random)
    for (let i = 0; i < 6; i++) {
      network.part([id], [other], random() < 0.5)
      await stage.advance(random() * 900)
      network.heal()
      await stage.advance(random() * 400)
    }
  },

  async stall(stage) {
    const { random } = stage
    const member = random() < 0.6 ? leaderOf(stage) : pick(stage)
    member.life?.machine.stall(500 + random() * 12_000)
    await stage.advance(random() * 8000)
  },

  /** In the middle of its work, and longer than it leads. */
  async stallAtWork(stage) {
    const member = leaderOf(stage)
    member.stallsFor = 7000 + stage.random() * 5000
    await stage.advance(8000 + stage.random() * 6000)
    member.stallsFor = 0
  },

  async badNetwork(stage) {
    const { random, network } = stage
    network.faults = {
      loss: random() * 0.3,
      duplicate: random() * 0.2,
      delayMinMs: 0.1,
      delayMaxMs: random() * 300,
      late: random() * 0.05,
      lateMaxMs: 10_000,
    }
    await stage.advance(random() * 8000)
    network.faults = stage.quiet
  },

  async arbiterAway(stage) {
    stage.arbiter.isAway = true
    await stage.advance(stage.random() * 8000)
    stage.arbiter.comeBack()
  },

  async slowDisks(stage) {
    const slow = 1 + stage.random() * 1000
    for (const member of stage.members) member.slow = slow
    await stage.advance(stage.random() * 4000)
    for (const member of stage.members) member.slow = 1
  },

  /** Behind for so long that it leaves the list. */
  async slowOne(stage) {
    const member = pick(stage)
    member.slow = 100 + stage.random() * 3000
    await stage.advance(1000 + stage.random() * 6000)
    member.slow = 1
  },

  async clockJumps(stage) {
    const ms = (stage.random() - 0.5) * 2 * 86_400_000
    leaderOf(stage).life?.machine.jump(ms)
    await stage.advance(stage.random() * 200)
  },

  async diskFull(stage) {
    const member = stage.random() < 0.6 ? leaderOf(stage) : pick(stage)
    member.fillDisk(stage.random() * 8192)
    await stage.advance(stage.random() * 6000)
    member.capacityBytes = Infinity
  },

  async retain(stage) {
    void stage.leader()?.retain()
    await stage.advance(stage.random() * 300)
  },

  async wipeOne(stage) {
    await stage.healthy() // what all copies lose is lost: one machine at a time
    const member = pick(stage)
    member.crash('kill')
    stage.lost(member)
    member.wipe()
    restart(stage, member, 2000)
    await stage.advance(stage.random() * 3000)
  },

  async oldDisk(stage) {
    const member = pick(stage)
    if (stage.random() < 0.5 || !member.isRemembered) {
      member.remember()
      return
    }
    await stage.healthy()
    await stage.advance(2000) // its bound is written once a second
    member.crash('kill')
    stage.lost(member)
    member.goBack()
    restart(stage, member, 2000)
    await stage.advance(stage.random() * 3000)
  },

  /** One machine leaves for good, and a new one comes. */
  async replaceOne(stage) {
    await stage.healthy()
    const gone = pick(stage)
    const fresh = stage.members.find(({ isSpare }) => isSpare)!
    gone.crash('kill')
    stage.lost(gone)
    gone.wipe()
    gone.isSpare = true
    fresh.isSpare = false
    stage.arbiter.forget(gone.id)
    void fresh.start()
    await stage.advance(stage.random() * 3000)
  },
}

/** These wait until all is well before: a seed has them rarely. */
const rare = ['wipeOne', 'oldDisk', 'replaceOne']

export class Swarm {
  readonly names: readonly string[] = Object.keys(faults)
  readonly #weights: readonly number[]
  readonly #gapMs: number
  readonly counts: Record<string, number> = {}

  constructor(random: () => number) {
    this.#weights = this.names.map((name) => {
      const weight = random() < 0.35 ? 0 : random() ** 3
      return rare.includes(name) ? weight / 6 : weight
    })
    this.#gapMs = 100 + random() ** 2 * 3000
  }

  async next(stage: Stage): Promise<void> {
    const { random } = stage
    await stage.advance(random() * this.#gapMs)
    const sum = this.#weights.reduce((one, other) => one + other, 0)
    let at = random() * sum
    const found = this.names.findIndex((_, i) => (at -= this.#weights[i]!) < 0)
    const name = this.names[Math.max(0, found)]!
    this.counts[name] = (this.counts[name] ?? 0) + 1
    stage.time.note(found, random() * 4096)
    await faults[name]!(stage)
  }
}
