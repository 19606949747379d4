// What the archive's tables look like: names, columns, keys, in one order for MySQL, for exported files and for whoever
// compares them with the log. Knows nothing of SQL or files; a column here never changes its place.

/**
 * - `offset`, `number`: whole numbers, exact up to 2^53;
 * - `text`: a string; `json`: a string that is JSON; `id`: 32 hex digits, lower case;
 * - `bytes`: a Uint8Array of its own;
 * - `time`: ms since 1970, a whole number (a calendar need not have it);
 * - `flag`: a boolean.
 */
export type ColumnKind = 'offset' | 'number' | 'text' | 'bytes' | 'time' | 'flag' | 'id' | 'json'

export type Value = number | string | Uint8Array | boolean | null

export interface Column {
  readonly name: string
  readonly kind: ColumnKind
  readonly nullable: boolean
  /** A text that is always one of these. */
  readonly words?: readonly string[]
}

export interface Table {
  readonly name: TableName
  readonly columns: readonly Column[]
  /** Columns that make a row the only one of its log; the first is always `record`. */
  readonly key: readonly string[]
}

export type TableName =
  | 'messages'
  | 'routes'
  | 'deliveries'
  | 'outcomes'
  | 'transactions'
  | 'dead_letters'
  | 'bindings'
  | 'events'

/** Place of a table in `tables`; rows are handed over under it. */
export type TableNumber = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7

export const messagesTable = 0
export const routesTable = 1
export const deliveriesTable = 2
export const outcomesTable = 3
export const transactionsTable = 4
export const deadLettersTable = 5
export const bindingsTable = 6
export const eventsTable = 7

const column = (name: string, kind: ColumnKind): Column => ({ name, kind, nullable: false })
const maybe = (name: string, kind: ColumnKind): Column => ({ name, kind, nullable: true })
const word = (name: string, ...words: string[]): Column => ({
  name,
  kind: 'text',
  nullable: false,
  words,
})
const maybeWord = (name: string, ...words: string[]): Column => ({
  ...word(name, ...words),
  nullable: true,
})

/** Offset of the record that the row comes from. */
const record: Column = column('record', 'offset')
/** Offset of the first record of the message: `record` of its row in `messages`. */
const message: Column = column('message', 'offset')
const group: Column = column('group', 'text')
/** Of the record, by the broker's clock. */
const at: Column = column('at', 'time')

const messages: Table = {
  name: 'messages',
  key: ['record'],
  columns: [
    record,
    word('kind', 'published', 'prepared', 'recalled'),
    at,
    column('id', 'id'),
    column('topic', 'text'),
    column('type', 'text'),
    // Group of the connection it came over; `header_group` is what the message says itself.
    column('publisher', 'text'),
    word('form', 'bytes', 'string'),
    column('expires_at', 'time'),
    column('deliver_limit', 'number'),
    // Null only of a message that cannot be taken apart; then `body` is all of its bytes.
    maybe('header_group', 'text'),
    maybe('create_time', 'time'),
    column('snappy', 'flag'),
    maybe('properties', 'json'),
    // Of a recalled one: the offset of the record it was copied from.
    maybe('of', 'offset'),
    column('body_bytes', 'number'),
    column('body', 'bytes'),
  ],
}

const routes: Table = {
  name: 'routes',
  key: ['record', 'item'],
  // `item`: place in the record's list of groups, from 0, the durable ones first.
  columns: [record, column('item', 'number'), message, group, column('durable', 'flag')],
}

const deliveries: Table = {
  name: 'deliveries',
  key: ['record', 'message'],
  columns: [
    record,
    message,
    group,
    column('attempt', 'number'),
    column('connection', 'number'),
    at,
  ],
}

const outcomes: Table = {
  name: 'outcomes',
  key: ['record', 'message'],
  columns: [
    record,
    message,
    group,
    word('outcome', 'acked', 'failed', 'skipped'),
    maybeWord('cause', 'nack', 'timeout', 'connection-lost', 'not-sent', 'too-large'),
    maybe('feedback', 'text'),
    at,
    maybe('retry_at', 'time'),
  ],
}

const transactions: Table = {
  name: 'transactions',
  key: ['record'],
  columns: [
    record,
    message,
    word('step', 'prepared', 'inquired', 'committed', 'rolled-back'),
    maybeWord('reason', 'client', 'inquiry', 'expired', 'operator'),
    // Of an inquiry: the first is 1.
    maybe('attempt', 'number'),
    maybe('connection', 'number'),
    maybe('feedback', 'text'),
    at,
  ],
}

const deadLetters: Table = {
  name: 'dead_letters',
  key: ['record'],
  columns: [
    record,
    message,
    group,
    word('step', 'died', 'redriven', 'purged', 'returned'),
    // Of a redriven one: why it had died.
    maybeWord('reason', 'limit', 'expired', 'damaged', 'operator'),
    maybe('feedback', 'text'),
    maybe('who', 'text'),
    maybe('attempts', 'number'),
    at,
    // Where it is another time than `at`: of what was redriven or is back.
    maybe('died_at', 'time'),
  ],
}

const bindings: Table = {
  name: 'bindings',
  key: ['record', 'position'],
  columns: [
    record,
    at,
    word('source', 'registry', 'file', 'client', 'operator'),
    column('topic', 'text'),
    group,
    // Place in the list the source now has; -1 stands for an empty list, with nulls behind it.
    column('position', 'number'),
    maybeWord('bind_type', 'direct', 'regex', 'fanout'),
    maybe('message_type', 'text'),
    // Messages a second; 0 or less: unlimited.
    maybe('watermark', 'number'),
    maybe('persistent', 'flag'),
    // Lists of types, only in the first row of a record and only where there are any.
    maybe('parks', 'json'),
    maybe('unparks', 'json'),
  ],
}

const events: Table = {
  name: 'events',
  key: ['record'],
  columns: [
    record,
    at,
    word(
      'kind',
      'started',
      'named',
      'members-changed',
      'operator',
      'hole',
      'closed',
      'dropped',
      'paused',
      'resumed',
    ),
    maybe('group', 'text'),
    // An object with the other fields of the record.
    column('detail', 'json'),
  ],
}

/** Index is the TableNumber. */
export const tables: readonly [Table, Table, Table, Table, Table, Table, Table, Table] = [
  messages,
  routes,
  deliveries,
  outcomes,
  transactions,
  deadLetters,
  bindings,
  events,
]

/** Undefined when there is none of this name. */
export function tableNumberOf(name: string): TableNumber | undefined {
  const number = tables.findIndex((table) => table.name === name)
  return number < 0 ? undefined : (number as TableNumber)
}
