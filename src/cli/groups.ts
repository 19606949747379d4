// `kiteq groups`: what every group owes and who is there for it, of a folder in use or not; pause and resume of a running
// broker. Resetting is in groups-reset.ts.

import type { Command } from 'commander'
import {
  listGroups,
  showGroup,
  type GroupDetail,
  type GroupPage,
  type ListedGroup,
  type ListedMember,
} from '../broker/group-list.ts'
import { nodeDisk } from '../log/disk-node.ts'
import { KiteQError } from '../model/errors.ts'
import { integer, withFolder, type FolderOption } from './arguments.ts'
import { counted } from './counted.ts'
import { ask, askBroker, readState } from './folder.ts'
import { registerReset } from './groups-reset.ts'
import { duration } from './progress-bar.ts'
import { timeText } from './record-text.ts'
import { messageTime } from './stored-time.ts'
import { print, printable, printJson } from './terminal.ts'

interface GroupsOptions extends FolderOption {
  readonly json?: true
}

interface ShowOptions extends GroupsOptions {
  readonly limit: number
  readonly all?: true
}

/** Of the lists of one group: how long they are. */
type GroupCounts = Readonly<Record<'queues' | 'bindings' | 'connections', number>>
type CountedGroup = GroupDetail & { readonly counts: GroupCounts }

/** Lines of each list, unless asked for more. */
const shownMax = 100

