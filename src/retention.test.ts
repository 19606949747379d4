import assert from 'node:assert/strict'
import { test } from 'node:test'
import { folder, numbered, startSmall, acked } from '../test/support/disk-log.ts'
import { MemoryDisk } from '../test/support/disk-memory.ts'
import { apply } from './broker/apply.ts'
import type { BrokerState } from './broker/state.ts'
import { writeCheckpoint } from './log/checkpoint.ts'
import { Log } from './log/log.ts'
import { segmentName } from './log/segment.ts'
import { silent } from './model/logger.ts'
import type { GroupNumber, Offset } from './model/ids.ts'
import type { LogRecord } from './model/record.ts'
import { SectionWriter } from './model/section.ts'
import { emptyState, recoverState } from './recover-state.ts'
import { purgeOutdated, type DeadLetterPolicy } from './retention-dead-letters.ts'
import { Retention, type RecordSink, type RetentionOptions } from './retention.ts'

const hourMs = 3_600_000

interface Bench {
  readonly disk: MemoryDisk
  readonly log: Log
  readonly state: BrokerState
  readonly sink: RecordSink
  readonly warnings: string[]
  nowMs: number
  write(...records: readonly LogRecord[]): Promise<readonly Offset[]>
  checkpoint(): Promise<void>
  retention(keep: RetentionOptions['keep'], gain?: number): Retention
  segments(): number[]
}

async function bench(): Promise<Bench> {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk)
  const state = emptyState()
  const warnings: string[] = []
  const durable = async (): Promise<void> => {
    while (log.durableOffset < log.endOffset) {
      const done = new Promise<void>((resolve) => (log.onDurable = resolve))
      log.flush()
      await done
    }
  }
  const made: Bench = {
    disk,
    log,
    state,
    warnings,
    nowMs: 1_700_000_000_000,
    sink: {
      state,
      nowMs: () => made.nowMs,
      note: (record) => apply(state, record, log.append(record, made.nowMs)),
    },
    async write(...records) {
      const from = log.endOffset
      for (const record of records) made.sink.note(record)
      await durable()
      return records.map((_, n) => (from + n) as Offset)
    },
    async checkpoint() {
      await durable()
      const writer = new SectionWriter()
      state.save(writer)
      const { durablePlace: resume, durableOffset } = log
      const source = { resume, digest: state.digest(), sections: writer.finish(), durableOffset }
      await writeCheckpoint({ disk, dir: folder, logId: log.logId! }, source)
    },
    retention: (keep, gain = 0) =>
      new Retention({
        log,
        sink: made.sink,
        disk,
        dir: folder,
        keep,
        logger: { ...silent, warn: (details) => void warnings.push(JSON.stringify(details)) },
        pause: durable,
        partBytes: 1500,
        gain,
      }),
    segments: () => log.segments.map(({ number }) => number),
  }
  return made
}

/** So many messages of 1 KiB, all of them acked. */
async function settled(made: Bench, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const [offset] = await made.write(numbered(1000 + made.log.endOffset, 1024))
    await made.write(acked([offset!]))
  }
}

const small = { keepMs: 0, keepBytes: 1 }

test('what must stay is told once, with who needs it, and no longer once it has gone', async () => {
  const made = await bench()
  const offsets: Offset[] = []
  for (let n = 0; n < 80; n++) offsets.push(...(await made.write(numbered(1000 + n, 1024))))
  await made.checkpoint()
  const retention = made.retention(small)
  await retention.look()
  await made.checkpoint()
  await retention.look()
  assert.match(
    retention.held?.why ?? '',
    /^\d+ bytes in them are still needed by group ".*" \(\d+ waiting\)/,
  )
  assert.ok(retention.held!.segments > 1 && retention.held!.bytes > 16_384)
  assert.equal(made.warnings.length, 1, made.warnings.join('\n'))
  assert.match(made.warnings[0]!, /needed by group/)
  await made.write(acked(offsets))
  await made.checkpoint()
  await retention.look()
  assert.equal(retention.held, undefined)
  assert.ok(made.segments()[0]! > 1)
})

test('what waits for a larger gain is told, too', async () => {
  const made = await bench()
  await settled(made, 80)
  await made.checkpoint()
  const retention = made.retention(small, 1_000_000)
  await retention.look()
  assert.match(
    retention.held?.why ?? '',
    /an image of the state has to be written first, \d+ bytes/,
  )
  assert.deepEqual(made.warnings, [], 'that is how it is meant')
})

test('old segments go but for the last two, and the image in the log stands for them', async () => {
  const made = await bench()
  await settled(made, 80)
  await made.checkpoint()
  const before = made.segments().length
  assert.ok(before > 4)
  await made.retention(small).look()
  assert.deepEqual(made.warnings, [])
  const left = made.segments()
  assert.ok(left[0]! > 1 && left.length >= 2)
  assert.equal(made.state.journal.dropped.segment, left[0]! - 1)
  const names = await made.disk.list(folder)
  assert.ok(!names.includes(segmentName(left[0]! - 1)) && names.includes(segmentName(left[0]!)))
  await made.log.close()
  const again = await startAgain(made.disk)
  assert.equal(again.digest(), made.state.digest())
})

async function startAgain(disk: MemoryDisk): Promise<BrokerState> {
  const options = { dir: folder, disk, durability: { kind: 'fsync' } as const, random: () => 5 }
  const log = await Log.open(options)
  return (await recoverState(log, { dataDir: folder, rebuild: true }, silent, disk)).state
}

