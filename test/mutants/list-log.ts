// Deliberate bugs of the log and its checkpoints: what is safe, what is read back, what a start makes of an end.

import type { CatchingTest, Mutant } from './mutant.ts'

const inTest =
  (file: string) =>
  (test: string): readonly CatchingTest[] => [{ file, test }]

const inLog = inTest('src/log/log.test.ts')
const inCheckpoint = inTest('src/log/checkpoint.test.ts')
const inRecovery = inTest('test/property/log-recovery.test.ts')
const everywhere = inTest('test/property/crash-everywhere.test.ts')
const calls = inTest('test/property/crash-calls.test.ts')

const afterAnyOperation =
  'fixed history 0: a crash after any operation, also inside the recovery, loses nothing announced'
const anyCallFails =
  'history 0: any single call may fail with EIO; nothing announced is lost, nothing more is announced'
const anyCallFailsShown =
  'history 0: any single call may fail with EIO shown; nothing announced is lost, nothing more is announced'

export const logMutants: readonly Mutant[] = [
  {
    name: 'write-not-synced',
    breaks: 'a batch counts as safe once it is in the page cache',
    file: 'src/log/log-writer.ts',
    find: `durability.kind === 'fsync' ? 'synced' : 'write'`,
    replace: `'write'`,
    caughtBy: everywhere(afterAnyOperation),
  },
  {
    name: 'folder-not-synced',
    breaks: 'a new segment is written to although its name is not safe',
    file: 'src/log/log-writer.ts',
    find: 'await this.supply.opening(() => disk.syncFolder(dir), wait)\n',
    replace: '\n',
    caughtBy: everywhere(afterAnyOperation),
  },
  {
    name: 'header-not-synced',
    breaks: 'a segment gets its name before its header is safe',
    file: 'src/log/log-writer.ts',
    find: 'await writeAll(file, encodeSegmentHeader(header), 0)\n      await syncFile(file)',
    replace: 'await writeAll(file, encodeSegmentHeader(header), 0)',
    caughtBy: everywhere(afterAnyOperation),
  },
  {
    name: 'retry-after-failed-sync',
    breaks: 'a sync that failed is asked again and believed, although its pages are lost',
    file: 'src/log/log-writer.ts',
    find: 'await writeAll(file, encodeSegmentHeader(header), 0)\n      await syncFile(file)',
    replace:
      'await writeAll(file, encodeSegmentHeader(header), 0)\n      await syncFile(file).catch(() => syncFile(file))',
    caughtBy: calls(anyCallFailsShown),
  },
  {
    name: 'goes-on-after-failed-write',
    breaks: 'a failed write of the log is tried again, and acks follow it',
    file: 'src/log/log-writer.ts',
    find: 'this.#fail(error ?? shortWrite(count, bytes))\n      return',
    replace: 'this.#queue.unshift(batch)\n      this.#write(batch)\n      return',
    caughtBy: calls(anyCallFails),
  },
  {
    name: 'gathering-counts-as-written',
    breaks: 'what was appended while a batch was written counts as safe with it',
    file: 'src/log/log-writer.ts',
    find: 'this.durableOffset = batch.endOffset as Offset',
    replace: 'this.durableOffset = this.endOffset',
    caughtBy: inLog('what gathers while a write is under way is the next batch'),
  },
  {
    name: 'old-segment-not-synced',
    breaks:
      'under interval and memory a segment is not safe when the next one, which vouches for it, is',
    file: 'src/log/log-writer.ts',
    find: `if (durability.kind !== 'fsync') await syncFile(before)`,
    replace: '',
    caughtBy: inTest('src/log/durability.test.ts')(
      'whatever the setting, a segment is safe once the next one has a name',
    ),
  },
  {
    name: 'no-crc-on-read',
    breaks: 'a damaged message is delivered',
    file: 'src/log/page-reader.ts',
    find: 'return frameHolds(page, at, end, header.seed) ? messageSpan(page, at, end) : undefined',
    replace: 'return messageSpan(page, at, end)',
    caughtBy: inLog('a message whose bytes were damaged on disk is never handed out'),
  },
  {
    name: 'no-crc-on-recovery',
    breaks: 'a damaged record is folded into the state',
    file: 'src/log/scan-segment.ts',
    find: 'if (!isChecked && !frameHolds(chunk, at, end, seed)) break',
    replace: '',
    caughtBy: inRecovery(
      'a flip of any byte in a closed segment costs at most that record and is reported',
    ),
  },
  {
    name: 'truncate-mid-log',
    breaks: 'damage with a later batch behind it is taken for a torn tail and cut',
    file: 'src/log/scan-segment.ts',
    find: 'if (first.found === undefined) {\n      this.#cutBytes',
    replace: 'if (sealed === undefined) {\n      this.#cutBytes',
    caughtBy: inRecovery(
      'a flip in the last segment with a later batch behind it is a hole, not a torn tail',
    ),
  },
  {
    name: 'hole-not-told',
    breaks: 'records that damage has eaten are passed over in silence',
    file: 'src/log/scan-segment.ts',
    find: '#hole(end: number, nextOffset: number): void {',
    replace: '#hole(end: number, nextOffset: number): void {\n    if (end >= 0) return',
    caughtBy: inRecovery(
      'a flip of any byte in a closed segment costs at most that record and is reported',
    ),
  },
  {
    name: 'looks-not-back',
    breaks: 'what is missing before the checkpoint that a start begins from is not told',
    file: 'src/log/recover.ts',
    find: 'if (from !== undefined && this.#request.looksBack === true) await this.#lookBack(from, first)',
    replace: '',
    caughtBy: inLog('what is missing before a place is told although recovery begins behind it'),
  },
  {
    name: 'append-behind-torn-tail',
    breaks: 'the log goes on behind the bytes of a torn tail instead of behind its last record',
    file: 'src/log/log.ts',
    find: 'previousEnd: report.end.position,',
    replace: 'previousEnd: report.end.position + (report.cut?.bytes ?? 0),',
    caughtBy: inRecovery('any cut of the bytes recovers a prefix, and the log goes on behind it'),
  },
  {
    name: 'stale-frames-accepted',
    breaks: 'frames of an older epoch in a block that is used again come alive',
    file: 'src/log/log-writer.ts',
    find: 'seed: random() >>> 0,',
    replace: 'seed: 0,',
    caughtBy: inRecovery(
      'bytes of another segment, whole frames with the right offsets, are not taken for records',
    ),
  },
  {
    name: 'last-name-not-made-safe',
    breaks: 'the segment a killed process has begun loses its name after the next one has one',
    file: 'src/log/recover.ts',
    find: '    await file.close()\n  }\n  await disk.syncFolder(dir)\n}',
    replace: '    await file.close()\n  }\n}',
    caughtBy: everywhere(
      'a name that a killed process left unsynced is safe before the next segment has one',
    ),
  },
  {
    name: 'last-batch-not-rewritten',
    breaks: 'a start trusts a last batch that only the page cache has',
    file: 'src/log/recover.ts',
    find: 'await writeAll(file, bytes, report.lastBatch)',
    replace: '',
    caughtBy: calls(anyCallFailsShown),
  },
  {
    name: 'read-ahead-without-crc',
    breaks: 'a damaged record that a second thread has read ahead is folded into the state',
    file: 'src/log/frame-check-worker.ts',
    find: 'if (!runHolds(bytes, at, end, seed)) return',
    replace: 'if (end < at) return',
    caughtBy: inTest('src/log/frame-check.test.ts')(
      'damage anywhere is found the same, and so is a torn tail',
    ),
  },
  {
    name: 'checkpoint-without-crc',
    breaks: 'a damaged checkpoint is loaded',
    file: 'src/log/checkpoint.ts',
    find: 'if (checksum(section, 0, section.length, 0) !== checked.crc)',
    replace: 'if (section.length < 0)',
    caughtBy: inCheckpoint('any damage is noticed and told, and the one before counts'),
  },
  {
    name: 'checkpoint-without-digest',
    breaks: 'a checkpoint whose content is not the state it was made of is loaded',
    file: 'src/broker/state.ts',
    find: 'if (found !== digest) {',
    replace: `if (digest === '') {`,
    caughtBy: inTest('src/broker/apply.test.ts')(
      'a checkpoint with a flipped bit or cut short is refused',
    ),
  },
  {
    name: 'checkpoint-not-synced',
    breaks: 'a checkpoint gets its name before its bytes are safe',
    file: 'src/log/checkpoint.ts',
    find: 'await writeContents(file, logId, source)\n    await syncFile(file)',
    replace: 'await writeContents(file, logId, source)',
    caughtBy: inCheckpoint('a checkpoint that has its name is whole, wherever the power goes'),
  },
  {
    name: 'checkpoint-ahead-of-the-log',
    breaks: 'a checkpoint is used although the log ends before it',
    file: 'src/log/recover.ts',
    find: 'if (from !== undefined && !(await this.#has(from, first)))\n      return this.#report(undefined, undefined)',
    replace: '',
    caughtBy: inLog(
      'a place that is not of this log hands nothing over and cannot be written behind',
    ),
  },
  {
    name: 'checkpoint-ahead-kept',
    breaks:
      'a checkpoint of records that are gone stays, and is used once others have their offsets',
    file: 'src/log/checkpoint.ts',
    find: 'if (offset <= endOffset) continue',
    replace: 'if (offset >= 0) continue',
    caughtBy: inTest('test/fault/lost-end.test.ts')(
      'a log that ends before its checkpoint is degraded by so many records, also after the next start',
    ),
  },
  {
    name: 'lost-end-not-told',
    breaks: 'a log that ends before its checkpoint passes for whole',
    file: 'src/recover-state.ts',
    find: 'if (count <= 0) return whole',
    replace: 'if (count > 0) return whole',
    caughtBy: inTest('test/fault/lost-end.test.ts')(
      'a log that ends before its checkpoint is degraded by so many records, also after the next start',
    ),
  },
  {
    name: 'damage-forgotten',
    breaks: 'a broker that has lost records is whole again after its next start',
    file: 'src/known-damage.ts',
    find: `loop.note({ kind: 'hole', segment, position, length, firstOffset, count })`,
    replace: '',
    caughtBy: inTest('test/fault/lost-end.test.ts')(
      'a log that ends before its checkpoint is degraded by so many records, also after the next start',
    ),
  },
  {
    name: 'chunk-used-again-too-soon',
    breaks: 'memory that is still being written takes new records',
    file: 'src/log/recent-bytes.ts',
    find: 'while (this.#chunks.length > this.#keep && isWritten(this.#chunks[0]!)) {',
    replace: 'while (this.#chunks.length > this.#keep) {',
    caughtBy: inTest('src/log/recent-bytes.test.ts')(
      'what gathers while more waits to be written than memory is kept for is written as it was appended',
    ),
  },
]
