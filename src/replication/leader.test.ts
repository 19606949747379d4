import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import type { ClusterState, Coordinator, WriteResult } from '../model/coordinator.ts'
import type { Epoch, Offset, Position, SegmentNumber } from '../model/ids.ts'
import { silent } from '../model/logger.ts'
import type { LogPlace } from '../log/raw-records.ts'
import { SimMachine, SimTime } from '../../test/simulation/sim-time.ts'
import { Leader } from './leader.ts'
import type { LeadingLog, PullRequest, ReplicaReply } from './ports.ts'

const place = (offset: number): LogPlace => ({
  offset: offset as Offset,
  segment: 2 as SegmentNumber,
  position: (4096 + offset) as Position,
})

/** Epoch 1 from the first record that is there, epoch 3 from 100 on; as many are safe here as `synced` says. */
class FakeLog implements LeadingLog {
  synced = 100 as Offset
  first = place(0)
  released = 0
  epochStarts(): ReturnType<LeadingLog['epochStarts']> {
    return [
      { epoch: 1 as Epoch, firstOffset: this.first.offset },
      { epoch: 3 as Epoch, firstOffset: 100 as Offset },
    ]
  }
  readRaw(): Promise<undefined> {
    return Promise.resolve(undefined)
  }
  release(watermark: Offset): void {
    this.released = watermark
  }
}

const state: ClusterState = {
  format: 1,
  logId: 'f'.repeat(32),
  epoch: 3 as Epoch,
  leader: 'a',
  minInSync: 2,
  inSync: ['a', 'b', 'c'].map((id) => ({ id, copy: id, bound: (id === 'b' ? 120 : 90) as Offset })),
  members: ['a', 'b', 'c', 'd'],
}

interface Stage {
  readonly time: SimTime
  readonly log: FakeLog
  readonly leader: Leader
  readonly writes: { readonly state: ClusterState; answer: (result: WriteResult) => void }[]
  readonly ends: string[]
  readonly arbiter: { answeredAtMs: number; isStill: boolean }
  readonly pull: (member: string, end: number, more?: Partial<PullRequest>) => Promise<ReplicaReply>
  readonly append: (end: number) => void
}

/** `a` leads epoch 3 of a, b and c; writes to the arbiter wait in `writes`. */
function stage(): Stage {
  const time = new SimTime()
  const clock = new SimMachine(time, 1, 0)
  const log = new FakeLog()
  const writes: { readonly state: ClusterState; answer: (result: WriteResult) => void }[] = []
  const ends: string[] = []
  const arbiter = { answeredAtMs: 0, isStill: false }
  const coordinator = {
    sessionTimeoutMs: 4000,
    get answeredAtMs() {
      return arbiter.isStill ? arbiter.answeredAtMs : clock.monotonicMs()
    },
    write: (wanted: ClusterState) =>
      new Promise<WriteResult>((answer) => writes.push({ state: wanted, answer })),
    look: () => Promise.reject(new Error('away')),
  }
  const leader = new Leader({
    id: 'a',
    copy: 'a',
    epoch: state.epoch,
    log,
    coordinator: coordinator as unknown as Coordinator,
    state,
    version: 7,
    live: ['a', 'b', 'c', 'd'].map((id) => ({ id, copy: id, address: id })),
    watermark: 90 as Offset,
    clock,
    scheduler: clock,
    logger: silent,
    lagMs: 2000,
    onEnd: (why) => ends.push(why),
  })
  const pull = (member: string, end: number, more: Partial<PullRequest> = {}) =>
    leader.pull({
      kind: 'pull',
      member,
      copy: member,
      epoch: 3 as Epoch,
      lastEpoch: (end > 100 ? 3 : 1) as Epoch,
      place: place(end),
      synced: end as Offset,
      watermark: 0 as Offset,
      waitMs: 300,
      bytesMax: 1000,
      ...more,
    })
  const append = (end: number): void => {
    log.synced = end as Offset
    leader.synced()
  }
  return { time, log, leader, writes, ends, arbiter, pull, append }
}

test('what all copies of the list have is safe, and effects of it leave', async () => {
  const { leader, log, pull, append } = stage()
  append(110)
  await pull('b', 110)
  assert.deepEqual([leader.watermark, log.released], [90, 0])
  const reply = await pull('c', 105)
  assert.deepEqual([leader.watermark, log.released], [105, 105])
  assert.equal(reply.kind === 'records' && reply.watermark, 105)
})

test('nothing of another epoch is answered, and a later one ends it', async () => {
  const { leader, ends, pull, append } = stage()
  append(110)
  await pull('b', 110)
  const old = await pull('c', 110, { epoch: 2 as Epoch })
  assert.deepEqual([old.kind, leader.watermark], ['not-leader', 90])
  assert.deepEqual(ends, [])
  assert.equal((await pull('c', 110, { epoch: 4 as Epoch })).kind, 'not-leader')
  assert.equal(ends.length, 1)
  assert.equal((await pull('c', 110)).kind, 'not-leader', 'it leads no longer')
})

