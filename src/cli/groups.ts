// `kiteq groups`: what every group owes and who is there for it, of a folder in use or not; pause and resume of a running
// broker. Resetting is in groups-reset.ts.

import type { Command } from 'commander'
import {
  listGroups,
  showGroup,
  type GroupDetail,
  type GroupPage,
  type ListedGroup,
} from '../broker/group-list.ts'
import { nodeDisk } from '../log/disk-node.ts'
import { KiteQError } from '../model/errors.ts'
import { withFolder, type FolderOption } from './arguments.ts'
import { counted } from './counted.ts'
import { ask, askBroker, readState } from './folder.ts'
import { registerReset } from './groups-reset.ts'
import { duration } from './progress-bar.ts'
import { timeText } from './record-text.ts'
import { storedTimeMs } from './stored-time.ts'
import { print, printable, printJson } from './terminal.ts'

interface GroupsOptions extends FolderOption {
  readonly json?: true
}

/** As JSON has it. */
interface TimedGroup extends Omit<ListedGroup, 'number' | 'oldest' | 'paused' | 'topicCount'> {
  readonly paused: { readonly by: string; readonly since: string | number } | null
  readonly oldest: {
    readonly id: string
    readonly offset: number
    readonly time: string | number | null
    readonly ageMs: number | null
  } | null
}

export function register(program: Command): void {
  const groups = program.command('groups').description('consumer groups: look, hold back, reset')
  const list = groups
    .command('list')
    .description('groups with bindings, or with anything left for them')
    .option('--json', 'as one JSON array')
  withFolder(list).action(listThem)
  const show = groups
    .command('show')
    .description('one, with its topics, bindings and connections')
    .argument('<group>', 'name of the group')
    .option('--json', 'as one JSON object')
  withFolder(show).action(showOne)
  for (const name of ['pause', 'resume'] as const) {
    const command = groups
      .command(name)
      .description(
        name === 'pause'
          ? 'give it nothing from now on, across restarts; what is out may be acked'
          : 'let it go on',
      )
      .argument('<group>', 'name of the group')
      .option('--json', 'the answer as JSON')
    withFolder(command).action((group: string, options: GroupsOptions) =>
      hold(name, group, options),
    )
  }
  registerReset(groups)
}

async function listThem({ dataDir, json }: GroupsOptions): Promise<void> {
  const all: TimedGroup[] = []
  for await (const group of eachGroup(dataDir)) {
    const one = await timed(dataDir, group)
    if (json) all.push(one)
    else print(lineOf(one, group.topicCount))
  }
  if (json) printJson(all)
}

async function* eachGroup(dir: string): AsyncGenerator<ListedGroup> {
  let after = 0
  for (;;) {
    const answer = await ask(dir, { op: 'groups', after })
    if (answer === undefined) {
      yield* listGroups(await readState(dir), undefined, 0, Infinity).groups
      return
    }
    const { groups, next } = answer as GroupPage
    yield* groups
    if (next === undefined) return
    after = next
  }
}

async function showOne(name: string, { dataDir, json }: GroupsOptions): Promise<void> {
  const answer = (await ask(dataDir, { op: 'group', group: name })) as GroupDetail | undefined
  const detail = answer ?? showGroup(await readState(dataDir), undefined, name)
  if (detail === undefined)
    throw new KiteQError('KITEQ_NOT_FOUND', `no group ${JSON.stringify(name)} in ${dataDir}`)
  const { queues, bindings, connections, ...group } = detail
  const one = await timed(dataDir, group)
  if (json) printJson({ ...one, queues, bindings, connections })
  else for (const line of detailLines(one, detail)) print(line)
}

async function hold(
  name: 'pause' | 'resume',
  group: string,
  { dataDir, json }: GroupsOptions,
): Promise<void> {
  const who = `kiteq groups, pid ${process.pid}`
  const answer = await askBroker(dataDir, { op: `group-${name}`, group, who })
  const { counts } = answer as { counts: { changed: number } }
  const changed = counts.changed === 1
  if (json) {
    printJson({ group, paused: name === 'pause', changed })
    return
  }
  const state = name === 'pause' ? 'paused' : 'resumed'
  const already = name === 'pause' ? 'is paused already' : 'was not paused'
  print(`${printable(group)} ${changed ? state : already}`)
}

async function timed(dir: string, listed: ListedGroup): Promise<TimedGroup> {
  const { group, topics, members, waiting, inFlight, parked, dead, paused, oldest } = listed
  const timeMs = oldest === undefined ? undefined : await storedTimeMs(dir, nodeDisk, oldest)
  return {
    group,
    topics,
    ...(members === undefined ? {} : { members }),
    waiting,
    inFlight,
    parked,
    dead,
    paused: paused === undefined ? null : { by: paused.who, since: timeText(paused.sinceMs) },
    oldest:
      oldest === undefined
        ? null
        : {
            id: oldest.id,
            offset: oldest.offset,
            time: timeMs === undefined ? null : timeText(timeMs),
            ageMs: timeMs === undefined ? null : Math.max(0, Date.now() - timeMs),
          },
  }
}

function lineOf(one: TimedGroup, topicCount: number): string {
  const { group, topics, waiting, inFlight, parked, dead, oldest } = one
  const parts = [printable(group), topicsText(topics, topicCount)]
  if (one.members !== undefined) parts.push(counted(one.members, 'connection'))
  parts.push(`${waiting} waiting`, `${inFlight} in flight`)
  if (parked > 0) parts.push(`${parked} parked`)
  parts.push(`${dead} dead`)
  if (oldest !== null) parts.push(`oldest ${ageText(oldest)}`)
  if (one.paused !== null) parts.push('PAUSED')
  return parts.join('  ')
}

function topicsText(topics: readonly string[], count: number): string {
  const more = count > topics.length ? ` and ${count - topics.length} more` : ''
  return topics.length === 0 ? 'no topic' : `${topics.map(printable).join(',')}${more}`
}

function ageText({ ageMs }: { readonly ageMs: number | null }): string {
  return ageMs === null ? 'of unknown age' : duration(ageMs)
}

function detailLines(one: TimedGroup, detail: GroupDetail): string[] {
  const { paused, oldest } = one
  const lines = [`group ${lineOf(one, detail.topicCount)}`]
  if (paused !== null)
    lines.push(`  paused ${paused.since} by ${printable(paused.by)}: nothing is delivered to it`)
  if (oldest !== null)
    lines.push(`  oldest: ${oldest.id}, record ${oldest.offset}, ${oldest.time ?? 'time unknown'}`)
  for (const { topic, waiting, inFlight, parked } of detail.queues)
    lines.push(
      `  topic ${printable(topic)}: ${waiting} waiting, ${inFlight} in flight, ${parked} parked`,
    )
  for (const { topic, bindType, messageType, persistent, source, watermark } of detail.bindings) {
    const rate = watermark > 0 ? `, ${watermark}/s` : ''
    const kept = persistent ? 'durable' : 'transient'
    lines.push(
      `  bound to ${printable(topic)}: ${bindType} ${printable(messageType)}, ${kept}, from ${source}${rate}`,
    )
  }
  for (const { connection, peer, inFlight, window } of detail.connections)
    lines.push(`  connection ${connection}, ${printable(peer)}: ${inFlight} of ${window} in flight`)
  return lines
}
