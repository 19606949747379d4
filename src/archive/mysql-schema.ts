// The archive's tables in a database: made and brought up to date by the numbered files of `schema/`, each once and in order.
// Must never change a database that a newer version has written.

import { readdirSync, readFileSync } from 'node:fs'
import { KiteQError } from '../model/errors.ts'
import type { MysqlConnection } from './mysql-connection.ts'

export interface SchemaFile {
  /** From 1, without a gap. */
  readonly number: number
  readonly name: string
  readonly statements: readonly string[]
}

const folder = new URL('./schema/', import.meta.url)
/** Somebody else may just be doing it. */
const lockWaitSeconds = 60
/** Unknown table. */
const noTable = 1146
/** A column that is there already. */
const sameColumn = 1060

export function schemaFiles(from: URL = folder): readonly SchemaFile[] {
  const names = readdirSync(from).filter((name) => /^\d{4}-[\w-]+\.sql$/.test(name))
  return names.sort().map((name, index) => {
    const number = Number(name.slice(0, 4))
    if (number !== index + 1)
      throw new KiteQError('KITEQ_CONFIG', `schema file ${name} is out of order`)
    return { number, name, statements: statementsOf(readFileSync(new URL(name, from), 'utf8')) }
  })
}

/** A statement ends with a semicolon at the end of a line; a comment has a line of its own. */
function statementsOf(text: string): readonly string[] {
  const lines = text.split('\n').filter((line) => !line.startsWith('--'))
  return lines
    .join('\n')
    .split(/;\s*\n/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
}

/** Number of the last file that was applied; 0 in a database without the archive's tables. */
export async function schemaVersion(connection: MysqlConnection): Promise<number> {
  try {
    const [row] = await connection.rows('SELECT COALESCE(MAX(number), 0) AS n FROM schema_versions')
    return Number(row!['n'])
  } catch (error) {
    if ((error as { errno?: number }).errno === noTable) return 0
    throw error
  }
}

/**
 * Applies what is missing; resolves to the numbers of those files. Rejects KITEQ_CONFIG when the database is newer than
 * this program.
 */
export async function migrate(
  connection: MysqlConnection,
  files: readonly SchemaFile[] = schemaFiles(),
): Promise<readonly number[]> {
  if (missingOf(files, await schemaVersion(connection)).length === 0) return []
  const [row] = await connection.rows(
    "SELECT GET_LOCK(CONCAT('kiteq-schema-', MD5(DATABASE())), ?) AS got",
    [lockWaitSeconds],
  )
  if (row!['got'] !== 1)
    throw new KiteQError('KITEQ_TIMEOUT', 'somebody else is changing the tables of this archive')
  try {
    await connection.raw(versionsTable)
    const missing = missingOf(files, await schemaVersion(connection))
    for (const { number, name, statements } of missing) {
      for (const statement of statements) await define(connection, statement)
      await connection.change(
        'INSERT INTO schema_versions (number, name, applied_at) VALUES (?, ?, UTC_TIMESTAMP(3))',
        [number, name],
      )
    }
    return missing.map(({ number }) => number)
  } finally {
    await connection.rows("SELECT RELEASE_LOCK(CONCAT('kiteq-schema-', MD5(DATABASE())))")
  }
}

/** Columns are added all at once or not at all: those that are there were added by a run that ended right behind it. */
async function define(connection: MysqlConnection, statement: string): Promise<void> {
  try {
    await connection.define(statement)
  } catch (error) {
    if ((error as { errno?: number }).errno !== sameColumn) throw error
  }
}

/** Throws KITEQ_CONFIG when the database is newer. */
function missingOf(files: readonly SchemaFile[], version: number): readonly SchemaFile[] {
  if (version > files.length)
    throw new KiteQError(
      'KITEQ_CONFIG',
      `the archive's tables are of version ${version}; expected ${files.length} or less: a newer kiteq has written them`,
    )
  return files.slice(version)
}

const versionsTable = `CREATE TABLE IF NOT EXISTS schema_versions (
  number INT NOT NULL,
  name VARCHAR(100) NOT NULL,
  applied_at DATETIME(3) NOT NULL,
  PRIMARY KEY (number)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`