test('a log whose image or whose segments are missing is refused, and the text says which', async () => {
  const made = await bench()
  await settled(made, 80)
  await made.checkpoint()
  await made.retention(small).look()
  await made.log.close()
  const [first, second] = made.segments()
  const gap = made.disk.copy()
  await gap.remove(`${folder}/${segmentName(first!)}`)
  const text = new RegExp(`${segmentName(first!)} .*missing`)
  await assert.rejects(startAgain(gap), { code: 'KITEQ_LOG_CORRUPT', message: text })

  const whole = await bench()
  await settled(whole, 80)
  await whole.log.close()
  await whole.disk.remove(`${folder}/${segmentName(1)}`)
  const none = /0000000001\.segment is missing before it, and no image of the state/
  await assert.rejects(startAgain(whole.disk), { code: 'KITEQ_LOG_CORRUPT', message: none })
  assert.ok(second !== undefined)
})

test('who opened the log before segments were dropped reads what is left, and what came since', async () => {
  const made = await bench()
  await settled(made, 60)
  const { disk } = made
  const durability = { kind: 'memory' } as const
  const reader = await Log.open({ dir: folder, disk, durability, random: () => 0 })
  await made.checkpoint()
  await made.retention(small).look()
  await settled(made, 40)
  const offsets: number[] = []
  await reader.scan(0 as Offset, Infinity, (_, { offset }) => void offsets.push(offset))
  assert.ok(made.segments()[0]! > 1)
  assert.equal(offsets[0], made.log.segments[0]!.firstOffset)
  assert.equal(offsets.at(-1), made.log.endOffset - 1)
  assert.equal(offsets.length, made.log.endOffset - offsets[0])
  assert.deepEqual(
    reader.segments.map(({ number }) => number),
    made.segments(),
  )
})

test('one stubborn message pins nothing: it is copied on and can still be read', async () => {
  const made = await bench()
  const [stubborn] = await made.write(numbered(7, 300))
  await settled(made, 80)
  await made.checkpoint()
  await made.retention(small).look()
  const { messages, offsets } = made.state
  const row = offsets.find(stubborn!)
  assert.notEqual(row, -1)
  assert.notEqual(made.segments()[0], 1, 'the first segment is gone')
  assert.ok(messages.segmentOf(row as never) >= made.segments()[0]!)
  const place = [messages.segmentOf(row as never), messages.positionOf(row as never)] as const
  const { source, start, end } = await made.log.load(...place)
  assert.deepEqual(source.slice(start, end), new Uint8Array(300).fill(7))
  const old = made.log.load(1 as never, 4096 as never)
  await assert.rejects(old, { code: 'KITEQ_NOT_FOUND', message: /was dropped/ })
})

test('a damaged message that somebody waits for keeps its segment, and is told', async () => {
  const made = await bench()
  await settled(made, 30)
  const [damaged] = await made.write(numbered(7, 300))
  const row = made.state.offsets.find(damaged!)
  const segment = made.state.messages.segmentOf(row as never)
  await settled(made, 60)
  await made.checkpoint()
  const path = `${folder}/${segmentName(segment)}`
  const image = made.disk.image(path)
  image[made.state.messages.positionOf(row as never) + 100]! ^= 1
  made.disk.restore(path, image)
  await made.retention(small).look()
  assert.equal(made.segments()[0], segment)
  assert.match(made.warnings.join(), /checksum/)
})

test('nothing goes that is kept by age, that has no checkpoint behind it, or that frees less than the image costs', async () => {
  const made = await bench()
  await settled(made, 80)
  const count = made.segments().length
  await made.retention(small).look()
  assert.equal(made.segments().length, count, 'no checkpoint')
  await made.checkpoint()
  await made.retention({ keepMs: hourMs, keepBytes: 0 }).look()
  await made.retention({ keepMs: 0, keepBytes: 0 }).look()
  assert.equal(made.segments().length, count, 'young, or for ever')
  await made.retention(small, 1000).look()
  assert.equal(made.segments().length, count, 'not worth it')
  made.nowMs += 2 * hourMs
  await settled(made, 1)
  await made.retention({ keepMs: hourMs, keepBytes: 0 }).look()
  assert.ok(made.segments().length < count)
  assert.deepEqual(made.warnings, [])
})

test('dead letters past their age, and the oldest past their number, are purged by retention', async () => {
  const made = await bench()
  const group = 1 as GroupNumber
  const bury = async (number: number): Promise<Offset> => {
    const [message] = await made.write(numbered(number, 20))
    const letter = { kind: 'dead-lettered', group, message: message!, feedback: '' } as const
    await made.write({ ...letter, reason: 'limit' })
    return message!
  }
  const offsets: Offset[] = []
  for (let n = 1; n <= 5; n++) {
    offsets.push(await bury(n))
    made.nowMs += hourMs
  }
  const left = (): Offset[] => made.state.dead.list(group).map(({ message }) => message)
  const purged = (policy: DeadLetterPolicy): number =>
    purgeOutdated(made.sink, policy).get(group) ?? 0
  const named: unknown[] = []
  const note = made.sink.note.bind(made.sink)
  made.sink.note = (record) => {
    if (record.kind === 'purged') named.push(record.who)
    note(record)
  }
  assert.equal(purged({ keepMs: 0, max: 0 }), 0)
  assert.equal(purged({ keepMs: 0, max: 4 }), 1)
  assert.deepEqual(left(), offsets.slice(1))
  assert.equal(purged({ keepMs: 3 * hourMs + 1, max: 0 }), 1)
  assert.deepEqual(left(), offsets.slice(2))
  assert.equal(purged({ keepMs: 3 * hourMs, max: 3 }), 0)
  assert.deepEqual(named, ['retention (deadLetters.max)', 'retention (deadLetters.seconds)'])
  assert.equal(made.state.liveCount, 3)
})
