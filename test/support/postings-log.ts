// A random history in a folder, whose segments get postings here and there, whole or in part, in one go or in several: what
// reads by them is held against what reads everything.

import { readdirSync } from 'node:fs'
import { openLogFolder } from '../../src/cli/folder.ts'
import { MessageLife } from '../../src/cli/message-life.ts'
import { readLives, type ReadLives } from '../../src/cli/why-lives.ts'
import { baseRecords, countParts } from '../../src/log/base.ts'
import { nodeDisk } from '../../src/log/disk-node.ts'
import { frameFlags, frameOffset, lastOfBatch } from '../../src/log/frame.ts'
import { Log } from '../../src/log/log.ts'
import type { SegmentEnd } from '../../src/log/postings.ts'
import { writePostings, type PostingsTask } from '../../src/log/postings-writer.ts'
import { scanSegment } from '../../src/log/scan-segment.ts'
import { readSegmentHeaders } from '../../src/log/segment.ts'
import { withSegment } from '../../src/log/whole-segment.ts'
import { idText } from '../../src/model/id-text.ts'
import type { MessageId } from '../../src/model/ids.ts'
import { silent } from '../../src/model/logger.ts'
import type { LogRecord } from '../../src/model/record.ts'
import { SectionWriter } from '../../src/model/section.ts'
import { recoverState } from '../../src/recover-state.ts'
import { messageFields, type Entry } from './histories.ts'
import { drawHistory, durable } from './log-history.ts'
import { randomOf } from './seeded-random.ts'

/** A history with ids used again, resets, copies that moved and peers that differ. */
export function drawLives(records: number, seed: number): Entry[] {
  const random = randomOf(seed)
  return drawHistory(records, seed).map(({ record, place }, n) => {
    return { place, record: varied(record, n, random) }
  })
}

function varied(record: LogRecord, n: number, random: () => number): LogRecord {
  switch (record.kind) {
    case 'published':
    case 'prepared': {
      if (random() < 0.7) return record
      const { id0, id1, id2, id3 } = messageFields(Math.floor(random() * 30), 1, 1)
      return { ...record, id0, id1, id2, id3 }
    }
    case 'members-changed':
      return { ...record, peer: `10.0.0.${n % 7}:${n}` }
    case 'delivered': {
      if (random() < 0.85) return record
      const { group, connection } = record
      const peer = `10.0.1.${n % 7}:${n}`
      return { kind: 'members-changed', group, connection, peer, change: 'joined' }
    }
    case 'failed':
      if (random() < 0.8) return record
      return { kind: 'moved', of: record.message, form: 0x11, message: emptyMessage }
    case 'operator':
      return { ...record, action: 'reset', detail: `group-${1 + (n % 4)}, to offset ${n}` }
    default:
      return record
  }
}

const emptyMessage = { source: new Uint8Array(0), start: 0, end: 0 }

/** As brokers that were killed now and then leave it, with small segments. */
export async function writeLives(
  dir: string,
  entries: readonly Entry[],
  seed: number,
): Promise<void> {
  const random = randomOf(seed)
  const batch = 1 + Math.floor(random() * 12)
  const run = 40 + Math.floor(random() * 150)
  for (let from = 0; from < entries.length; from += run) {
    const log = await openToWrite(dir, random)
    await log.recover(() => undefined)
    await log.startWriting()
    for (const [n, { record, place }] of entries.slice(from, from + run).entries()) {
      log.append(record, place.timeMs)
      if (n % batch === 0) await durable(log)
    }
    await durable(log)
    await log.close({ clean: false })
  }
}

