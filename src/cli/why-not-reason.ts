// The words of `why-not`: what is known when a reason is looked for, and what a reason is. Decides nothing.

import type { Standing } from '../broker/standing.ts'
import type { Bound, GroupHistory, Told } from './group-history.ts'
import type { Life } from './message-life.ts'
import type { Route } from './nearest-binding.ts'
import { timeText } from './record-text.ts'

export interface Known {
  readonly id: string
  readonly group: string
  /** The one that concerns the group; undefined: not in the log. */
  readonly life: Life | undefined
  readonly route: Route | undefined
  readonly history: GroupHistory
  /** Of now, when the group may still get it. */
  readonly standing: Standing | undefined
  readonly inUse: boolean
  readonly nowMs: number
  readonly horizon: Horizon
  /** Where records are lost, in words. */
  readonly lost: string | undefined
}

export interface Horizon {
  readonly firstOffset: number
  /** Records below were read. */
  readonly end: number
  readonly firstTime: string | number | null
  readonly lastTime: string | number | null
}

export type Verdict =
  | 'not-in-log'
  | 'no-binding'
  | 'before-log'
  | 'prepared'
  | 'rolled-back'
  | 'parked'
  | 'paused'
  | 'no-broker'
  | 'offline'
  | 'in-flight'
  | 'back-off'
  | 'unwanted'
  | 'watermark'
  | 'window'
  | 'behind'
  | 'next-turn'
  | 'skipped'
  | 'expired'
  | 'dead'
  | 'purged'
  | 'acked'
  | 'changed'

export interface Reason {
  readonly code: Verdict
  readonly text: string
  /** The record it rests on. */
  readonly offset?: number
  readonly time?: string | number
}

/** Where a reason stands in the log. */
export function rest(told: Told | undefined): Pick<Reason, 'offset' | 'time'> {
  return told === undefined || told.offset < 0
    ? {}
    : { offset: told.offset, time: timeText(told.timeMs) }
}

export function boundText(history: GroupHistory, { binding, source }: Bound): string {
  const { topic, bindType, messageType, watermark, persistent } = binding
  const words = [`${history.names.topics.textOf(topic)} ${bindType}`]
  if (bindType !== 'fanout') words.push(messageType)
  if (!persistent) words.push('transient')
  if (watermark > 0) words.push(`${watermark}/s`)
  words.push(`from ${source}`)
  return words.join(' ')
}
