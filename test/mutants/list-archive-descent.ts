// Deliberate bugs where an archive holds several logs, and in what an auditor is told of what is not there.

import type { CatchingTest, Mutant } from './mutant.ts'

const inTest =
  (file: string) =>
  (test: string): readonly CatchingTest[] => [{ file, test }]

const inDescent = inTest('test/e2e/archive-descent.test.ts')
const inVerify = inTest('test/e2e/archive-verify.test.ts')
const inKeeper = inTest('src/archive-keeper.test.ts')
const origin = 'src/archive/mysql-origin.ts'
const whole =
  'a restored log begins behind the rows of the one it was restored from, and is compared across both'
const short =
  'records its ancestor was not archived up to stand under the restored log, and never under both'
const told = 'segments that go before they are archived are told at once, counted, and shown'

export const archiveDescentMutants: readonly Mutant[] = [
  {
    name: 'restored-log-archived-twice',
    breaks: 'every row of a log stands in the archive again once the log was restored',
    file: origin,
    find: 'begins: Math.min(place, parted)',
    replace: 'begins: 0',
    caughtBy: inDescent(whole),
  },
  {
    name: 'restore-forgets-its-log',
    breaks: 'a restored folder does not say which log it goes on from',
    file: 'src/cli/restore.ts',
    find: 'ancestryText(descent)',
    replace: 'ancestryText([])',
    caughtBy: inDescent(whole),
  },
  {
    name: 'heir-beside-its-ancestor',
    breaks:
      'a restored log is archived while the one it was restored from is still writing the same records',
    file: origin,
    find: "if (row!['got'] !== 1)",
    replace: "if (row!['got'] === 2)",
    caughtBy: inDescent(short),
  },
  {
    name: 'ancestor-behind-its-heir',
    breaks:
      'a log is archived on with records that already stand under one that was restored from it',
    file: 'src/archive/mysql-writer.ts',
    find: 'await expectNoHeir(this.connection, number, this.#place.nextOffset)',
    replace: 'void expectNoHeir',
    caughtBy: inDescent(short),
  },
  {
    name: 'open-in-a-restored-log-pruned',
    breaks: 'rows go for their age although a restored log still has the message to settle',
    file: 'src/archive/mysql-prune-open.ts',
    find: 'parts.some(({ number }) => number === log)',
    replace: 'parts[0]?.number === log',
    caughtBy: inDescent(
      'rows of a message that a restored log still has open stay, whatever became of it in the other one',
    ),
  },
  {
    name: 'schema-stuck-after-a-crash',
    breaks: 'tables that were changed right before a crash are never brought up to date',
    file: 'src/archive/mysql-schema.ts',
    find: '!== sameColumn',
    replace: '!== -sameColumn',
    caughtBy: inTest('test/e2e/archive.test.ts')(
      'tables of a newer version are left alone, and known ones are made once',
    ),
  },
  {
    name: 'forged-gap-believed',
    breaks: 'a row that was removed is not missing once somebody says that there is a gap',
    file: 'src/archive/verify.ts',
    find: 'figures.gaps.every(({ inLog }) => inLog === 0)',
    replace: 'figures.gaps.length >= 0',
    caughtBy: inVerify('a row that was removed is missing, also where a gap is said to be'),
  },
  {
    name: 'gap-outside-not-said',
    breaks: 'an archive is called equal and nothing is said of what it lacks beside the range',
    file: 'src/cli/archive-verify.ts',
    find: '[...vouched, ...figures.gapsOutside]',
    replace: '[...vouched]',
    caughtBy: inVerify('a row that was removed is missing, also where a gap is said to be'),
  },
  {
    name: 'rows-of-no-log-pass',
    breaks: 'rows of a log that the archive has removed from its list are seen by nobody',
    file: 'src/archive/verify.ts',
    find: '&& strays.length === 0',
    replace: '',
    caughtBy: inVerify('rows of a log that the archive does not know are told'),
  },
  {
    name: 'dropped-unarchived-in-silence',
    breaks:
      'segments go before they are archived, and nobody hears of it until the database is back',
    file: 'src/archive-keeper.ts',
    find: 'if (records === 0 || below === this.#dropped.below) return',
    replace: 'if (records >= 0) return',
    caughtBy: inKeeper(told),
  },
  {
    name: 'no-lag-behind-the-log',
    breaks: 'an archive that is behind what retention has left is told to lack no bytes at all',
    file: 'src/archive-lag.ts',
    find: '?? { segment: first.number, position: segmentHeaderBytes }',
    replace: '?? log.durablePlace',
    caughtBy: inKeeper(told),
  },
  {
    name: 'loss-before-it-is-known',
    breaks: 'a broker whose database was not reached yet calls records lost that are archived',
    file: 'src/archive-keeper.ts',
    find: "archivedOffset === undefined ? 'may have gone'",
    replace: "archivedOffset === -1 ? 'may have gone'",
    caughtBy: inKeeper('segments that go before the database was reached may not be archived'),
  },
  {
    name: 'twice-under-two-heirs',
    breaks: 'rows of two logs restored from the same one stand twice, and nothing says so',
    file: origin,
    find: 'if (to > from && to - from >',
    replace: 'if (to < from && to - from >',
    caughtBy: inDescent(
      'of two logs that were restored from one it is told which records stand under both',
    ),
  },
]