/** An image of the state, some more of the history, and the oldest segments gone. */
export async function dropOldest(
  dir: string,
  more: readonly Entry[],
  seed: number,
): Promise<number> {
  const random = randomOf(seed)
  const log = await openToWrite(dir, random)
  const { state } = await recoverState(log, { dataDir: dir, rebuild: true }, silent)
  await log.startWriting()
  const writer = new SectionWriter()
  state.save(writer)
  const sections = [...writer.finish()]
  const parts = countParts(
    sections.map(({ length }) => length),
    1500,
  )
  const head = { resume: log.endPlace, digest: state.digest() }
  const timeMs = state.lastTimeMs
  const last = log.segments.at(-1)!.number - 1
  const segment = 1 + Math.floor(random() * last)
  for await (const part of baseRecords(head, each(sections), parts, 1500)) log.append(part, timeMs)
  for (const { record } of more) log.append(record, timeMs)
  const nextOffset = log.segments.find(({ number }) => number > segment)!.firstOffset
  log.append({ kind: 'dropped', segment: segment as never, nextOffset }, timeMs)
  await log.close()
  const again = await openToWrite(dir, random)
  const count = await again.dropSegments(segment)
  await again.close()
  return count
}

async function* each(sections: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  await Promise.resolve()
  yield* sections
}

function openToWrite(dir: string, random: () => number): Promise<Log> {
  return Log.open({
    dir,
    disk: nodeDisk,
    durability: { kind: 'memory' },
    segmentBytes: 16 * 1024,
    firstSegmentBytes: 16 * 1024,
    batchBytesMax: 8 * 1024,
    random: () => Math.floor(random() * 2 ** 32),
  })
}

/** Postings of most segments; some in two goes, some not up to their end, some none. */
export async function coverSome(dir: string, seed: number): Promise<readonly PostingsTask[]> {
  const random = randomOf(seed)
  const tasks: PostingsTask[] = []
  const blockBytes = 64 + Math.floor(random() * 2000)
  for (const task of await wholeTasks(dir)) {
    if (random() < 0.15) continue
    const ends = await batchEnds(task)
    const some = ends.filter(() => random() < 0.3).slice(0, 3)
    const wanted = random() < 0.7 ? [...some, task.end] : some
    for (const end of wanted) {
      const one = { ...task, blockBytes, end }
      await writePostings(one)
      if (tasks.at(-1)?.header === task.header) tasks.pop()
      tasks.push(one)
    }
  }
  return tasks
}

/** One for each segment, up to its end; of the last one, up to its last whole batch. */
export async function wholeTasks(dir: string): Promise<PostingsTask[]> {
  const disk = nodeDisk
  const headers = await readSegmentHeaders(disk, dir)
  const tasks: PostingsTask[] = []
  for (const [i, header] of headers.entries()) {
    const next = headers[i + 1]
    const task = { disk, dir, header }
    const known = next && { position: next.previousEnd, offset: next.firstOffset }
    const end = known ?? (await batchEnds({ ...task, end: nowhere })).at(-1)
    if (end !== undefined) tasks.push({ ...task, end })
  }
  return tasks
}

const nowhere: SegmentEnd = { position: Infinity, offset: Infinity }

async function batchEnds({ dir, header }: PostingsTask): Promise<SegmentEnd[]> {
  const ends: SegmentEnd[] = []
  await withSegment(dir, nodeDisk, header, (whole) =>
    scanSegment({
      ...whole,
      visit: (source, start, end, position) => {
        if (frameFlags(source, start) !== lastOfBatch) return
        ends.push({ position: position + end - start, offset: frameOffset(source, start) + 1 })
      },
    }),
  )
  return ends
}

/** From all records: what any shorter way must tell. */
export async function scanned(dir: string, id: MessageId): Promise<ReadLives> {
  const folder = await openLogFolder(dir)
  try {
    return await readLives(folder, new MessageLife(id, idText(id)))
  } finally {
    await folder.log.close()
  }
}

/** Some ids that are there, and one that is not. */
export function idsOf(entries: readonly Entry[], seed: number, count: number): MessageId[] {
  const random = randomOf(seed)
  const all = entries.flatMap(({ record }) =>
    record.kind === 'published' || record.kind === 'prepared' || record.kind === 'recalled'
      ? [record]
      : [],
  )
  const ids = Array.from(
    { length: all.length === 0 ? 0 : count },
    () => all[Math.floor(random() * all.length)]!,
  )
  return [...ids, { id0: 1, id1: 2, id2: 3, id3: 4 }]
}

export function postingsIn(dir: string): string[] {
  return readdirSync(dir).filter((name) => name.endsWith('.postings'))
}
