// A data folder whose first segments retention has dropped, with one message of each fate from before: what is left of them
// are copies, an image of the state, and what happened to them since.

import { rmSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { apply } from '../../src/broker/apply.ts'
import { nodeDisk } from '../../src/log/disk-node.ts'
import { writeCheckpoint } from '../../src/log/checkpoint.ts'
import { logFormatVersion } from '../../src/log/segment.ts'
import type { Offset } from '../../src/model/ids.ts'
import { idFromText } from '../../src/model/id-text.ts'
import { silent } from '../../src/model/logger.ts'
import type { LogRecord } from '../../src/model/record.ts'
import { SectionWriter } from '../../src/model/section.ts'
import { encodeMessage } from '../../src/net/packet.ts'
import { emptyState } from '../../src/recover-state.ts'
import { Retention } from '../../src/retention.ts'
import { temporaryFolder } from './broker-process.ts'
import { startSmall } from './disk-log.ts'

/** `decided` was committed since, `skipped` skipped by a reset since. */
export const fates = [
  'waiting',
  'dead',
  'backoff',
  'copied',
  'prepared',
  'decided',
  'skipped',
] as const
export type Fate = (typeof fates)[number]
/** Group numbers; `done` has acked what `waiting` waits for. */
const groups = {
  shop: 1,
  waiting: 2,
  dead: 3,
  backoff: 4,
  copied: 5,
  skipped: 6,
  done: 7,
  decided: 8,
}

export interface CutFolder {
  readonly dir: string
  /** Of the first record that is left. */
  readonly firstOffset: number
  /** Of the last record before retention looked, ms. */
  readonly madeMs: number
  id(fate: Fate): string
  /** Of the record by which it is known: the first one, or that of the copy. */
  offset(fate: Fate): number
}

export async function cutFolder(t: TestContext): Promise<CutFolder> {
  const dir = temporaryFolder('cut')
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const { log } = await startSmall(nodeDisk, { dir })
  const state = emptyState()
  const clock = { nowMs: Date.now() - 60_000 }
  const offsets = new Map<Fate, number>()
  const note = (record: object): number => {
    clock.nowMs += 10
    const place = { ...log.append(record as LogRecord, clock.nowMs) }
    apply(state, record as LogRecord, place)
    return place.offset
  }
  const durable = async (): Promise<void> => {
    while (log.durableOffset < log.endOffset) {
      const done = new Promise<void>((resolve) => (log.onDurable = resolve))
      log.flush()
      await done
    }
  }
  const started = { kind: 'started', epoch: 1, formatVersion: logFormatVersion, logId: log.logId }
  note({ ...started, host: 'here', settledWindowMs: 50, settledIdsMax: 4 })
  name(note)
  for (const fate of fates) offsets.set(fate, begin(fate, note))
  for (let n = 0; n < 60; n++) {
    note(messageOf('published', idOf(100 + n), [], 1000))
    await durable()
  }
  const writer = new SectionWriter()
  state.save(writer)
  const { durablePlace: resume, durableOffset } = log
  const source = { resume, digest: state.digest(), sections: writer.finish(), durableOffset }
  await writeCheckpoint({ disk: nodeDisk, dir, logId: log.logId! }, source)
  const madeMs = clock.nowMs
  const retention = new Retention({
    log,
    sink: { state, nowMs: () => clock.nowMs, note },
    disk: nodeDisk,
    dir,
    keep: { keepMs: 0, keepBytes: 1 },
    logger: silent,
    pause: durable,
    partBytes: 1500,
    gain: 0,
  })
  await retention.look()
  note({ kind: 'operator', who: 'me', action: 'reset', detail: 'skipped, to offset 99' })
  note({ kind: 'skipped', group: groups.skipped, messages: [offsets.get('skipped')] })
  const routing = { durable: [groups.decided], transient: [] }
  const decided = { prepared: offsets.get('decided'), reason: 'client', feedback: '' }
  note({ kind: 'committed', ...decided, routing })
  await durable()
  const { firstOffset } = log.segments[0]!
  await log.close()
  const id = (fate: Fate): string => idOf(fates.indexOf(fate))
  return { dir, firstOffset, madeMs, id, offset: (fate) => offsets.get(fate)! }
}

type Note = (record: object) => number

function name(note: Note): void {
  const named = (dictionary: string, number: number, text: string): number =>
    note({ kind: 'named', dictionary, number, name: Buffer.from(text) })
  named('topic', 1, 'orders')
  named('type', 1, 'created')
  for (const [group, number] of Object.entries(groups)) named('group', number, group)
  for (const group of Object.values(groups)) {
    const fanout = { bindType: 'fanout', messageType: '*', watermark: 0, persistent: true }
    const bindings = [{ ...fanout, topic: 1, group }]
    const list = { source: 'client', topic: 1, group, bindings, parks: [], unparks: [] }
    note({ kind: 'bindings-changed', ...list })
  }
}

/** The offset by which it is known. */
function begin(fate: Fate, note: Note): number {
  const id = idOf(fates.indexOf(fate))
  if (fate === 'prepared' || fate === 'decided') return note(messageOf('prepared', id, []))
  const group = groups[fate]
  const routed = fate === 'waiting' ? [group, groups.done] : [group]
  const first = note(messageOf('published', id, routed))
  const tell = (record: object): number => note({ group, message: first, ...record })
  const out = { kind: 'delivered', connection: 9, messages: [first], attempts: [1] }
  const failed = { kind: 'failed', cause: 'nack', feedback: 'no such account', retryAtMs: 0 }
  switch (fate) {
    case 'waiting':
      note({ kind: 'acked', group: groups.done, messages: [first] })
      return first
    case 'dead':
      tell(out)
      tell(failed)
      tell({ kind: 'dead-lettered', reason: 'limit', feedback: 'no such account' })
      return first
    case 'backoff':
      tell(out)
      tell({ ...failed, retryAtMs: Date.now() + 3_600_000 })
      return first
    case 'copied':
      tell({ kind: 'acked', messages: [first] })
      return tell({ ...messageOf('published', id, []), kind: 'recalled', of: first as Offset })
    default:
      return first
  }
}

function idOf(number: number): string {
  return (0xabc000 + number).toString(16).padStart(32, '0')
}

function messageOf(kind: string, id: string, durable: number[], bytes = 5): object {
  const expiresAt = 2_000_000_000
  const header = {
    messageId: Buffer.from(id),
    topic: Buffer.from('orders'),
    messageType: Buffer.from('created'),
    expiredTime: expiresAt,
    deliverLimit: 1,
    group: Buffer.from('shop'),
    commit: kind !== 'prepared',
    fly: false,
    properties: [{ key: Buffer.from('venue'), value: Buffer.from('tokyo') }],
    createTime: 1_700_000_000,
  }
  const source = encodeMessage(header, Buffer.alloc(bytes, 'x'))
  return {
    kind,
    ...idFromText(id),
    ...{ topic: 1, type: 1, publisher: 1, form: 0x12, content0: 1, content1: 2 },
    ...{ expiresAt, deliverLimit: 1, message: { source, start: 0, end: source.length } },
    routing: { durable, transient: [] },
  }
}
