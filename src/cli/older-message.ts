// Messages whose first record went with old segments: what the oldest image in the log knows of them. It stands for every record
// that is gone, so that whoever reads the log from its first record on begins with this. Must never tell what the log tells.

import type { BrokerState } from '../broker/state.ts'
import type { LoadedBase } from '../log/base.ts'
import type { Log } from '../log/log.ts'
import { statusPrepared, statusRolledBack } from '../index/message-table.ts'
import type { MessageId, Offset, Row } from '../model/ids.ts'
import type { DeathReason, LogRecord, MessageForm } from '../model/record.ts'
import { SectionReader } from '../model/section.ts'
import { emptyState } from '../recover-state.ts'
import { beginningLeft, namedRecords } from './log-horizon.ts'

/** What the records before the first one left have come to. */
export interface Earlier {
  readonly names: readonly Extract<LogRecord, { kind: 'named' }>[]
  readonly paused: readonly { readonly group: number; readonly who: string }[]
  /** Under the id that was asked for, oldest first. */
  readonly older: readonly OlderMessage[]
}

export interface OlderMessage {
  /** Of its first record, which is gone. */
  readonly offset: Offset
  readonly topic: number
  readonly type: number
  readonly form: MessageForm
  /** Unix seconds. */
  readonly expiresAt: number
  readonly deliverLimit: number
  readonly outcome: 'published' | 'prepared' | 'committed' | 'rolled back'
  /** Offset of the image: what follows is as of there. */
  readonly asOf: Offset
  /** Offsets under which records name it: its own, and those of copies made by resets. */
  readonly offsets: readonly Offset[]
  readonly holders: readonly Holder[]
}

/** A group that had it in its queue or among its dead letters. */
export interface Holder {
  readonly group: number
  readonly standing: 'waiting' | 'out' | 'dead'
  /** By which offset it has it. */
  readonly offset: Offset
  readonly attempts: number
  readonly isParked: boolean
  readonly dead?: {
    readonly reason: DeathReason
    readonly feedback: string
    /** Broker time, ms. */
    readonly atMs: number
  }
}

const nothingEarlier: Earlier = { names: [], paused: [], older: [] }

/** Nothing where segments are missing and no image stands for them; that is told. */
export async function earlierThan(log: Log, dir: string, id: MessageId): Promise<Earlier> {
  const beginning = await beginningLeft(log, dir)
  const first = log.segments[0]
  if (beginning === undefined || first === undefined) return nothingEarlier
  return earlierIn(beginning.state, id, first.firstOffset)
}

/** The same from an image that was found in the log; undefined when its content is not what its digest says. */
export function earlierOf(
  image: LoadedBase,
  id: MessageId,
  firstOffset: number,
): Earlier | undefined {
  const state = emptyState()
  let digest: string
  try {
    digest = state.load(new SectionReader(image.sections.splice(0)))
  } catch {
    return undefined
  }
  const isWhole = digest === image.digest && state.nextOffset === image.resume.offset
  return isWhole ? earlierIn(state, id, firstOffset) : undefined
}

export function earlierIn(state: BrokerState, id: MessageId, firstOffset: number): Earlier {
  const rows: Row[] = []
  const { messages } = state
  messages.forEach((row) => {
    if (messages.offsetOf(row) < firstOffset && messages.idMatches(row, id)) rows.push(row)
  })
  rows.sort((a, b) => messages.offsetOf(a) - messages.offsetOf(b))
  const { paused: held } = state.queues
  const paused = held.list().map((group) => ({ group, who: held.find(group)?.who ?? '' }))
  return { names: namedRecords(state), paused, older: messagesOf(state, rows) }
}

/** A copy for one group goes on with the message before it, as it does in the log. */
function messagesOf(state: BrokerState, rows: readonly Row[]): OlderMessage[] {
  const found: OlderMessage[] = []
  for (const row of rows) {
    const one = messageOf(state, row)
    const original = found.at(-1)
    if (original === undefined || !state.messages.isRecalled(row)) {
      found.push(one)
      continue
    }
    const offsets = [...original.offsets, one.offset]
    const holders = [...original.holders, ...one.holders]
    found[found.length - 1] = { ...original, offsets, holders }
  }
  return found
}

function messageOf(state: BrokerState, row: Row): OlderMessage {
  const { messages, nextOffset } = state
  const offset = messages.offsetOf(row)
  return {
    offset,
    topic: messages.topicOf(row),
    type: messages.typeOf(row),
    form: messages.formOf(row),
    expiresAt: messages.expiresAtOf(row),
    deliverLimit: messages.deliverLimitOf(row),
    outcome: outcomeOf(state, row),
    asOf: nextOffset,
    offsets: [offset],
    holders: holdersOf(state, row),
  }
}

function outcomeOf({ messages }: BrokerState, row: Row): OlderMessage['outcome'] {
  const status = messages.statusOf(row)
  if (status === statusPrepared) return 'prepared'
  if (status === statusRolledBack) return 'rolled back'
  return messages.wasPreparedOf(row) ? 'committed' : 'published'
}

function holdersOf({ messages, topics, queues, dead }: BrokerState, row: Row): Holder[] {
  const offset = messages.offsetOf(row)
  const holders: Holder[] = []
  if (messages.isHeld(row) && messages.statusOf(row) !== statusPrepared) {
    const ordinal = topics.ordinalOf(row)
    for (const queue of queues.ofTopic(messages.topicOf(row))) {
      if (!queue.isUnsettled(ordinal)) continue
      const standing = queue.isOut(ordinal) ? 'out' : 'waiting'
      const attempts = queue.attemptsOf(ordinal)
      const isParked = queue.isParked(ordinal)
      holders.push({ group: queue.group, standing, offset, attempts, isParked })
    }
  }
  for (const group of dead.groupNumbers()) {
    const letter = dead.find(group, offset)
    if (letter === undefined) continue
    const { reason, feedback, attempts, atMs } = letter
    const died = { reason, feedback, atMs }
    holders.push({ group, standing: 'dead', offset, attempts, isParked: false, dead: died })
  }
  return holders
}
