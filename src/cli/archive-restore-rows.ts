// The messages of an archive that went to groups, in the order they had: published ones where they were published, committed
// ones where they were committed. Asks for a page at a time, never more than a page in memory; changes no row.

import type { MysqlConnection, MysqlRow } from '../archive/mysql-connection.ts'
import { mysqlFault } from '../archive/mysql-errors.ts'
import { timeMsOf } from '../archive/mysql-values.ts'
import { shownText } from '../index/shown-name.ts'
import { encodeMessage, type Property } from '../net/packet.ts'
import type { Selected } from './replay-selection.ts'

export interface ArchiveWanted {
  /** Undefined: any. All that are given must hold. */
  readonly topic?: string | undefined
  readonly type?: string | undefined
  /** 32 hex digits. */
  readonly id?: string | undefined
  /** Records [from, until): the published or committed one is what counts. */
  readonly from: number
  readonly until: number
}

interface Key {
  readonly place: number
  readonly message: number
  /** Undefined: it is committed and its row is not there. */
  readonly bytes: number | undefined
}

const pageKeys = 500
const pageBytes = 4 * 1024 * 1024
/** One question looks at so many records: a selection that finds little still answers in time. */
const windowRecords = 1_000_000

/** Calls `take` in order, `odd` for a message before it when its row cannot have been archived so, and `pause` behind each page; ends early once `isOver`. Resolves to behind the last one it has looked at. */
export async function takeArchived(
  connection: Pick<MysqlConnection, 'rows'>,
  log: number,
  wanted: ArchiveWanted,
  pump: {
    readonly take: (selected: Selected) => void
    readonly odd: (record: number, column: string) => void
    readonly pause: (place: number) => Promise<void>
    readonly isOver: () => boolean
  },
): Promise<number> {
  let at = wanted.from
  while (at < wanted.until && !pump.isOver()) {
    const end = Math.min(wanted.until, at + windowRecords)
    const keys = await keysOf(connection, log, { ...wanted, from: at, until: end })
    for (let head = 0; head < keys.length && !pump.isOver();) {
      const page = pageOf(keys, head)
      for (const selected of await selectedOf(connection, log, page, pump.odd)) pump.take(selected)
      head += page.length
      at = page.at(-1)!.place + 1
      await pump.pause(at)
    }
    if (keys.length < pageKeys && !pump.isOver()) at = end
  }
  return at
}

async function keysOf(
  connection: Pick<MysqlConnection, 'rows'>,
  log: number,
  { topic, type, id, from, until }: ArchiveWanted,
): Promise<readonly Key[]> {
  const filters = Object.entries({
    topic: topic === undefined ? undefined : shownText(topic),
    type: type === undefined ? undefined : shownText(type),
    id,
  }).filter(([, value]) => value !== undefined)
  const isWanted = [
    '1 = 1',
    ...filters.map(([name]) => `CAST(m.\`${name}\` AS BINARY) = CAST(? AS BINARY)`),
  ].join(' AND ')
  const values = filters.map(([, value]) => value)
  const rows = await connection.rows(
    `(SELECT m.record AS place, m.record AS message, m.body_bytes AS bytes FROM messages m
      WHERE m.log = ? AND m.kind = 'published' AND m.record >= ? AND m.record < ? AND ${isWanted}
      ORDER BY place LIMIT ${pageKeys})
     UNION ALL
     (SELECT t.record AS place, t.message AS message, m.body_bytes AS bytes FROM transactions t
      LEFT JOIN messages m ON m.log = t.log AND m.record = t.message
      WHERE t.log = ? AND t.step = 'committed' AND t.record >= ? AND t.record < ?
      AND (m.record IS NULL OR ${isWanted}) ORDER BY place LIMIT ${pageKeys})
     ORDER BY place LIMIT ${pageKeys}`,
    [log, from, until, ...values, log, from, until, ...values],
  )
  return rows.map((row) => {
    const place = Number(row['place'])
    const [message, bytes] = [Number(row['message']), row['bytes']]
    if (!Number.isSafeInteger(place) || place < from || place >= until)
      throw mysqlFault(`record ${place} for one of ${from} to ${until - 1}`)
    return { place, message, bytes: bytes === null ? undefined : Number(bytes) }
  })
}

/** At least one, and no more bytes of bodies than a page has. */
function pageOf(keys: readonly Key[], head: number): readonly Key[] {
  let bytes = 0
  let end = head
  while (end < keys.length && (end === head || bytes < pageBytes)) bytes += keys[end++]!.bytes ?? 0
  return keys.slice(head, end)
}

