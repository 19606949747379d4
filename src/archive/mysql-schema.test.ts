import assert from 'node:assert/strict'
import { test } from 'node:test'
import { schemaFiles } from './mysql-schema.ts'
import { tables } from './tables.ts'

/** Name and whether it may be null, of each column of a statement that makes a table. */
function columnsOf(statement: string): [string, boolean][] {
  const lines = statement.matchAll(/^ {2}`(\w+)` .*? (NOT NULL|NULL)/gm)
  return [...lines].map(([, name, nulls]) => [name!, nulls === 'NULL'])
}

test('the tables that are made have the columns that rows have, in their order', () => {
  const statements = schemaFiles().flatMap((file) => file.statements)
  for (const { name, columns, key } of tables) {
    const statement = statements.find((one) => one.includes(`EXISTS \`${name}\` (`))
    assert.ok(statement !== undefined, `no table ${name}`)
    const wanted = columns.map((column) => [column.name, column.nullable])
    const made = columnsOf(statement).filter(
      ([column]) => !['body_text', 'body_json'].includes(column),
    )
    assert.deepEqual(made, [['log', false], ...wanted], name)
    const primary = ['log', ...key].map((column) => `\`${column}\``).join(', ')
    assert.ok(statement.includes(`PRIMARY KEY (${primary})`), `key of ${name}`)
  }
})

test('every statement can be run again after a crash, and names its character set', () => {
  for (const { number, statements } of schemaFiles())
    for (const statement of statements) {
      assert.match(statement, /^(CREATE TABLE IF NOT EXISTS|ALTER TABLE|INSERT IGNORE) /)
      if (number === 1)
        assert.match(statement, /DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin$/)
    }
})
