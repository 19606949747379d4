// Deliberate bugs of the archive in MySQL: exactly once, who may write, gaps, and what is removed for its age.

import type { CatchingTest, Mutant } from './mutant.ts'

const inTest =
  (file: string) =>
  (test: string): readonly CatchingTest[] => [{ file, test }]

const inArchive = inTest('test/e2e/archive.test.ts')
const inFaults = inTest('test/e2e/archive-faults.test.ts')
const writer = 'src/archive/mysql-writer.ts'

export const archiveMutants: readonly Mutant[] = [
  {
    name: 'archived-rows-without-their-place',
    breaks: 'rows of a batch are committed although how far the archive is was not',
    file: 'src/archive/mysql-connection.ts',
    find: "await this.raw('START TRANSACTION')",
    replace: 'await Promise.resolve()',
    caughtBy: inFaults(
      'an archiver that is killed in the middle of a batch leaves nothing of it, wherever it was',
    ),
  },
  {
    name: 'lost-commit-done-again',
    breaks: 'a batch whose commit was not answered is taken for one that was never written',
    file: 'src/archive/mysql-link.ts',
    find: 'if (nextOffset === addition.to) return',
    replace: 'if (nextOffset === -1) return',
    caughtBy: inFaults('a commit whose answer is lost is not done twice'),
  },
  {
    name: 'replaced-archiver-writes-on',
    breaks: 'an archiver whose place another one has taken goes on writing',
    file: writer,
    find: 'WHERE number = ? AND next_offset = ? AND holder = ?`',
    replace: "WHERE number = ? AND next_offset = ? AND holder <> CONCAT(?, '-')`",
    caughtBy: inFaults(
      'a second archiver of a log is refused and told who has it, and one that was replaced writes no more',
    ),
  },
  {
    name: 'deadlock-ends-the-archive',
    breaks: 'a batch that a deadlock has undone is the end',
    file: 'src/archive/mysql-errors.ts',
    find: 'new Set([1213, 1205, 1020])',
    replace: 'new Set([1205, 1020])',
    caughtBy: inFaults('a batch that a deadlock has undone is written again'),
  },
  {
    name: 'archive-trusts-server-defaults',
    breaks: 'how a server reads a text is left to its configuration',
    file: 'src/archive/mysql-connection.ts',
    find: 'for (const setting of settings) await',
    replace: 'for (const setting of settings.slice(1)) await',
    caughtBy: inArchive(
      'what a server has for defaults changes nothing, of any character and of 2 MiB',
    ),
  },
  {
    name: 'import-short-of-a-server-limit',
    breaks: 'a limit that a server has for all answers leaves out messages of the original',
    file: 'src/cli/import-source.ts',
    find: 'SET SESSION ${plainSession}',
    replace: 'SELECT 1',
    caughtBy: inTest('test/e2e/import.test.ts')(
      'a message comes as it was published, once, in the order of publishing',
    ),
  },
  {
    name: 'rows-short-of-a-server-limit',
    breaks: 'a limit that a server has for all answers leaves out rows, and nothing says so',
    file: 'src/archive/mysql-connection.ts',
    find: "  'sql_select_limit = 18446744073709551615',\n",
    replace: '',
    caughtBy: inArchive('no setting of a server leaves out a row or lets in another one'),
  },
  {
    name: 'archive-gap-not-on-record',
    breaks: 'records that were dropped before they were archived are passed over in silence',
    file: writer,
    find: 'if (gap !== undefined)',
    replace: "if (gap === '')",
    caughtBy: inArchive(
      'what was dropped or is not wanted is a gap on record, and names from before are known',
    ),
  },
  {
    name: 'open-messages-pruned',
    breaks: 'rows go for their age although a group still has the message to settle',
    file: 'src/archive/mysql-prune.ts',
    find: 'NOT IN (SELECT offset_kept FROM kept)`',
    replace: 'NOT IN (SELECT -offset_kept FROM kept)`',
    caughtBy: inArchive(
      'the command archives, says how much, shows bodies if asked, and prunes what is over',
    ),
  },
]