async function selectedOf(
  connection: Pick<MysqlConnection, 'rows'>,
  log: number,
  page: readonly Key[],
  odd: (record: number, column: string) => void,
): Promise<readonly Selected[]> {
  const there = page.filter(({ bytes }) => bytes !== undefined).map(({ message }) => message)
  const rows = new Map<number, MysqlRow>()
  if (there.length > 0)
    for (const row of await connection.rows(
      `SELECT record, topic, type, form, expires_at, deliver_limit, header_group, create_time, snappy, properties, body
       FROM messages WHERE log = ? AND record IN (?)`,
      [log, there],
    ))
      rows.set(Number(row['record']), row)
  return page.map(({ place, message }) => {
    const row = rows.get(message)
    return row === undefined
      ? { offset: place, identity: message, form: undefined }
      : { ...messageIn(row, (column) => odd(message, column)), offset: place, identity: message }
  })
}

type Stored = Omit<Extract<Selected, { bytes: Uint8Array }>, 'offset' | 'identity'>

/** Whoever may change the archive may have put anything into a row. */
function messageIn(row: MysqlRow, odd: (column: string) => void): Stored {
  const form = row['form'] === 'string' ? 0x12 : 0x11
  const { header_group: group, body } = row
  const [expiresMs, createdMs] = [timeIn(row['expires_at']), timeIn(row['create_time'])]
  const deliverLimit = Number(row['deliver_limit'])
  const properties = propertiesIn(row['properties'])
  const column = [
    ['expires_at', expiresMs],
    ['deliver_limit', Number.isSafeInteger(deliverLimit) ? deliverLimit : undefined],
    ['create_time', row['create_time'] === null ? 0 : createdMs],
    ['properties', properties],
    ['body', body instanceof Uint8Array ? body : undefined],
  ].find(([, value]) => value === undefined)?.[0]
  // What no time can be read of is never too old: it is counted as what it is.
  const expiresAt = expiresMs === undefined ? Infinity : Math.floor(expiresMs / 1000)
  const stored = { form, expiresAt, deliverLimit } as const
  if (column !== undefined) {
    odd(column as string)
    return { ...stored, bytes: noBytes }
  }
  const [topic, type] = [nameBytes(String(row['topic'])), nameBytes(String(row['type']))]
  // What could not be taken apart is all of its bytes, and what has no name is nothing to publish.
  if (group === null || topic === undefined || type === undefined)
    return { ...stored, bytes: noBytes }
  const bytes = encodeMessage(
    {
      messageId: new Uint8Array(),
      ...{ topic, messageType: type, group: noBytes },
      ...{ expiredTime: expiresAt, deliverLimit, commit: true, fly: false },
      properties: properties!,
      snappy: Number(row['snappy']) !== 0,
      ...(createdMs === undefined ? {} : { createTime: createdMs / 1000 }),
    },
    body as Uint8Array,
  )
  return { ...stored, bytes }
}

/** No message: the pump counts it as unreadable. */
const noBytes: Uint8Array = new Uint8Array()

/** Ms since 1970; undefined for what is no time. */
function timeIn(cell: unknown): number | undefined {
  const ms = typeof cell === 'string' ? timeMsOf(cell) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}

/** Undefined for what is no object of texts. */
function propertiesIn(text: unknown): readonly Property[] | undefined {
  if (text === null || text === undefined) return []
  const found = objectIn(text)
  if (found === undefined) return undefined
  const entries = Object.entries(found)
  if (!entries.every((entry): entry is [string, string] => typeof entry[1] === 'string'))
    return undefined
  return entries.map(([key, value]) => ({
    key: nameBytes(key) ?? Buffer.from(key),
    value: nameBytes(value) ?? Buffer.from(value),
  }))
}

function objectIn(text: unknown): object | undefined {
  try {
    const found: unknown = JSON.parse(String(text))
    return typeof found === 'object' && found !== null && !Array.isArray(found) ? found : undefined
  } catch {
    return undefined
  }
}

/** The bytes of a name as the archive shows it; undefined when the archive knew only its number. */
function nameBytes(shown: string): Uint8Array | undefined {
  if (!shown.includes('\\')) return Buffer.from(shown)
  if (/^\\#[0-9]/.test(shown)) return undefined
  const parts = shown.split(/\\x([0-9a-f]{2})/)
  return Buffer.concat(
    parts.map((part, at) =>
      at % 2 === 0 ? Buffer.from(part) : Buffer.of(Number.parseInt(part, 16)),
    ),
  )
}
