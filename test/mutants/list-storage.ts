// Deliberate bugs of what keeps storage bounded, of who owns it, and of the tools that copy it and look back: retention,
// images, backup, replay, the folder and the clock.

import type { CatchingTest, Mutant } from './mutant.ts'

const inTest =
  (file: string) =>
  (test: string): readonly CatchingTest[] => [{ file, test }]

const inDropped = inTest('test/fault/dropped-segments.test.ts')
const inBackup = inTest('src/cli/backup.test.ts')

const outlives =
  'what one group of several still waits for, a dead letter and an open transaction outlive their segments'
const heldByAnybody = 'return status === statusPrepared || status === statusLive'

export const storageMutants: readonly Mutant[] = [
  {
    name: 'retention-passes-over-a-group',
    breaks: 'a message that one group alone still waits for goes with its segment',
    file: 'src/index/message-table.ts',
    find: heldByAnybody,
    replace:
      'return status === statusPrepared || (status === statusLive && this.waitingOf(row) !== 1)',
    caughtBy: inDropped(outlives),
  },
  {
    name: 'retention-passes-over-transactions',
    breaks: 'a message that is not decided yet goes with its segment',
    file: 'src/index/message-table.ts',
    find: heldByAnybody,
    replace: 'return status === statusLive',
    caughtBy: inDropped(outlives),
  },
  {
    name: 'retention-passes-over-dead-letters',
    breaks: 'a dead letter goes with its segment, and can be redriven no more',
    file: 'src/index/message-table.ts',
    find: heldByAnybody,
    replace:
      'return status === statusPrepared || (status === statusLive && this.waitingOf(row) > 0)',
    caughtBy: inDropped(outlives),
  },
  {
    name: 'copy-not-found-again',
    breaks: 'a message copied out of an old segment is looked for where it stood',
    file: 'src/broker/apply-storage.ts',
    find: 'state.messages.move(row, place)',
    replace: 'void place',
    caughtBy: inTest('src/retention.test.ts')(
      'one stubborn message pins nothing: it is copied on and can still be read',
    ),
  },
  {
    name: 'image-without-paused-groups',
    breaks: 'an image of the state, and its digest, know nothing of the groups an operator paused',
    file: 'src/consumer-offsets/paused-groups.ts',
    find: `    for (const [group, pause] of this.groups) pauseHash(group, pause).addTo(into)
  }

  save(writer: SectionWriter): void {
    writer.u32(this.groups.size)
    for (const [group, { who, sinceMs }] of this.groups) {`,
    replace: `    void into
  }

  save(writer: SectionWriter): void {
    writer.u32(0)
    for (const [group, { who, sinceMs }] of [] as [GroupNumber, Pause][]) {`,
    caughtBy: inDropped('a group that was paused in a segment that is gone is paused still'),
  },
  {
    name: 'files-go-before-the-record',
    breaks: 'segments are removed before image and copies are safe',
    file: 'src/retention.ts',
    find: `    await this.#durable(log.endOffset)
    await log.secure()
    sink.note({ kind: 'dropped', segment, nextOffset: next.firstOffset })
    await this.#durable(log.endOffset)
    await log.secure()
    const count`,
    replace: `    sink.note({ kind: 'dropped', segment, nextOffset: next.firstOffset })
    const count`,
    caughtBy: inTest('test/property/retention.test.ts')(
      'whatever is dropped, wherever it crashes, the rest folds to the same and every live message can be read',
    ),
  },
  {
    name: 'failed-removal-forgotten',
    breaks: 'a segment that could not be removed stays before a gap, and the log is refused',
    file: 'src/log/log.ts',
    find: 'this.#unremoved.add(number)',
    replace: '',
    caughtBy: inTest('test/property/crash-calls-retention.test.ts')(
      'a segment that cannot be removed leaves no gap when later ones go',
    ),
  },
  {
    name: 'newest-dead-letter-purged',
    breaks: 'where a group has too many dead letters the newest go instead of the oldest',
    file: 'src/consumer-offsets/dead-letters.ts',
    find: 'for (const letter of letters.values()) {\n        if (found',
    replace: 'for (const letter of [...letters.values()].reverse()) {\n        if (found',
    caughtBy: inTest('src/retention.test.ts')(
      'dead letters past their age, and the oldest past their number, are purged by retention',
    ),
  },
  {
    name: 'backup-beyond-durable',
    breaks: 'a backup of a log in use holds records that its owner has not made safe',
    file: 'src/cli/backup-source.ts',
    find: 'const endOffset = durable ?? (await tailOf(dir, disk, last)).offset',
    replace: 'const endOffset = (await tailOf(dir, disk, last)).offset',
    caughtBy: inBackup(
      'of a log in use, it holds what its owner calls durable, and a checkpoint that is not ahead',
    ),
  },
  {
    name: 'backup-checkpoint-ahead',
    breaks: 'a backup holds a checkpoint of records that it does not have',
    file: 'src/cli/backup.ts',
    find: 'if (offset > endOffset) continue',
    replace: 'if (offset < 0) continue',
    caughtBy: inBackup(
      'of a log in use, it holds what its owner calls durable, and a checkpoint that is not ahead',
    ),
  },
  {
    name: 'restore-keeps-the-id',
    breaks: 'a restored log passes for the one it was copied from',
    file: 'src/cli/restore.ts',
    find: `const logId = randomBytes(16).toString('hex')`,
    replace: `const logId = manifest.logId + randomBytes(0).toString('hex')`,
    caughtBy: inBackup(
      'a backup holds the log and is restored to the same state, under another id',
    ),
  },
  {
    name: 'replay-too-far',
    breaks: 'the state of a moment has the record in it that comes next',
    file: 'src/cli/rebuild.ts',
    find: 'await folder.log.scan(from, until, foldInto(state, seen))',
    replace: 'await folder.log.scan(from, until + 1, foldInto(state, seen))',
    caughtBy: inTest('test/property/replay-live.test.ts')(
      'where all is kept, replay --until makes the state that was captured live, at 100 random offsets',
    ),
  },
  {
    name: 'checkpoint-later-than-asked',
    breaks: 'the state of a moment is made from a checkpoint of a later one',
    file: 'src/cli/checkpoints.ts',
    find: 'if (at > offset) continue',
    replace: 'if (at < 0) continue',
    caughtBy: inTest('test/property/replay-live.test.ts')(
      'where all is kept, replay --until makes the state that was captured live, at 100 random offsets',
    ),
  },
  {
    name: 'postings-without-crc',
    breaks: 'damaged postings are believed, and a life is told without a part of it',
    file: 'src/log/postings.ts',
    find: 'if (checksum(bytes, start, start + setBytes, 0) !== setCrc)',
    replace: 'if (setBytes < 0)',
    caughtBy: inTest('test/property/postings-flips.test.ts')(
      'whichever byte of postings is flipped, a life is what the whole log tells',
    ),
  },
  {
    name: 'epoch-not-checked',
    breaks: 'a segment of an earlier run behind one of a later run is taken for a part of the log',
    file: 'src/log/segment.ts',
    find: 'if (epoch < before.epoch) throw',
    replace: 'if (epoch < 0) throw',
    caughtBy: inTest('test/fault/older-segment.test.ts')(
      'a segment of an earlier run behind one of a later run is refused',
    ),
  },
  {
    name: 'leases-outlive-a-start',
    breaks: 'what was out when a broker died counts as out for ever',
    file: 'src/broker/apply.ts',
    find: 'state.queues.endLeases()',
    replace: '',
    caughtBy: inTest('src/broker/loop.test.ts')(
      'a crash gives unacked deliveries again without burning an attempt, and never loses what was acked',
    ),
  },
  {
    name: 'second-owner-let-in',
    breaks: 'two brokers write one folder',
    file: 'src/log/folder-owner.ts',
    find: 'if (others.length === 0) return',
    replace: 'if (others.length >= 0) return',
    caughtBy: inTest('src/log/folder-owner.test.ts')(
      'the second claim is refused and says who holds the folder',
    ),
  },
  {
    name: 'replaced-folder-not-seen',
    breaks: 'a broker whose folder another one was put in the place of goes on acking',
    file: 'src/log/folder-owner.ts',
    find: 'if (there.ino !== held.ino || there.dev !== held.dev)',
    replace: 'if (there.ino === 0n)',
    caughtBy: inTest('src/log/folder-owner.test.ts')(
      'a folder that was removed, moved away or replaced is lost',
    ),
  },
  {
    name: 'timers-by-the-wall-clock',
    breaks: 'a clock that is set moves leases, retries, inquiries, expiry and retention',
    file: 'src/broker/loop.ts',
    find: 'return Math.floor(this.#timeBase + this.#clock.monotonicMs())',
    replace: 'return Math.floor(this.#clock.wallMs())',
    caughtBy: inTest('test/fault/clock-jump.test.ts')(
      'back-off, the check-back and expiry come when they are due, over a jump by 72 hours',
    ),
  },
]
