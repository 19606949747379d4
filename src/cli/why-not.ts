// `kiteq why-not`: why a message is not with a group, from the log and, where a broker runs, from what only it knows. Reads,
// and changes nothing.

import type { Command } from 'commander'
import { standingOf, type Standing } from '../broker/standing.ts'
import { KiteQError } from '../model/errors.ts'
import { beginningLeft } from './log-horizon.ts'
import type { Offset } from '../model/ids.ts'
import { messageId, withFolder, type FolderOption } from './arguments.ts'
import { counted } from './counted.ts'
import { exitCodes } from './exit-codes.ts'
import { idOf, openLogFolder, standingIn, type LogFolder } from './folder.ts'
import { lostTextFor } from './lost-ids.ts'
import type { Life, LifeEvent } from './message-life.ts'
import { timeAt } from './moment.ts'
import { rebuild } from './rebuild.ts'
import { timeText } from './record-text.ts'
import { print, printable, printJson } from './terminal.ts'
import { evidenceOf } from './why-not-evidence.ts'
import { reasonsOf } from './why-not-answer.ts'
import { WhyNotFold } from './why-not-fold.ts'
import type { Horizon, Known, Reason, Verdict } from './why-not-reason.ts'
import { readLives } from './why-lives.ts'
import { wordsOf } from './why.ts'

interface WhyNotOptions extends FolderOption {
  readonly json?: true
}

export interface WhyNot {
  readonly id: string
  readonly group: string
  readonly verdict: Verdict
  readonly reasons: readonly Reason[]
  /** What the message is; null when it is not in the log. */
  readonly message: Pick<
    Life,
    'offset' | 'topic' | 'type' | 'publisher' | 'outcome' | 'expiresAt'
  > | null
  /** Messages under this id; the last that concerns the group is told of. */
  readonly lives: number
  readonly evidence: readonly LifeEvent[]
  /** Events of the life that are left out. */
  readonly more: number
  readonly horizon: Horizon
  readonly inUse: boolean
}

export function register(program: Command): void {
  const command = program
    .command('why-not')
    .description('tell why a message is not delivered to a group')
    .argument('<messageId>', '32 hex digits')
    .argument('<group>', 'the group that did not get it')
    .option('--json', 'as one JSON object')
  command.addHelpText(
    'after',
    `
Without a running broker it answers from the log alone; connections, windows and rates are then not known.
Exit code 0: there is a reason, or it was delivered after all; 1: the message is not in the log.`,
  )
  withFolder(command).action(async (text: string, group: string, options: WhyNotOptions) => {
    const answer = await whyNot(options.dataDir, messageId(text), group)
    if (options.json) printJson(answer)
    else for (const line of linesOf(answer, options.dataDir)) print(line)
    if (answer.verdict === 'not-in-log') process.exitCode = exitCodes.negative
  })
}

/** What was waiting may have gone by the time the broker is asked, and a segment while it is read: then it is read again. */
const triesMax = 5

/** Rejects KITEQ_USAGE without a folder, KITEQ_NOT_FOUND when old segments go faster than they are read, and as the log does. */
export async function whyNot(dir: string, id: string, group: string): Promise<WhyNot> {
  if (group === '') throw new KiteQError('KITEQ_USAGE', 'group is ""; expected its name')
  for (let tries = 1; ; tries++) {
    try {
      const answer = await ask(dir, id, group)
      if (answer.verdict !== 'changed' || tries === triesMax) return answer
    } catch (error) {
      const { code } = error as { readonly code?: unknown }
      const isDropped = code === 'KITEQ_NOT_FOUND' || code === 'ENOENT'
      if (!isDropped || tries === triesMax) throw error
    }
  }
}

