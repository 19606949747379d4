// A state in words and numbers that can be printed, compared and kept: what waits where, what is undecided, who wants what,
// what died. Plain data; nothing of it refers to the state it was taken from.

import { listBindings, listTransactions, type OpenTransaction } from '../broker/listings.ts'
import type { BrokerState } from '../broker/state.ts'
import type { Row } from '../model/ids.ts'
import { idText } from '../model/id-text.ts'
import type { LogFolder } from './folder.ts'
import type { Rebuilt } from './rebuild.ts'
import { timeText } from './record-text.ts'
import { storedTimeMs } from './stored-time.ts'

export interface OldestMessage {
  readonly id: string
  readonly offset: number
  /** When it was stored; null when its record cannot be read. */
  readonly time: string | number | null
}

export interface PendingSummary {
  readonly topic: string
  readonly group: string
  /** Neither out nor parked. */
  readonly waiting: number
  readonly out: number
  readonly parked: number
  readonly oldest: OldestMessage | null
}

export interface BindingSummary {
  readonly source: string
  readonly topic: string
  readonly group: string
  readonly bindType: string
  readonly messageType: string
  readonly watermark: number
  readonly persistent: boolean
}

export interface DeadLetterSummary {
  readonly topic: string
  readonly group: string
  readonly id: string
  readonly offset: number
  readonly reason: string
  readonly feedback: string
  readonly attempts: number
  readonly time: string | number
}

export interface StateSummary {
  /** The state is that before the record of this offset. */
  readonly offset: number
  /** Of the last record in it; null before the first. */
  readonly time: string | number | null
  readonly epoch: number
  readonly digest: string
  /** Offset of the checkpoint or else of the image in the log; neither: the first record. */
  readonly from: {
    readonly checkpoint: number | null
    readonly image: number | null
    readonly records: number
  }
  /** Stretches of damage that were stepped over on the way. */
  readonly holes: number
  /** Messages that some group holds, and prepared ones. */
  readonly live: number
  readonly pending: readonly PendingSummary[]
  readonly transactions: readonly OpenTransaction[]
  readonly bindings: readonly BindingSummary[]
  readonly deadLetters: readonly DeadLetterSummary[]
  /** Groups an operator holds back. */
  readonly paused: readonly PausedSummary[]
}

export interface PausedSummary {
  readonly group: string
  readonly by: string
  readonly since: string | number
}

export async function summaryOf(folder: LogFolder, rebuilt: Rebuilt): Promise<StateSummary> {
  const { state, offset, checkpoint, image, records, holes } = rebuilt
  return {
    offset,
    time: state.nextOffset === 0 ? null : timeText(state.lastTimeMs),
    epoch: state.epoch,
    digest: state.digest(),
    from: { checkpoint: checkpoint ?? null, image: image ?? null, records },
    holes: holes.length,
    live: state.liveCount,
    pending: await pendingOf(folder, state),
    transactions: listTransactions(state),
    bindings: listBindings(state).map(
      ({ source, topic, group, bindType, messageType, watermark, persistent }) => {
        return { source, topic, group, bindType, messageType, watermark, persistent }
      },
    ),
    deadLetters: deadLettersOf(state),
    paused: pausedOf(state),
  }
}

async function pendingOf(folder: LogFolder, state: BrokerState): Promise<PendingSummary[]> {
  const list: PendingSummary[] = []
  for (const queue of state.queues.all()) {
    const { topic, group, unsettled, out, parked } = queue
    if (unsettled === 0) continue
    const row = state.topics.rowAt(topic, queue.floor)
    list.push({
      topic: state.topicNames.textOf(topic),
      group: state.groupNames.textOf(group),
      waiting: unsettled - out - parked,
      out,
      parked,
      oldest: row === -1 ? null : await oldestOf(folder, state, row),
    })
  }
  return list
}

/** Its time stands in its record only. */
async function oldestOf(folder: LogFolder, state: BrokerState, row: Row): Promise<OldestMessage> {
  const { messages } = state
  const offset = messages.offsetOf(row)
  const place = { offset, segment: messages.segmentOf(row), position: messages.positionOf(row) }
  const timeMs = await storedTimeMs(folder.dir, folder.disk, place)
  const time = timeMs === undefined ? null : timeText(timeMs)
  return { id: idText(messages.idOf(row)), offset, time }
}

function deadLettersOf(state: BrokerState): DeadLetterSummary[] {
  return state.dead
    .list()
    .map(({ group, message, row, topic, reason, feedback, attempts, atMs }) => ({
      topic: state.topicNames.textOf(topic),
      group: state.groupNames.textOf(group),
      id: idText(state.messages.idOf(row)),
      offset: message,
      reason,
      feedback,
      attempts,
      time: timeText(atMs),
    }))
}

function pausedOf({ groupNames, queues: { paused } }: BrokerState): PausedSummary[] {
  return paused.list().map((group) => {
    const { who, sinceMs } = paused.find(group)!
    return { group: groupNames.textOf(group), by: who, since: timeText(sinceMs) }
  })
}
