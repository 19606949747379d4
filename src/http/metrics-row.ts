// What a metric is made of: name, type, help, at most one label, and where its number stands. Labels are of bounded sets only:
// what the program names itself, or the chosen topics and groups.

import type {
  BrokerFigures,
  Counted,
  GroupFigures,
  ProcessFigures,
  TopicFigures,
} from './metrics-figures.ts'

export interface AllFigures extends BrokerFigures {
  readonly process: ProcessFigures
  /** What taking the figures of this scrape took, s. */
  readonly scrapeSeconds: number
}

export interface Sample {
  readonly label: string
  readonly value: number
}

export interface MetricRow {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
  /** Its one label, if it has one. */
  readonly label?: string
  /** undefined: this broker has no such thing, and there is no series. */
  readonly read: (figures: AllFigures) => number | readonly Sample[] | undefined
}

type Read = (figures: AllFigures) => number | boolean | undefined

export const counter = (name: string, help: string, read: Read): MetricRow =>
  row('counter', name, help, read)
export const gauge = (name: string, help: string, read: Read): MetricRow =>
  row('gauge', name, help, read)

function row(type: MetricRow['type'], name: string, help: string, read: Read): MetricRow {
  return { name, type, help, read: (figures) => numberOf(read(figures)) }
}

function numberOf(value: number | boolean | undefined): number | undefined {
  return typeof value === 'boolean' ? Number(value) : value
}

export function counterBy(
  label: string,
  name: string,
  help: string,
  read: (figures: AllFigures) => Counted,
): MetricRow {
  return { name, type: 'counter', help, label, read: (figures) => samplesOf(read(figures)) }
}

export function gaugeBy(
  label: string,
  name: string,
  help: string,
  read: (figures: AllFigures) => Counted,
): MetricRow {
  return { name, type: 'gauge', help, label, read: (figures) => samplesOf(read(figures)) }
}

function samplesOf(counted: Counted): Sample[] {
  return Object.entries(counted).map(([label, value]) => ({ label, value }))
}

export function ofTopics(
  type: MetricRow['type'],
  name: string,
  help: string,
  read: (topic: TopicFigures) => number,
): MetricRow {
  const samples = ({ topics }: AllFigures): Sample[] =>
    topics.map((one) => ({ label: one.topic, value: read(one) }))
  return { name, type, help, label: 'topic', read: samples }
}

export function ofGroups(
  type: MetricRow['type'],
  name: string,
  help: string,
  read: (group: GroupFigures) => number,
): MetricRow {
  const samples = ({ groups }: AllFigures): Sample[] =>
    groups.map((one) => ({ label: one.group, value: read(one) }))
  return { name, type, help, label: 'group', read: samples }
}
