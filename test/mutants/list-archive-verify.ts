// Deliberate bugs in what holds an archive against its log, and in what publishes it again.

import type { CatchingTest, Mutant } from './mutant.ts'

const inTest =
  (file: string) =>
  (test: string): readonly CatchingTest[] => [{ file, test }]

const inVerify = inTest('test/e2e/archive-verify.test.ts')
const inRestore = inTest('test/e2e/archive-restore.test.ts')

export const archiveVerifyMutants: readonly Mutant[] = [
  {
    name: 'changed-rows-pass-for-equal',
    breaks: 'an archive with as many rows as the log has passes for the log, whatever is in them',
    file: 'src/archive/verify-slice.ts',
    find: "count.archive === own.rows && String(theirs['sum']) === shownSum(own)",
    replace: 'count.archive === own.rows',
    caughtBy: inVerify('a changed or missing row is found in every table, and its column named'),
  },
  {
    name: 'any-missing-row-passes-for-old',
    breaks: 'once rows were removed for their age, younger ones may be missing, too',
    file: 'src/archive/verify-slice.ts',
    find: 'Number(row[0]) < prunedBelow',
    replace: 'prunedBelow > 0',
    caughtBy: inVerify(
      'gaps, removed rows and dropped records are told, and what is left is compared',
    ),
  },
  {
    name: 'gaps-are-missing-rows',
    breaks: 'what an archive has on record as left out counts as lost',
    file: 'src/archive/verify.ts',
    find: 'gap === gaps.length || offset < gaps[gap]!.from',
    replace: 'gap <= gaps.length',
    caughtBy: inVerify(
      'gaps, removed rows and dropped records are told, and what is left is compared',
    ),
  },
  {
    name: 'lost-end-passes-for-equal',
    breaks: 'a log that has lost what is archived passes for what is archived',
    file: 'src/archive/verify.ts',
    find: 'wrongNames === 0 && end >= place',
    replace: 'wrongNames === 0',
    caughtBy: inVerify('rows, names and places that the log does not give are told'),
  },
  {
    name: 'rolled-back-is-restored',
    breaks: 'what was rolled back is published out of the archive',
    file: 'src/cli/archive-restore-rows.ts',
    find: "t.step = 'committed'",
    replace: "t.step IN ('committed', 'rolled-back')",
    caughtBy: inRestore('what was published and committed comes out of the archive as it went in'),
  },
  {
    name: 'names-restored-as-shown',
    breaks: 'a name with a backslash comes out of the archive as another one',
    file: 'src/cli/archive-restore-rows.ts',
    find: 'const parts = shown.split(/\\\\x([0-9a-f]{2})/)',
    replace: 'const parts = [shown]',
    caughtBy: inRestore('what was published and committed comes out of the archive as it went in'),
  },
]
