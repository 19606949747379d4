import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KiteQError } from '../model/errors.ts'
import type { Epoch, Offset, Position, SegmentNumber } from '../model/ids.ts'
import { silent } from '../model/logger.ts'
import { emptyPlace, type LogPlace, type RawRecords } from '../log/raw-records.ts'
import { SimMachine, SimTime } from '../../test/simulation/sim-time.ts'
import { Follower } from './follower.ts'
import type { FollowerCopy, PullRequest, ReplicaReply } from './ports.ts'

const place = (offset: number): LogPlace => ({
  offset: offset as Offset,
  segment: 1 as SegmentNumber,
  position: (4096 + offset) as Position,
})
const records = (from: number, to: number): RawRecords => {
  return { place: place(from), header: undefined, bytes: new Uint8Array(0), end: place(to) }
}

class FakeCopy implements FollowerCopy {
  readonly logId = 'f'.repeat(32)
  lastEpoch = 2 as Epoch
  end: LogPlace = place(50)
  isUnsure = false
  isFull = false
  readonly done: string[] = []
  epochStarts(): ReturnType<FollowerCopy['epochStarts']> {
    return [
      { epoch: 1 as Epoch, firstOffset: 0 as Offset },
      { epoch: 2 as Epoch, firstOffset: 40 as Offset },
    ]
  }
  append({ end }: RawRecords): Promise<void> {
    if (this.isFull) return Promise.reject(new KiteQError('KITEQ_DISK_FULL', 'no space'))
    this.done.push(`append to ${end.offset}`)
    this.end = end
    return Promise.resolve()
  }
  cut(to: Offset): Promise<void> {
    this.done.push(`cut ${to}`)
    this.end = place(to)
    this.lastEpoch = 1 as Epoch
    return Promise.resolve()
  }
  clear(): Promise<void> {
    this.done.push('clear')
    this.end = emptyPlace
    return Promise.resolve()
  }
  fill(): Promise<void> {
    this.done.push('fill')
    this.isUnsure = true
    return Promise.resolve()
  }
  filled(): Promise<void> {
    this.done.push('filled')
    this.isUnsure = false
    return Promise.resolve()
  }
}

interface Stage {
  readonly copy: FakeCopy
  readonly asked: PullRequest[]
  readonly told: string[]
  readonly follower: Follower
  /** Answers one question after another with these, and lets time pass until all are used up. */
  readonly hear: (...replies: (ReplicaReply | undefined)[]) => Promise<void>
}

/** Follows epoch 3; a copy of 50 records, of which all below `watermark` were safe. */
function stage(watermark = 30): Stage {
  const time = new SimTime()
  const machine = new SimMachine(time, 1, 0)
  const copy = new FakeCopy()
  const asked: PullRequest[] = []
  const told: string[] = []
  const waiting: (ReplicaReply | undefined)[] = []
  let answerNext = (): void => undefined
  const follower = new Follower({
    id: 'b',
    leader: { id: 'a', epoch: 3 as Epoch, address: 'a' },
    log: copy,
    transport: {
      ask: (_, request) =>
        new Promise((resolve, reject) => {
          asked.push(request as PullRequest)
          answerNext = () => {
            const reply = waiting.shift()
            if (reply === undefined) reject(new Error('lost'))
            else resolve(reply)
          }
          if (waiting.length > 0) answerNext()
        }),
    },
    clock: machine,
    scheduler: machine,
    logger: silent,
    watermark: watermark as Offset,
    farBehind: 1000,
    copy: () => 'copy of b',
    isInSync: () => false,
    renewCopy: () => Promise.resolve(told.push('renewed').toString()),
    cutting: (to) => Promise.resolve(void told.push(`cutting ${to}`)),
    onWatermark: (offset) => told.push(`safe ${offset}`),
    onStale: () => told.push('stale'),
  })
  follower.ended.catch((error: unknown) => told.push((error as KiteQError).code))
  const hear: Stage['hear'] = async (...replies) => {
    waiting.push(...replies)
    answerNext()
    await time.advance(replies.length * 200 + 200)
    assert.equal(waiting.length, 0, 'every answer was taken')
  }
  return { copy, asked, told, follower, hear }
}

const epoch = 3 as Epoch
const answer = (
  watermark: number,
  found?: RawRecords,
  end = found?.end.offset ?? 50,
): ReplicaReply => {
  const behind = { watermark: watermark as Offset, end: end as Offset }
  return { kind: 'records', epoch, records: found, ...behind }
}
const diverged = (of: number, end: number): ReplicaReply => {
  return { kind: 'diverged', epoch, common: { epoch: of as Epoch, end: end as Offset } }
}

test('what comes is appended, and no more is called safe than is here', async () => {
  const { copy, asked, told, hear } = stage()
  await hear(answer(40), answer(90, records(50, 60)), answer(70, records(60, 80)))
  assert.deepEqual(copy.done, ['append to 60', 'append to 80'])
  assert.deepEqual(told, ['safe 40', 'safe 60', 'safe 70'])
  assert.deepEqual(
    asked.map(({ synced }) => synced),
    [50, 50, 60, 80],
  )
})

test('an answer of another epoch changes nothing', async () => {
  for (const kind of ['records', 'diverged', 'dropped', 'not-leader'] as const) {
    const { copy, told, hear } = stage()
    const other = { epoch: 4 as Epoch, common: { epoch: 1 as Epoch, end: 40 as Offset } }
    await hear({ ...answer(50, records(50, 60)), ...other, first: place(9), kind } as never)
    assert.deepEqual([copy.done, told], [[], ['stale']], kind)
  }
})

test('records that the leader never had are let go of, and what was folded of them before', async () => {
  const { copy, told, hear } = stage()
  await hear(diverged(1, 45), answer(40))
  assert.deepEqual(copy.done, ['cut 40'], 'its own epoch 2 begins there')
  assert.deepEqual(told, ['cutting 40', 'safe 40'])
})

test('a record that was safe is never let go of', async () => {
  const { copy, told, hear } = stage(41)
  await hear(diverged(1, 45))
  assert.deepEqual([copy.done, told], [[], ['KITEQ_LOG_CORRUPT']])
})

test('a copy that is too old is another one before it lets go of anything', async () => {
  const { copy, asked, told, hear } = stage()
  await hear({ kind: 'dropped', epoch, first: place(500) }, answer(0))
  assert.deepEqual([told, copy.done], [['renewed', 'cutting 0'], ['clear']])
  assert.deepEqual(asked.at(-1)?.place, place(500))
})

test('far behind it takes many batches at a time, and says of none that it is safe', async () => {
  const { copy, asked, hear } = stage()
  const [one, two] = [records(50, 3000), records(3000, 3990)]
  await hear(answer(50, one, 4000), answer(50, two, 4000), answer(50, undefined, 4000))
  assert.deepEqual(copy.done, ['fill', 'append to 3000', 'append to 3990', 'filled'])
  assert.deepEqual(
    asked.map(({ synced }) => synced),
    [50, 0, 0, 3990],
  )
})

test('a full disk is waited for', async () => {
  const { copy, told, hear } = stage()
  copy.isFull = true
  await hear(answer(30, records(50, 60)))
  copy.isFull = false
  await hear(answer(60, records(50, 60)))
  assert.deepEqual([copy.done, told], [['append to 60'], ['safe 60']])
})
