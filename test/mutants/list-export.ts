// Deliberate bugs in how exports are begun, interrupted, gone on with and ended.

import type { CatchingTest, Mutant } from './mutant.ts'

const inTest =
  (file: string) =>
  (...names: string[]): CatchingTest[] =>
    names.map((test) => ({ file, test }))
const inCrash = inTest('src/cli/export-crash.test.ts')
const inTrust = inTest('src/cli/export-trust.test.ts')
const inExport = inTest('src/cli/export.test.ts')
const inCommand = inTest('test/e2e/export.test.ts')

export const exportMutants: readonly Mutant[] = [
  {
    name: 'export-in-anybodys-file',
    breaks: 'an export goes on with what others may have written into its file',
    file: 'src/cli/own-file.ts',
    find: '(bits & writableByOthers) !== 0',
    replace: '(bits & writableByOthers) < 0',
    caughtBy: inTrust(
      'a partial file the group may write is refused, and --force leaves it alone and begins anew',
      'a lock that is a link, or a folder others may write, is refused',
    ),
  },
  {
    name: 'export-note-believed',
    breaks: 'a note that was changed makes an export leave out records',
    file: 'src/cli/export-note.ts',
    find: 'sealed.sum !== sumOf(sealed.note)',
    replace: "sealed.sum === ''",
    caughtBy: inTrust(
      'a note that was changed is refused, and --force leaves it alone and begins anew',
    ),
  },
  {
    name: 'export-behind-any-bytes',
    breaks: 'an export goes on behind bytes that it has not written',
    file: 'src/cli/export-note.ts',
    find: '(await endSumOf(handle, bytes)) === endSum',
    replace: "endSum !== ''",
    caughtBy: inTrust(
      'a partial file that was changed at its end is refused, and --force leaves it alone and begins anew',
    ),
  },
  {
    name: 'export-lock-ignored',
    breaks: 'two exports write one file at the same time',
    file: 'src/cli/export-lock.ts',
    find: 'throw held(file, folder, message)',
    replace: 'return { lacking: message, release: () => Promise.resolve() }',
    caughtBy: inTrust(
      'of two exports to one file the second is told who writes it, until the first has gone',
    ),
  },
  {
    name: 'export-renamed-unnoted',
    breaks: 'an export killed between naming its file and forgetting its note is refused for ever',
    file: 'src/cli/export-file.ts',
    find: 'await this.#note(place, true)',
    replace: 'await this.#note(place, false)',
    caughtBy: inCrash(
      'killed at any change to its files, an export as ndjson is finished by the same command',
    ),
  },
  {
    name: 'export-forgets-its-parts',
    breaks: 'an export in parts that is killed does not know which parts it has finished',
    file: 'src/cli/export-file.ts',
    find: 'if (!isPart) await removeNote(this.#file)',
    replace: 'await removeNote(this.#file)',
    caughtBy: inCrash(
      'killed at any change to its files, an export in parts is finished by the same command',
    ),
  },
  {
    name: 'export-half-a-record',
    breaks: 'an export that ran out of space has rows twice once it is whole',
    file: 'src/cli/export-job.ts',
    find: 'text.length >= pieceChars && record !== last',
    replace: 'text.length >= pieceChars',
    caughtBy: inCrash(
      'out of space at any write, what was written whole stays, and the same command goes on with it',
    ),
  },
  {
    name: 'parquet-times-anywhere',
    breaks: 'readers of a Parquet file take its times for those of their own zone',
    file: 'src/cli/export-parquet.ts',
    find: 'isAdjustedToUTC: true',
    replace: 'isAdjustedToUTC: false',
    caughtBy: inExport('times in Parquet are UTC, in both ways it has to say so'),
  },
  {
    name: 'names-only-as-shown',
    breaks: 'a topic with a backslash is not found under the name it was published with',
    file: 'src/cli/export-selection.ts',
    find: 'new Set([wanted, shownText(wanted)])',
    replace: 'new Set([wanted])',
    caughtBy: inExport('a name is taken as it was published and as it is shown'),
  },
  {
    name: 'full-output-is-fine',
    breaks: 'a script takes half of an output on a full disk for all of it',
    file: 'src/cli/terminal.ts',
    find: 'process.exit(exitCodeOf(why))',
    replace: 'process.exit()',
    caughtBy: inCommand(
      'a device that is full ends it with 73 and a line, and so does a disk, which the same command goes on with',
    ),
  },
  {
    name: 'mistyped-topic-silent',
    breaks: 'a topic that is mistyped passes for one without messages',
    file: 'src/cli/export.ts',
    find: 'rows === 0 && (topic',
    replace: 'rows < 0 && (topic',
    caughtBy: inCommand(
      'a name that no message has is told, with the records that were looked through',
    ),
  },
  {
    name: 'export-of-two-courses',
    breaks: 'an export goes on over a folder from an older backup and mixes two histories',
    file: 'src/cli/export-course.ts',
    find: 'if (was === undefined || is === undefined) return',
    replace: "if (was?.sum !== '') return",
    caughtBy: inTrust('an export does not go on with a log that has taken another course since'),
  },
  {
    name: 'export-named-over-another',
    breaks: 'an export replaces a file that appears while it gets its name',
    file: 'src/cli/export-file.ts',
    find: 'if (force || !(await linked(this.#file)))',
    replace: 'if (force || this.#isClosed)',
    caughtBy: inTrust(
      'a file that appears while an export runs is not replaced, and the export is kept',
    ),
  },
]