/** As JSON has it. */
interface TimedGroup extends Omit<ListedGroup, 'number' | 'oldest' | 'paused' | 'topicCount'> {
  readonly paused: { readonly by: string; readonly since: string | number } | null
  readonly oldest: {
    readonly id: string
    readonly offset: number
    readonly time: string | number | null
    readonly ageMs: number | null
    /** Of a message whose first record is gone only the publisher's word is left. */
    readonly timeIs: 'stored' | 'made' | null
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
    .option(
      '--limit <n>',
      `topics, bindings and connections shown, each at most so many`,
      integer(0, Number.MAX_SAFE_INTEGER),
      shownMax,
    )
    .option('--all', 'all of them')
    .option('--json', 'as one JSON object, with all of them')
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

async function showOne(name: string, options: ShowOptions): Promise<void> {
  const { dataDir, json } = options
  const limit = json || options.all ? Infinity : options.limit
  const whole = await readGroup(dataDir, name, limit)
  if (whole === undefined)
    throw new KiteQError('KITEQ_NOT_FOUND', `no group ${JSON.stringify(name)} in ${dataDir}`)
  const { counts, ...detail } = whole
  const { queues, bindings, connections, ...group } = detail
  const one = await timed(dataDir, group)
  if (json) printJson({ ...one, queues, bindings, connections })
  else for (const line of detailLines(one, detail, counts, limit)) print(line)
}

/** Its lists up to `limit` at least; an owner gives them in pieces. */
async function readGroup(
  dir: string,
  name: string,
  limit: number,
): Promise<CountedGroup | undefined> {
  const first = (await ask(dir, { op: 'group', group: name })) as CountedGroup | undefined
  if (first === undefined) {
    const read = showGroup(await readState(dir), undefined, name)
    return read && { ...read, counts: lengthsOf(read) }
  }
  const { queues, bindings, connections, ...group } = first
  const lists = { queues: [...queues], bindings: [...bindings], connections: [...connections] }
  for (;;) {
    const has = lengthsOf(lists)
    const isEnough = (list: keyof GroupCounts): boolean =>
      has[list] >= Math.min(limit, first.counts[list])
    if (isEnough('queues') && isEnough('bindings') && isEnough('connections')) break
    const from = {
      queuesFrom: has.queues,
      bindingsFrom: has.bindings,
      connectionsFrom: has.connections,
    }
    const next = (await ask(dir, { op: 'group', group: name, ...from })) as CountedGroup | undefined
    if (next === undefined) break
    lists.queues.push(...next.queues)
    lists.bindings.push(...next.bindings)
    lists.connections.push(...next.connections)
    if (sum(lengthsOf(next)) === 0) break // some went meanwhile
  }
  return { ...group, ...lists }
}

function lengthsOf({
  queues,
  bindings,
  connections,
}: Pick<GroupDetail, keyof GroupCounts>): GroupCounts {
  return { queues: queues.length, bindings: bindings.length, connections: connections.length }
}

function sum({ queues, bindings, connections }: GroupCounts): number {
  return queues + bindings + connections
}

async function hold(
  name: 'pause' | 'resume',
  group: string,
  { dataDir, json }: GroupsOptions,
): Promise<void> {
  const who = `kiteq groups, pid ${process.pid}`
  const answer = await askBroker(dataDir, { op: `group-${name}`, group, who })
  const { counts } = answer as { counts?: { changed?: number } }
  const changed = counts?.changed === 1
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
  const told = oldest === undefined ? undefined : await messageTime(dir, nodeDisk, oldest)
  const timeMs = told?.timeMs
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
            timeIs: told?.is ?? null,
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

function ageText({ ageMs, timeIs }: NonNullable<TimedGroup['oldest']>): string {
  if (ageMs === null) return 'of unknown age'
  return timeIs === 'made' ? `made ${duration(ageMs)} ago` : duration(ageMs)
}

function whenText({ time, timeIs }: NonNullable<TimedGroup['oldest']>): string {
  if (time === null) return 'time unknown'
  return timeIs === 'made' ? `made ${time} (its first record went with old segments)` : String(time)
}

function detailLines(
  one: TimedGroup,
  detail: GroupDetail,
  counts: GroupCounts,
  limit: number,
): string[] {
  const { paused, oldest } = one
  const more = (list: keyof GroupCounts, what: string): string[] => {
    const left = counts[list] - Math.min(limit, detail[list].length)
    return left > 0 ? [`  … and ${left} more ${what}; --all shows them`] : []
  }
  const lines = [`group ${lineOf(one, detail.topicCount)}`]
  if (paused !== null)
    lines.push(`  paused ${paused.since} by ${printable(paused.by)}: nothing is delivered to it`)
  if (oldest !== null)
    lines.push(`  oldest: ${oldest.id}, record ${oldest.offset}, ${whenText(oldest)}`)
  for (const { topic, waiting, inFlight, parked } of detail.queues.slice(0, limit))
    lines.push(
      `  topic ${printable(topic)}: ${waiting} waiting, ${inFlight} in flight, ${parked} parked`,
    )
  lines.push(...more('queues', 'topics with messages'))
  const bindings = detail.bindings.slice(0, limit)
  for (const { topic, bindType, messageType, persistent, source, watermark } of bindings) {
    const rate = watermark > 0 ? `, ${watermark}/s` : ''
    const kept = persistent ? 'durable' : 'transient'
    lines.push(
      `  bound to ${printable(topic)}: ${bindType} ${printable(messageType)}, ${kept}, from ${source}${rate}`,
    )
  }
  lines.push(...more('bindings', 'bindings'))
  for (const one of detail.connections.slice(0, limit)) lines.push(`  ${connectionText(one)}`)
  lines.push(...more('connections', 'connections'))
  return lines
}

function connectionText(one: ListedMember): string {
  const { connection, peer, inFlight, window, silentSinceMs, probeAtMs, answersBy } = one
  const who = `connection ${connection}, ${printable(peer)}: ${inFlight} of ${window} in flight`
  if (answersBy !== undefined) return `${who}; its client answers by connection ${answersBy}`
  if (silentSinceMs === undefined) return who
  const again = probeAtMs === undefined ? '' : `, tried again at ${timeText(probeAtMs)}`
  return `${who}; SET ASIDE: no answer since ${timeText(silentSinceMs)}${again}`
}