test('no effect leaves once the arbiter has not answered for two thirds of a session', async () => {
  const { time, leader, log, arbiter, pull, append } = stage()
  await time.advance(1000)
  append(110)
  await pull('b', 110)
  arbiter.isStill = true
  arbiter.answeredAtMs = 1000 - 2700
  assert.equal(leader.isSure, false)
  await pull('c', 110)
  assert.deepEqual([leader.watermark, log.released], [110, 0])
  arbiter.isStill = false
  await time.advance(100)
  assert.equal(log.released, 110, 'as soon as he answers again')
})

test('a copy that is to leave counts until the arbiter has said so', async () => {
  const { time, leader, writes, pull, append } = stage()
  append(110)
  const isShrunk = (): boolean => writes.at(-1)?.state.inSync.length === 2
  for (let i = 0; i < 20 && !isShrunk(); i++) {
    writes.at(-1)?.answer({ kind: 'done', version: 7 + writes.length }) // bounds
    await pull('b', 110)
    await time.advance(200)
  }
  assert.ok(isShrunk(), 'c has not pulled for too long')
  const shrunk = writes.at(-1)!
  assert.deepEqual([leader.watermark, leader.inSync.length], [90, 3])
  shrunk.answer({ kind: 'unknown', why: 'no answer' })
  await time.advance(1000)
  assert.equal(leader.watermark, 90, 'nobody knows whether it is in force')
  writes.at(-1)!.answer({ kind: 'done', version: 20 })
  await turn()
  assert.deepEqual([leader.watermark, leader.inSync.length], [110, 2])
})

test('a copy that comes counts from before it can be elected', async () => {
  const { leader, writes, pull, append } = stage()
  append(110)
  await pull('b', 110)
  await pull('d', 105)
  assert.ok(writes.at(-1)?.state.inSync.some(({ id }) => id === 'd') === true, 'it is to come')
  await pull('c', 110)
  assert.equal(leader.watermark, 105, 'it may be in the list already')
})

test('a question of a folder that is no more puts nobody into the list', async () => {
  const { writes, pull, append } = stage()
  append(110)
  await pull('d', 110, { copy: 'an old one of d' })
  await pull('b', 110)
  await turn()
  assert.ok(
    writes.every(({ state: { inSync } }) => inSync.every(({ id }) => id !== 'd')),
    'only what its own node at the arbiter names',
  )
})

test('the bound of a copy is lowered before it lets go of what was never safe', async () => {
  const { time, writes, pull } = stage()
  const asked = (): Promise<ReplicaReply> => pull('b', 130, { lastEpoch: 2 as Epoch })
  const first = asked()
  await turn()
  const [write] = writes
  assert.ok(write !== undefined, 'the arbiter is told first')
  const bound = write.state.inSync.find(({ id }) => id === 'b')!.bound
  assert.ok(bound <= 90, `${bound} is not above what is safe`)
  await time.advance(400)
  assert.equal((await first).kind, 'not-leader', 'not while the bound stands')
  write.answer({ kind: 'done', version: 8 })
  await turn()
  const reply = await asked()
  assert.deepEqual(reply.kind === 'diverged' && reply.common, { epoch: 1, end: 100 })
})

test('a copy from before what is there begins anew, and can', async () => {
  const { log, pull } = stage()
  log.first = place(50)
  const reply = await pull('d', 40)
  assert.deepEqual(reply.kind === 'dropped' && reply.first, place(50))
  const again = await pull('d', 50, { lastEpoch: 0 as Epoch, synced: 0 as Offset })
  assert.equal(again.kind, 'records')
})

test('one that reaches too few members makes way', async () => {
  const { time, ends, pull } = stage()
  await pull('b', 100)
  await time.advance(7800)
  assert.deepEqual(ends, [])
  await time.advance(400)
  assert.match(ends.join(), /1 of 2 members that it needs/)
})

test('it ends when the arbiter shows another leader, epoch or nothing', () => {
  const node = { id: 'a', epoch: 3 as Epoch, address: 'a' }
  const view = { state, version: 7, leader: node, live: [] }
  for (const [changed, why] of [
    [{ state: { ...state, epoch: 4 as Epoch } }, /epoch 4 has begun/],
    [{ leader: undefined }, /its node at the arbiter is gone/],
    [{ leader: { ...node, id: 'b' } }, /its node at the arbiter is gone/],
    [{ state: undefined }, /the set is gone/],
  ] as const) {
    const { leader, ends } = stage()
    leader.seen(view)
    assert.deepEqual(ends, [])
    leader.seen({ ...view, ...changed })
    assert.match(ends.join(), why)
    assert.equal(leader.isSure, false)
  }
})
