// Resetting a group, at the owner's: what waits from before a place is skipped, what the log holds from there on is given
// again. Step by step, as whoever asks drives it; reading is done off the loop's turn, and one group has one reset at a time.

import { randomUUID } from 'node:crypto'
import type { BrokerLoop } from './broker/loop.ts'
import { KiteQError } from './model/errors.ts'
import type { GroupNumber, Offset, Ordinal, TopicNumber } from './model/ids.ts'
import { operatorSliceMax, operatorWalkMax, recalledWaitingMax } from './model/limits.ts'
import {
  operateCounted,
  optionalTextIn,
  textIn,
  usage,
  wholeIn,
  type Fields,
  type OwnerContext,
} from './owner-operate.ts'
import { idKey, RecallReading } from './recall-reading.ts'

interface Reset {
  readonly token: string
  readonly group: GroupNumber
  /** Undefined: every topic. */
  readonly topic: TopicNumber | undefined
  /** What stands before is skipped, what stands from here on is given again. */
  readonly to: Offset
  readonly isDryRun: boolean
  /** Topics whose queue may hold something to be skipped, and where in the first of them. */
  readonly topics: TopicNumber[]
  from: Ordinal
  readonly reading: RecallReading
  /** Broker time of the last step: a reset whose driver has gone holds nobody up for long. */
  lastMs: number
}

const abandonedMs = 15_000
const resetsOf = new WeakMap<BrokerLoop, Map<GroupNumber, Reset>>()

/** Undefined when it is no request of these. */
export function answerReset(
  op: unknown,
  fields: Fields,
  context: OwnerContext,
): Promise<unknown> | undefined {
  switch (op) {
    case 'reset-begin':
      return begin(fields, context)
    case 'reset-skip':
      return skip(fields, context)
    case 'reset-recall':
      return recall(fields, context)
    case 'reset-end':
      resets(context.loop).delete(resetIn(fields, context.loop).group)
      return Promise.resolve({})
    default:
      return undefined
  }
}

function resets(loop: BrokerLoop): Map<GroupNumber, Reset> {
  let known = resetsOf.get(loop)
  if (known === undefined) resetsOf.set(loop, (known = new Map<GroupNumber, Reset>()))
  return known
}

async function begin(fields: Fields, { loop, log }: OwnerContext): Promise<unknown> {
  const { state } = loop
  const groupName = textIn(fields, 'group')
  const topicName = optionalTextIn(fields, 'topic')
  const to = wholeIn(fields, 'to') as Offset
  const group = state.groupNames.numberOfText(groupName) as GroupNumber
  if (group === 0) throw notFound('group', groupName)
  const topic =
    topicName === undefined ? undefined : (state.topicNames.numberOfText(topicName) as TopicNumber)
  if (topic === 0) throw notFound('topic', topicName!)
  const other = resets(loop).get(group)
  if (other !== undefined && loop.nowMs() - other.lastMs < abandonedMs)
    throw new KiteQError('KITEQ_REFUSED', `group ${groupName} is being reset already`)
  const queues = state.queues.ofGroup(group)
  const topics = queues.map((queue) => queue.topic)
  const reset: Reset = {
    token: randomUUID(),
    group,
    topic,
    to,
    isDryRun: fields['dryRun'] === true,
    topics: topics.filter((one) => topic === undefined || one === topic).sort((a, b) => a - b),
    from: 0 as Ordinal,
    reading: new RecallReading(log, to, topic),
    lastMs: loop.nowMs(),
  }
  resets(loop).set(group, reset)
  try {
    await noteCopies(loop, reset)
    let act = 0
    if (!reset.isDryRun) {
      const detail = `${groupName}${topicName === undefined ? '' : `, topic ${topicName}`}, to offset ${to}`
      act = (await operateCounted(loop, fields, { name: 'reset', group, detail }))['act'] ?? 0
    }
    reset.reading.end = log.durableOffset
    return { token: reset.token, act, end: reset.reading.end }
  } catch (error) {
    resets(loop).delete(group)
    throw error
  }
}

/** Copies of an earlier reset that wait still: their originals are not given once more. */
async function noteCopies(loop: BrokerLoop, reset: Reset): Promise<void> {
  const { messages, topics, queues } = loop.state
  const { copies } = reset.reading
  for (const topic of reset.topics) {
    let from = 0 as Ordinal
    for (;;) {
      const ordinals = queues.find(reset.group, topic)?.unsettledFrom(from, operatorWalkMax) ?? []
      for (const ordinal of ordinals) {
        const row = topics.rowAt(topic, ordinal)
        if (row !== -1 && messages.isRecalled(row)) copies.add(idKey(messages.idOf(row)))
      }
      if (copies.size > recalledWaitingMax)
        throw new KiteQError(
          'KITEQ_REFUSED',
          `more than ${recalledWaitingMax} messages of an earlier reset still wait for this group; let it take them first`,
        )
      if (ordinals.length < operatorWalkMax) break
      from = (ordinals.at(-1)! + 1) as Ordinal
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

/** One step over what waits: `{ done, isOver }`. */
async function skip(fields: Fields, { loop }: OwnerContext): Promise<unknown> {
  const reset = resetIn(fields, loop)
  const topic = reset.topics[0]
  if (topic === undefined) return { done: 0, isOver: true }
  const { group, from, to: before, isDryRun } = reset
  const action = { name: 'skip', group, topic, from, before, isDryRun } as const
  const { done, next = -1 } = await operateCounted(loop, fields, action)
  if (next < 0) reset.topics.shift()
  reset.from = Math.max(0, next) as Ordinal
  return { done, isOver: reset.topics.length === 0 }
}

/** One step through the log, at most `limit` messages: the counts, how far it came and whether that is all. */
async function recall(fields: Fields, { loop }: OwnerContext): Promise<unknown> {
  const reset = resetIn(fields, loop)
  const limit = Math.min(wholeIn(fields, 'limit'), operatorSliceMax)
  if (limit === 0) throw usage('"limit": expected 1 or more')
  const { messages, copies, lost, dropped } = await reset.reading.next(limit)
  const { group, isDryRun } = reset
  const action = { name: 'recall', group, messages, isDryRun } as const
  const counts: Readonly<Record<string, number>> =
    messages.length === 0 ? {} : await operateCounted(loop, fields, action)
  reset.lastMs = loop.nowMs()
  const { at, isOver } = reset.reading
  return { ...counts, waiting: (counts['waiting'] ?? 0) + copies, lost, dropped, at, isOver }
}

function resetIn(fields: Fields, loop: BrokerLoop): Reset {
  const token = textIn(fields, 'token')
  for (const reset of resets(loop).values())
    if (reset.token === token) {
      reset.lastMs = loop.nowMs()
      return reset
    }
  throw new KiteQError(
    'KITEQ_NOT_FOUND',
    'this reset is no longer known: the broker was started again, or it stood still too long',
  )
}

function notFound(what: string, name: string): KiteQError {
  return new KiteQError('KITEQ_NOT_FOUND', `no ${what} ${JSON.stringify(name)}`)
}
