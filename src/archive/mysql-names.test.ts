// The names of an archive, from a server that says what it likes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MysqlFault } from './mysql-errors.ts'
import { archivedNames } from './mysql-names.ts'

type Row = Readonly<Record<string, unknown>>

/** Answers every question by a page. */
function answering(page: (asked: number) => readonly Row[]) {
  let asked = 0
  return { rows: () => Promise.resolve(page(asked++)) }
}

const pageNames = 10_000
const named = (
  number: unknown,
  dictionary: unknown = 'topic',
  name: unknown = Buffer.of(),
): Row => ({
  ...{ dictionary, number, name },
})

test('names are read to their end, page by page', async () => {
  const pages = [
    Array.from({ length: pageNames }, (_, at) => named(at)),
    [named(pageNames), named(0, 'type', Buffer.from('t'))],
  ]
  const names = await archivedNames(
    answering((asked) => pages[asked] ?? []),
    1,
  )
  assert.equal(names.length, pageNames + 2)
  assert.deepEqual(names.at(-1), named(0, 'type', Buffer.from('t')))
})

test('names that come again, or are none, are no names', async () => {
  const page = Array.from({ length: pageNames }, (_, at) => named(at))
  const repeated = answering(() => page)
  await assert.rejects(archivedNames(repeated, 1), /not in their order/)
  const wrong: readonly (readonly Row[])[] = [
    [named(1), named(1)],
    [named(1, 'type'), named(2, 'topic')],
    [named('9223372036854775807')],
    [named(1, null)],
    [named(1, 'topic', 'text')],
  ]
  for (const rows of wrong)
    await assert.rejects(
      archivedNames(
        answering(() => rows),
        1,
      ),
      MysqlFault,
      JSON.stringify(rows),
    )
})

test('empty names have an end, too', async () => {
  const endless = answering((asked) =>
    asked < 3
      ? Array.from({ length: pageNames }, (_, at) => named(asked * pageNames + at))
      : assert.fail('it reads on and on'),
  )
  await assert.rejects(archivedNames(endless, 1, 1_000_000), /more than \d+ bytes of names/)
})
