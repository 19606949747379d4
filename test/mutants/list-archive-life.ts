// Deliberate bugs in how an archive tells its log from another life of the same one, and how a reader notices that it has changed.

import type { CatchingTest, Mutant } from './mutant.ts'

const inTest =
  (file: string) =>
  (test: string): readonly CatchingTest[] => [{ file, test }]

const inServe = inTest('test/e2e/archive-serve.test.ts')
const inLife = inTest('src/archive/same-life.test.ts')
const inFollower = inTest('src/archive/follower.test.ts')
const putBack =
  'a log that is put back under its reader is told, whether its end is known or only what is durable'
const ofTheSameLife =
  'a folder that no longer has the archive’s last record goes on only if it is of the same life'

export const archiveLifeMutants: readonly Mutant[] = [
  {
    name: 'dropped-record-taken-for-the-same',
    breaks: 'another life of a log is archived on as soon as the record where they parted is gone',
    file: 'src/archive/same-log.ts',
    find: 'if (last === undefined) return false',
    replace: 'if (last === undefined) return true',
    caughtBy: inServe(ofTheSameLife),
  },
  {
    name: 'name-of-another-life',
    breaks: 'rows get the names that the numbers had in another life of the log',
    file: 'src/archive/same-life.ts',
    find: 'if (known === undefined) return',
    replace: 'if (known !== names) return',
    caughtBy: inLife('a number that has another name in the archive is refused with both names'),
  },
  {
    name: 'older-epoch-archived-on',
    breaks: 'a log goes on in an epoch before the one that its archive ends in',
    file: 'src/archive/same-life.ts',
    find: 'start.epoch > first.epoch',
    replace: 'start.epoch < 0',
    caughtBy: inLife(
      'a log whose records are older than the archive before them, or of an older epoch, is refused',
    ),
  },
  {
    name: 'message-of-another-life',
    breaks: 'a log is archived on although the archive has other messages in the place of its own',
    file: 'src/archive/same-life.ts',
    find: 'if (ids.get(Number(record)) !== id)',
    replace: "if (id === '')",
    caughtBy: inServe(ofTheSameLife),
  },
  {
    name: 'watermark-back-in-silence',
    breaks: 'a reader whose log was put back waits for ever, and says nothing',
    file: 'src/archive/follower.ts',
    find: 'if (owned < this.#at) throw',
    replace: 'if (owned < 0) throw',
    caughtBy: inFollower(putBack),
  },
  {
    name: 'durable-and-not-there',
    breaks: 'a reader looks for ever for records that are durable and cannot be read',
    file: 'src/archive/follower.ts',
    find: 'if (offset <= from && this.#seen',
    replace: 'if (offset < 0 && this.#seen',
    caughtBy: inFollower(putBack),
  },
  {
    name: 'new-owner-trusted',
    breaks: 'a folder that was copied back while nobody had it is archived on without a look',
    file: 'src/archive/archiver.ts',
    find: 'if (now !== this.#owner && this.#read !== undefined)',
    replace: 'if (now !== this.#owner && this.#read === undefined)',
    caughtBy: inServe(
      'a folder that was copied back under an archiver that follows it is told once another broker has it',
    ),
  },
  {
    name: 'silence-ends-the-archiver',
    breaks: 'an archiver ends because the broker beside it is just starting',
    file: 'src/cli/until-answered.ts',
    find: 'if (!isPassing) throw error',
    replace: 'if (isPassing || !isPassing) throw error',
    caughtBy: inTest('src/cli/until-answered.test.ts')(
      'a broker that does not answer yet is asked again, and never taken at a word it has not said',
    ),
  },
  {
    name: 'set-back-called-another-archiver',
    breaks: 'an archive that was restored from a dump is told as another archiver, which is itself',
    file: 'src/archive/mysql-writer.ts',
    find: 'if (holder === this.#options.token)',
    replace: "if (holder === '')",
    caughtBy: inTest('test/e2e/archive-faults.test.ts')(
      'an archive that was set back is told as that, and not as another archiver',
    ),
  },
]