async function ask(dir: string, id: string, group: string): Promise<WhyNot> {
  const folder = await openLogFolder(dir)
  try {
    const fold = new WhyNotFold(idOf(id), id, group)
    const beginning = await beginningLeft(folder.log, dir)
    if (beginning !== undefined) fold.before(beginning)
    const read = await readLives(folder, fold.life, (record, place) => fold.visit(record, place))
    const { lives } = read
    const life = lives.findLast((one) => Object.hasOwn(one.groups, group)) ?? lives.at(-1)
    const standing = life && (await standingNow(folder, group, life, fold.lastTimeMs))
    const horizon: Horizon = {
      firstOffset: folder.headers[0]?.firstOffset ?? 0,
      end: folder.end,
      firstTime: (await timeAt(folder, 0)) ?? null,
      lastTime: read.records === 0 ? null : timeText(fold.lastTimeMs),
    }
    const known: Known = {
      id,
      group,
      life,
      route: life && fold.routes.get(life.offset),
      history: fold.history,
      standing,
      inUse: folder.inUse,
      nowMs: standing?.live?.nowMs ?? Math.max(Date.now(), fold.lastTimeMs),
      horizon,
      lost: life === undefined ? await lostTextFor(dir, id, read.lost, folder.tail) : undefined,
    }
    return answerOf(known, lives.length)
  } finally {
    await folder.log.close()
  }
}

function answerOf(known: Known, lives: number): WhyNot {
  const { id, group, life, horizon, inUse } = known
  const reasons = reasonsOf(known)
  const { evidence, more } = evidenceOf(known)
  const verdict = reasons[0]!.code
  return {
    id,
    group,
    verdict,
    reasons,
    message: life === undefined ? null : messageOf(life),
    lives,
    evidence,
    more,
    horizon,
    inUse,
  }
}

function messageOf(life: Life): WhyNot['message'] {
  const { offset, topic, type, publisher, outcome, expiresAt } = life
  return { offset, topic, type, publisher, outcome, expiresAt }
}

/** Only of what a group may still get: the rest the log knows for good. */
async function standingNow(
  folder: LogFolder,
  group: string,
  life: Life,
  lastTimeMs: number,
): Promise<Standing | undefined> {
  const { outcome, groups, offset } = life
  const standing = groups[group]
  const isOpen = outcome === 'prepared' || standing === 'waiting' || standing === 'out'
  if (!isOpen) return undefined
  const copy = life.events.findLast((one) => one.group === group && one.what === 'given again')
  const stands = copy?.offset ?? life.before?.groups[group]?.offset ?? offset
  if (folder.inUse) return standingIn(folder.dir, group, stands)
  const { state } = await rebuild(folder, folder.end)
  return standingOf(state, group, stands as Offset, lastTimeMs)
}

/** For people: the reason, what else holds, the records it rests on. */
export function linesOf(answer: WhyNot, dataDir: string): string[] {
  const { id, group, reasons, message, evidence, more, lives, inUse, horizon } = answer
  const lines = [`message ${id}, group ${printable(group)}`]
  reasons.forEach((reason, at) => lines.push(`  ${at === 0 ? '' : 'also: '}${reasonLine(reason)}`))
  if (message !== null) {
    const names = [message.topic, message.type].map(printable).join(' / ')
    const by = printable(message.publisher)
    lines.push(`  ${names}, record ${message.offset}, published by group ${by}`)
  }
  if (lives > 1)
    lines.push(`  ${lives} messages had this id; this is the one that concerns the group`)
  for (const event of evidence) lines.push(`  ${eventLine(event)}`)
  if (more > 0)
    lines.push(`  and ${counted(more, 'event')} more: kiteq why ${id} --data-dir ${dataDir}`)
  if (message !== null) lines.push(`  ${sourcesLine(horizon, inUse)}`)
  return lines
}

function reasonLine({ text, offset }: Reason): string {
  return printable(text) + (offset === undefined ? '' : ` (record ${offset})`)
}

function eventLine(event: LifeEvent): string {
  const when = timeText(event.timeMs)
  return [`record ${event.offset}`.padEnd(12), when, ...wordsOf(event)].join('  ').trimEnd()
}

function sourcesLine({ firstOffset, end }: Horizon, inUse: boolean): string {
  const log = `from records ${firstOffset} to ${end - 1}`
  return inUse
    ? `${log} and the running broker`
    : `${log}; no broker runs, so connections, windows and rates are not known`
}
