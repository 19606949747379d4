// Deliberate bugs of the archive inside a running broker: the log that is kept for it, its thread, and who turns it on.

import type { CatchingTest, Mutant } from './mutant.ts'

const inTest =
  (file: string) =>
  (test: string): readonly CatchingTest[] => [{ file, test }]

const inRetention = inTest('src/retention-archive.test.ts')
const inKeeper = inTest('src/archive-keeper.test.ts')
const inSetting = inTest('src/archive-setting.test.ts')

const onlyArchived =
  'a segment goes only once the archive has its last record, and who is waited for is told once'
const onFullDisk =
  'on a full disk a checkpoint is asked for, and an image that fits goes into what acks have left'

export const archiveServeMutants: readonly Mutant[] = [
  {
    name: 'required-archive-not-waited-for',
    breaks: 'a log that is kept for the archive drops what is not archived',
    file: 'src/retention.ts',
    find: 'const last = Math.min(this.#emptied, free)',
    replace: 'const last = Math.min(this.#emptied, Infinity)',
    caughtBy: inRetention(onlyArchived),
  },
  {
    name: 'segment-taken-for-archived',
    breaks: 'a segment goes although the archive has only begun with it',
    file: 'src/retention.ts',
    find: 'return (next?.number ?? 0) - 1',
    replace: 'return next?.number ?? 0',
    caughtBy: inRetention(onlyArchived),
  },
  {
    name: 'room-made-too-late',
    breaks:
      'what has to be written before segments go is left until the archive has them, when the disk may be full',
    file: 'src/retention.ts',
    find: 'if (plan.liveBytes > 0) await this.#move(plan.last)',
    replace: `if (this.#archivedUpTo() < plan.last) return 'the archive does not have them yet'
    if (plan.liveBytes > 0) await this.#move(plan.last)`,
    caughtBy: inRetention(
      'what is written so that segments can go is written once, before the archive has them',
    ),
  },
  {
    name: 'image-kept-out-of-the-reserve',
    breaks: 'a disk that filled before an image was written stays full after the archive is back',
    file: 'src/retention-plan.ts',
    find: 'written * fullDiskShare > sureBytes',
    replace: 'written > 0',
    caughtBy: inRetention(onFullDisk),
  },
  {
    name: 'image-takes-all-that-acks-have',
    breaks: 'on a full disk an image takes the room of acks and decisions',
    file: 'src/retention-plan.ts',
    find: 'written * fullDiskShare > sureBytes',
    replace: 'written > Infinity',
    caughtBy: inTest('src/retention-plan.test.ts')(
      'an image is written when it is worth it or space has run out, and on a full disk within half of what acks have left',
    ),
  },
  {
    name: 'no-checkpoint-for-a-full-disk',
    breaks: 'a disk that filled before the first checkpoint waits for the next one that is due',
    file: 'src/retention.ts',
    find: 'if (offset === undefined) this.#holdForCheckpoint(candidates, free)',
    replace: '',
    caughtBy: inRetention(onFullDisk),
  },
  {
    name: 'archive-held-blameless-in-health',
    breaks: 'a log that is held by its archive does not say so in its health',
    file: 'src/archive-keeper.ts',
    find: '    holds,\n    gaps === 0',
    replace: '    gaps === 0',
    caughtBy: inKeeper('a gap is told once, counted, and shown beside a sound health'),
  },
  {
    name: 'full-disk-blames-nobody',
    breaks: 'a publish that is refused because of the archive does not say so',
    file: 'src/broker/loop.ts',
    find: '? this.fullReason',
    replace: '? fullReason()',
    caughtBy: inTest('src/broker/loop.test.ts')(
      'a full disk refuses publishes with its reason while deliveries and acks go on',
    ),
  },
  {
    name: 'archived-before-the-database-said-so',
    breaks: 'after a start all counts as archived until MySQL is reached',
    file: 'src/archive-keeper.ts',
    find: 'return this.#archived ?? 0',
    replace: 'return this.#archived ?? Infinity',
    caughtBy: inKeeper('nothing counts as archived before the database has said so'),
  },
  {
    name: 'archive-stays-dead',
    breaks: 'an archive that failed once is never started again',
    file: 'src/archive-keeper.ts',
    find: 'this.#again = setTimeout(() => this.#startThread(), this.#againMs)',
    replace: 'this.#again = setTimeout(() => undefined, this.#againMs)',
    caughtBy: inKeeper(
      'a thread that ends is started again, later each time, and told once for each reason',
    ),
  },
  {
    name: 'archive-gap-not-shown',
    breaks: 'records that the archive will never have are counted nowhere',
    file: 'src/archive-keeper.ts',
    find: 'this.#gaps.records += to - from',
    replace: 'this.#gaps.records += 0',
    caughtBy: inKeeper('a gap is told once, counted, and shown beside a sound health'),
  },
  {
    name: 'stop-waits-for-mysql',
    breaks: 'a server that says nothing holds up the stop of the broker',
    file: 'src/archive-keeper.ts',
    find: 'const late = setTimeout(() => void thread.terminate(), stopWithinMs)',
    replace: 'const late = setTimeout(() => undefined, stopWithinMs)',
    caughtBy: inKeeper(
      'a stop is asked for, and a thread that does not hear it is ended after a second',
    ),
  },
  {
    name: 'archive-of-another-course',
    breaks: 'a folder from an older backup is archived behind records that it never had',
    file: 'src/archive/same-log.ts',
    find: 'storedTimeMs(last) !== timeMs',
    replace: 'storedTimeMs(last) !== storedTimeMs(last)',
    caughtBy: inTest('src/archive/same-log.test.ts')(
      'a log that has grown past its archive again with other records is refused',
    ),
  },
  {
    name: 'archive-password-told',
    breaks: 'a wrong address of the archive is refused with its password',
    file: 'src/config-file.ts',
    find: "  'archive.mysql',\n",
    replace: '',
    caughtBy: inSetting(
      'a wrong setting is refused with what was expected and without the password',
    ),
  },
  {
    name: 'original-store-without-archive',
    breaks: 'the original’s configuration does not turn the archive on',
    file: 'src/original-config.ts',
    find: '...archiveOf(cluster, ours),',
    replace: '...(archiveOf(cluster, ours) && {}),',
    caughtBy: inSetting("the original's mysql://a:3306,b:3306 gets its archive beside its tables"),
  },
]
