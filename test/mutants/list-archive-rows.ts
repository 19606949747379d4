// Deliberate bugs in what makes rows of the log, and in what writes them to files.

import type { CatchingTest, Mutant } from './mutant.ts'

const inTest =
  (file: string) =>
  (...names: string[]): CatchingTest[] =>
    names.map((test) => ({ file, test }))
const inFollower = inTest('src/archive/follower.test.ts')
const inExport = inTest('src/cli/export.test.ts')

export const archiveRowMutants: readonly Mutant[] = [
  {
    name: 'rows-past-the-watermark',
    breaks: 'what is not durable yet is archived, and stays there when it is lost',
    file: 'src/archive/follower.ts',
    find: 'this.#run(owned ?? Infinity)',
    replace: 'this.#run(Infinity)',
    caughtBy: inFollower('only what is below the watermark is read, and the rest once it moves'),
  },
  {
    name: 'gap-not-told',
    breaks: 'an archive or an export leaves out damaged or dropped records and says nothing',
    file: 'src/archive/follower.ts',
    find: 'this.#held.pushGap(gap, this.#read)',
    replace: 'void gap',
    caughtBy: inFollower(
      'records that damage took are a gap, and what stands behind it follows',
      'what was dropped before it was read is a gap, and the names from before are asked for',
    ),
  },
  {
    name: 'first-attempt-for-all',
    breaks: 'every message of a delivery has the attempt of the first one in the archive',
    file: 'src/archive/rows.ts',
    find: 'messages[i]!, group, attempts[i]!, connection',
    replace: 'messages[i]!, group, attempts[0]!, connection',
    caughtBy: inTest('src/archive/rows.test.ts')(
      'of a list each message is a row, with its own attempt',
    ),
  },
  {
    name: 'export-goes-on-behind-torn-bytes',
    breaks: 'an export that was killed has rows twice, or halves of rows, once it is whole',
    file: 'src/cli/export-file.ts',
    find: 'await opened.#handle.truncate(bytes)',
    replace: 'opened.#bytes = (await opened.#handle.stat()).size',
    caughtBy: inExport('an export as ndjson that is interrupted anywhere goes on to the same file'),
  },
  {
    name: 'any-bytes-as-text',
    breaks: 'a body that is no UTF-8 is exported as text, and is another one then',
    file: 'src/cli/export-body.ts',
    find: '(isString || bodyJson) && isUtf8(bytes)',
    replace: '(isString || bodyJson)',
    caughtBy: inExport('whatever bytes a message has, all three formats give them back'),
  },
  {
    name: 'export-overwrites',
    breaks: 'an export replaces a file that was there',
    file: 'src/cli/export-file.ts',
    find: 'if (stats === undefined || (force && stats.isFile())) return',
    replace: 'if (stats !== null) return',
    caughtBy: inExport(
      'what is there is not overwritten, and another export does not go on with this one',
    ),
  },
]
