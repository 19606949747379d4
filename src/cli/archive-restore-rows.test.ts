// Rows of an archive as they come back out of it, also those that somebody has put there.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MysqlRow } from '../archive/mysql-connection.ts'
import { MysqlFault } from '../archive/mysql-errors.ts'
import { takeArchived } from './archive-restore-rows.ts'
import { outgoingOf } from './replay-message.ts'
import type { Selected } from './replay-selection.ts'

const sound: MysqlRow = {
  ...{ topic: 'trade', type: 'pay', form: 'bytes', snappy: 0, header_group: 'shop' },
  ...{ expires_at: '2126-01-01 00:00:00.000', deliver_limit: 3, create_time: null },
  ...{ properties: '{"a":"b"}', body: Buffer.from('x') },
}

interface Taken {
  readonly taken: readonly Selected[]
  readonly odd: readonly (readonly [number, string])[]
}

/** Records 0, 1 … with these rows. */
async function take(rows: readonly MysqlRow[], places = rows.map((_, at) => at)): Promise<Taken> {
  const taken: Selected[] = []
  const odd: (readonly [number, string])[] = []
  const connection = {
    rows: (sql: string) =>
      Promise.resolve(
        sql.includes('UNION ALL')
          ? places.map((place) => ({ place, message: place, bytes: 1 }))
          : rows.map((row, record) => ({ record, ...row })),
      ),
  }
  await takeArchived(
    connection,
    1,
    { from: 0, until: rows.length },
    {
      take: (selected) => void taken.push(selected),
      odd: (record, column) => void odd.push([record, column]),
      pause: () => Promise.resolve(),
      isOver: () => false,
    },
  )
  return { taken, odd }
}

function isReadable(selected: Selected): boolean {
  if (!('bytes' in selected)) return false
  const { form, bytes, deliverLimit, expiresAt } = selected
  const message = { source: bytes, start: 0, end: bytes.length }
  return outgoingOf({ form, message, deliverLimit, expiresAt, id: undefined }) !== undefined
}

test('a cell that cannot have been archived leaves out its message, and is named', async () => {
  const cells: readonly (readonly [string, unknown])[] = [
    ...['nope', '[]', '"a"', '7', 'null', '{"a":1}', '{"a":{}}', ''].map(
      (text) => ['properties', text] as const,
    ),
    ...(['expires_at', 'create_time'] as const).flatMap((column) => [
      [column, '0000-00-00 00:00:00.000'] as const,
      [column, 'soon'] as const,
    ]),
    ['expires_at', null],
    ['deliver_limit', '9223372036854775807'],
    ['body', 'text'],
    ['body', null],
  ]
  const rows = [sound, ...cells.map(([column, value]) => ({ ...sound, [column]: value })), sound]
  const { taken, odd } = await take(rows)
  assert.deepEqual(
    odd,
    cells.map(([column], at) => [at + 1, column]),
  )
  assert.deepEqual(
    taken.map(isReadable),
    rows.map((row) => row === sound),
  )
  const far = Math.floor(Date.now() / 1000) + 60
  for (const one of taken)
    assert.ok('bytes' in one && one.expiresAt > far, 'it is skipped as if it had expired')
})

test('records that were not asked for end it', async () => {
  for (const place of [-1, 1, 2 ** 53, Number.NaN])
    await assert.rejects(take([sound], [place]), MysqlFault, String(place))
})
