// Deliberate bugs of the copy of a log: what it reports as synced, what it takes, what it lets go of, and what is handed to it.

import type { CatchingTest, Mutant } from './mutant.ts'

const inTest =
  (file: string) =>
  (test: string): readonly CatchingTest[] => [{ file, test }]

const inCopy = inTest('src/log/replica-log.test.ts')
const overLives = inTest('test/property/replica-log.test.ts')(
  'whatever a copy goes through, what it told to be synced is there, and it becomes the same files',
)

const notOpened =
  'a segment of another log, of an older epoch, or behind another end, is not opened'

export const replicaLogMutants: readonly Mutant[] = [
  {
    name: 'copy-not-synced',
    breaks: 'a copy reports records as safe that are in the page cache only',
    file: 'src/log/replica-file.ts',
    find: `await disk.open(path, 'synced')`,
    replace: `await disk.open(path, 'write')`,
    caughtBy: overLives,
  },
  {
    name: 'copy-name-not-synced',
    breaks: 'a copy writes to a segment whose name is not safe',
    file: 'src/log/replica-log.ts',
    find: 'await disk.syncFolder(dir)\n    if (this.#headers',
    replace: 'if (this.#headers',
    caughtBy: overLives,
  },
  {
    name: 'copy-cut-leaves-segments',
    breaks: 'records that a copy let go of come back with its next start',
    file: 'src/log/replica-log.ts',
    find: 'await removeSegment(disk, dir, this.#headers.at(-1)!.number)',
    replace: '',
    caughtBy: inCopy('a copy is cut at any record, and goes on with what another leader has there'),
  },
  {
    name: 'copy-takes-any-header',
    breaks: 'a segment of another log is appended to a copy',
    file: 'src/log/replica-append.ts',
    find: 'if (header.logId !== last.logId)',
    replace: `if (header.logId === '')`,
    caughtBy: inCopy(notOpened),
  },
  {
    name: 'copy-takes-older-epochs',
    breaks: 'a segment of a deposed leader is appended behind one of a later epoch',
    file: 'src/log/replica-append.ts',
    find: 'if (header.epoch < last.epoch)',
    replace: 'if (header.epoch < 0)',
    caughtBy: inCopy(notOpened),
  },
  {
    name: 'copy-without-crc',
    breaks: 'damaged records are sent to a copy, and written by it',
    file: 'src/log/raw-frames.ts',
    find: 'if (holdInRuns(request, walk.end)) return walk',
    replace: 'if (walk.end >= request.start) return walk',
    caughtBy: [
      ...inCopy('nothing is appended that belongs elsewhere or does not hold'),
      ...inCopy('what is no place of the log is refused, and damage is never handed out'),
    ],
  },
  {
    name: 'copy-half-filled-counts',
    breaks: 'a copy that died while many batches were on their way keeps what came of them',
    file: 'src/log/replica-end.ts',
    find: 'return damage === undefined ? found : scan(damage.firstOffset)',
    replace: 'return found',
    caughtBy: inCopy(
      'while a copy is filled, damage behind that place is cut off, and it is unsure',
    ),
  },
  {
    name: 'copy-half-cleared-counts',
    breaks: 'what a clearing that was cut short has left is taken for a copy',
    file: 'src/log/replica-log.ts',
    find: 'if (member?.isClearing === true) await this.#clear()',
    replace: 'if (member?.isClearing === null) await this.#clear()',
    caughtBy: inCopy('a copy that is cleared is empty, even if it dies in between'),
  },
  {
    name: 'epoch-need-not-grow',
    breaks: 'a leader writes under an epoch that its log has already',
    file: 'src/log/new-epoch.ts',
    find: 'if (epoch <= before.epoch)',
    replace: 'if (epoch < 0)',
    caughtBy: inCopy(
      'an epoch that does not grow, and the id of another log, are refused before anything is written',
    ),
  },
]
