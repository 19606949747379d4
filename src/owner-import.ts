// The owner's answer to an import: rows of another store, read with care, handed to the loop a slice at a time. Whoever asks
// drives the work; nothing of it is kept here, and where it stands is in the log.

import type { BrokenRow, ImportedMessage, ImportPlace } from './broker/import-action.ts'
import { idFromText, sameId } from './model/id-text.ts'
import {
  importGroupsMax,
  importTablesMax,
  groupBytesMax,
  operatorSliceMax,
  packetBodyBytesMax,
  propertiesBytesMax,
  topicBytesMax,
  typeBytesMax,
} from './model/limits.ts'
import { PublishedView } from './net/header.ts'
import { putSpan } from './net/varint.ts'
import {
  isWhole,
  operate,
  textIn,
  usage,
  wholeIn,
  type Fields,
  type OwnerContext,
} from './owner-operate.ts'

/** Tags and lengths of a packet. */
const packetGrowthBytes = 16
const encoder = new TextEncoder()

/** Undefined when it is no request of these. */
export function answerImport(
  op: unknown,
  fields: Fields,
  { loop }: OwnerContext,
): Promise<unknown> | undefined {
  return op === 'import' ? takeSlice(fields, loop) : undefined
}

async function takeSlice(fields: Fields, loop: OwnerContext['loop']): Promise<unknown> {
  const tables = listIn(fields, 'tables', importTablesMax, (name) => {
    if (typeof name !== 'string') throw usage('"tables": expected names')
    return name
  })
  const places = listIn(fields, 'places', importTablesMax, (row) => {
    if (!isWhole(row)) throw usage('"places": expected row numbers')
    return row
  })
  if (places.length !== tables.length) throw usage('"places": expected one for each table')
  const nowSeconds = Math.floor(loop.nowMs() / 1000)
  const messages = listIn(fields, 'messages', operatorSliceMax, (row) =>
    messageOf((row ?? {}) as Fields, tables.length, nowSeconds),
  )
  const { counts, list } = await operate(loop, fields, {
    name: 'import',
    source: textIn(fields, 'source'),
    tables,
    places,
    messages,
    takesDead: fields['takesDead'] === true,
    skipsUnbound: fields['skipsUnbound'] === true,
    isDryRun: fields['isDryRun'] === true,
  })
  return { taken: counts?.['taken'] ?? 0, verdicts: list ?? [] }
}

function listIn<T>(
  fields: Fields,
  name: string,
  max: number,
  read: (item: unknown) => T,
): readonly T[] {
  const list = fields[name]
  if (!Array.isArray(list) || list.length > max)
    throw usage(`"${name}": expected a list of at most ${max}`)
  return list.map((item: unknown) => read(item))
}

/** A row as `kiteq import` writes it. What a store may hold and no message can be is broken; what is no row is refused. */
function messageOf(row: Fields, tables: number, nowSeconds: number): ImportedMessage | BrokenRow {
  const place = { table: wholeIn(row, 'table'), row: wholeIn(row, 'row') }
  if (place.table >= tables) throw usage('"table": expected the number of one that is named')
  const header = row['header']
  if (typeof header !== 'string') return { kind: 'broken', ...place }
  const view = viewOf(row, bytesIn(header), bytesIn(textIn(row, 'body')))
  if (view === undefined) return { kind: 'broken', ...place }
  view.normalise(nowSeconds)
  const { start, end } = view.message
  if (end - start > packetBodyBytesMax) return { kind: 'broken', ...place }
  const publisher = encoder.encode(textIn(row, 'publisher'))
  const isNamed = publisher.length > 0 && publisher.length <= groupBytesMax
  if (!isNamed) return { kind: 'broken', ...place }
  return withFields(row, place, view, publisher)
}

function withFields(
  row: Fields,
  place: ImportPlace,
  view: PublishedView,
  publisher: Uint8Array,
): ImportedMessage {
  const expires = wholeIn(row, 'expires')
  return {
    kind: 'message',
    ...place,
    view,
    expiresAt: expires > 0 ? Math.min(expires, view.expiresAt) : view.expiresAt,
    isCommitted: row['isCommitted'] === true,
    isDead: row['isDead'] === true,
    publisher,
    failed: groupsIn(row, 'failed'),
    succeeded: groupsIn(row, 'succeeded'),
    attempts: wholeIn(row, 'attempts'),
    retryAt: wholeIn(row, 'retryAt'),
  }
}

function bytesIn(text: string): Uint8Array {
  return Buffer.from(text, 'base64')
}

function groupsIn(row: Fields, name: string): readonly Uint8Array[] {
  const names = listIn(row, name, importGroupsMax, (group) => {
    if (typeof group !== 'string') throw usage(`"${name}": expected names of groups`)
    return encoder.encode(group)
  })
  return names.filter(({ length }) => length > 0 && length <= groupBytesMax)
}

/** Header and body as one packet, checked as a publish is; undefined when that could not be published. */
function viewOf(row: Fields, header: Uint8Array, body: Uint8Array): PublishedView | undefined {
  const form = row['form']
  if (form !== 0x11 && form !== 0x12) return undefined
  const packet = new Uint8Array(header.length + body.length + packetGrowthBytes)
  const headerEnd = putSpan(packet, 0, 1, header, 0, header.length)
  const end = putSpan(packet, headerEnd, 2, body, 0, body.length)
  const view = new PublishedView()
  if (!view.read(form, packet, 0, end) || !view.idValid) return undefined
  const id = idFromText(textIn(row, 'id'))
  if (id === undefined || !sameId(id, view)) return undefined
  const topicBytes = view.topicEnd - view.topicStart
  const isFit =
    topicBytes > 0 &&
    topicBytes <= topicBytesMax &&
    view.typeEnd - view.typeStart <= typeBytesMax &&
    view.propertiesBytes <= propertiesBytesMax
  return isFit ? view : undefined
}
