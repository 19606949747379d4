// The keeper of the archive's thread with a thread, a log and a clock of the test's: what it says, knows and starts again.

import assert from 'node:assert/strict'
import { mock, test, type TestContext } from 'node:test'
import { ArchiveKeeper, withArchive, type ThreadEvents } from './archive-keeper.ts'
import type { ArchivedLog } from './archive-lag.ts'
import type { ArchiveNews, ArchiveTask, ArchiveWord } from './archive-worker.ts'
import type { ResumePlace } from './log/recover.ts'
import { segmentHeaderBytes } from './log/segment.ts'
import type { Offset } from './model/ids.ts'

const mysql = 'mysql://clerk:se%63ret@db.example:3307/history'
const start = segmentHeaderBytes
const noGaps = { count: 0, records: 0 }

class Bench {
  nowMs = 1_000_000
  durable = 0
  /** Segments that went. */
  gone = 0
  readonly lines: (readonly [text: string, details: Readonly<Record<string, unknown>>])[] = []
  readonly threads: { task: ArchiveTask; events: ThreadEvents; heard: ArchiveWord[] }[] = []
  isDeaf = false
  terminated = 0
  readonly keeper: ArchiveKeeper

  constructor(required = false) {
    const bench = this as Bench
    const place = (offset: number): ResumePlace =>
      ({
        offset,
        segment: 1 + Math.floor(offset / 10),
        position: start + (offset % 10) * 100,
      }) as never
    const placeBefore = (offset: number): ResumePlace | undefined =>
      offset < bench.gone * 10 ? undefined : place(offset)
    const all: { number: number; firstOffset: number; previousEnd: number }[] = []
    const log: ArchivedLog = {
      get durableOffset() {
        return bench.durable as Offset
      },
      get durablePlace() {
        return place(bench.durable)
      },
      get segments() {
        while (all.length * 10 <= bench.durable)
          all.push({
            number: all.length + 1,
            firstOffset: all.length * 10,
            previousEnd: all.length === 0 ? 0 : start + 1000,
          })
        return (bench.gone === 0 ? all : all.slice(bench.gone)) as never
      },
      placeBefore,
    }
    const tell = (details: object, text: string): void =>
      void bench.lines.push([text, details as Readonly<Record<string, unknown>>])
    this.keeper = new ArchiveKeeper({
      dataDir: 'data',
      archive: {
        mysql,
        passwordFile: undefined,
        required,
        keepMs: 0,
        decompress: false,
        jsonBodies: false,
      },
      log,
      logger: { info: tell, warn: tell },
      wallMs: () => this.nowMs,
      thread: (task, events) => {
        const heard: ArchiveWord[] = []
        this.threads.push({ task, events, heard })
        return {
          send: (word) => {
            heard.push(word)
            if (word.kind === 'stop' && !this.isDeaf) events.ended()
          },
          terminate: () => {
            this.terminated++
            events.ended()
            return Promise.resolve()
          },
        }
      },
    })
  }

  say(...news: ArchiveNews[]): void {
    for (const one of news) this.threads.at(-1)!.events.news(one)
  }

  texts(): string[] {
    return this.lines.map(([text]) => text)
  }

  /** So many seconds in which so many records each become durable. */
  seconds(count: number, records = 0): void {
    for (let n = 0; n < count; n++) {
      this.nowMs += 1000
      this.durable += records
      mock.timers.tick(1000)
    }
  }
}

function benchFor(t: TestContext, required = false): Bench {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  t.after(() => mock.timers.reset())
  const bench = new Bench(required)
  bench.keeper.start()
  return bench
}

test('the thread is told what is durable whenever it asks, and nothing else', (t) => {
  const bench = benchFor(t)
  bench.durable = 7
  bench.say({ kind: 'watermark' })
  bench.durable = 9
  bench.say({ kind: 'watermark' })
  assert.deepEqual(bench.threads[0]!.heard, [
    { kind: 'watermark', offset: 7 },
    { kind: 'watermark', offset: 9 },
  ])
})

test('nothing counts as archived before the database has said so', (t) => {
  const bench = benchFor(t)
  bench.durable = 50
  assert.equal(bench.keeper.archivedOffset, 0)
  assert.equal(bench.keeper.figures.archivedOffset, undefined)
  assert.equal(bench.keeper.figures.lagRecords, 50, 'all that the log has')
  assert.equal(bench.keeper.figures.lagBytes, 5000)
  bench.say({ kind: 'away', why: 'refused' })
  assert.equal(bench.keeper.archivedOffset, 0)
  bench.say({ kind: 'connected', next: 20, gaps: noGaps })
  assert.equal(bench.keeper.archivedOffset, 20)
  bench.say({ kind: 'archived', next: 31, timeMs: undefined })
  assert.equal(bench.keeper.archivedOffset, 31)
})

test('the lag is told in records, bytes and seconds, and is nothing once all is archived', (t) => {
  const bench = benchFor(t)
  bench.say({ kind: 'connected', next: 0, gaps: noGaps })
  bench.seconds(60)
  bench.seconds(5, 5)
  const lagging = bench.keeper.figures
  assert.equal(lagging.lagRecords, 25)
  assert.equal(lagging.lagBytes, 2500)
  assert.ok(lagging.lagSeconds! >= 4 && lagging.lagSeconds! <= 6, `${lagging.lagSeconds}`)
  bench.say({ kind: 'archived', next: 15, timeMs: undefined })
  const { lagSeconds } = bench.keeper.figures
  assert.ok(lagSeconds! >= 1 && lagSeconds! <= 3, `${lagSeconds}: the older ones are archived`)
  bench.say({ kind: 'archived', next: 25, timeMs: undefined })
  const { lagRecords, lagBytes, lagSeconds: none } = bench.keeper.figures
  assert.deepEqual([lagRecords, lagBytes, none], [0, 0, 0])
})

test('an archive that is away for a day costs no memory, and its lag is still true to some minutes', (t) => {
  const bench = benchFor(t)
  bench.say({ kind: 'connected', next: 0, gaps: noGaps })
  bench.seconds(20_000, 1)
  const { lagSeconds, lagRecords } = bench.keeper.figures
  assert.equal(lagRecords, 20_000)
  assert.ok(Math.abs(lagSeconds! - 20_000) < 200, `${lagSeconds}`)
  bench.say({ kind: 'archived', next: 10_000, timeMs: undefined })
  assert.ok(Math.abs(bench.keeper.figures.lagSeconds! - 10_000) < 200, 'half of it')
})

test('going and coming back is one line each, with the lag, and then one when it has caught up', (t) => {
  const bench = benchFor(t)
  bench.say({ kind: 'connected', next: 0, gaps: noGaps })
  for (let n = 0; n < 20; n++) bench.say({ kind: 'away', why: 'ECONNREFUSED' })
  assert.equal(bench.keeper.figures.connected, false)
  assert.equal(bench.keeper.figures.why, 'ECONNREFUSED')
  bench.seconds(3, 10)
  bench.say({ kind: 'connected', next: 0, gaps: noGaps })
  assert.equal(bench.keeper.figures.why, undefined)
  bench.durable = 40
  bench.say({ kind: 'archived', next: 20, timeMs: bench.nowMs })
  bench.say({ kind: 'archived', next: 30, timeMs: bench.nowMs })
  bench.say({ kind: 'archived', next: 40, timeMs: bench.nowMs })
  assert.deepEqual(bench.texts(), [
    'the archive is connected',
    'the archive cannot be reached: it is tried again, and publishing goes on',
    'the archive is back',
    'the archive has caught up',
  ])
  const [, away, back] = bench.lines
  assert.deepEqual(
    [away![1]['why'], away![1]['archive']],
    ['ECONNREFUSED', 'mysql://db.example:3307/history'],
  )
  assert.equal(back![1]['lagRecords'], 30)
  assert.doesNotMatch(JSON.stringify(bench.lines), /cret|clerk/)
})

test('a gap is told once, counted, and shown beside a sound health', (t) => {
  const bench = benchFor(t)
  bench.say({ kind: 'connected', next: 0, gaps: { count: 1, records: 5 } })
  bench.say({ kind: 'gap', from: 10, to: 25, why: 'dropped' })
  const told = bench.lines.filter(([text]) => /gap/.test(text))
  assert.equal(told.length, 1)
  assert.equal(told[0]![1]['records'], 15)
  const { figures } = bench.keeper
  assert.deepEqual([figures.gaps, figures.gapRecords], [2, 20])
  const reason = 'the archive lacks 20 records in 2 gaps'
  assert.deepEqual(withArchive({ ok: true }, figures, undefined), { ok: true, reason })
  assert.deepEqual(withArchive({ ok: true, reason: 'x' }, figures, undefined), {
    ok: true,
    reason: `x; ${reason}`,
  })
  assert.deepEqual(withArchive({ ok: false, reason: 'x' }, figures, 'y'), {
    ok: false,
    reason: 'x',
  })
  assert.deepEqual(withArchive({ ok: true }, { ...figures, gaps: 0 }, undefined), { ok: true })
  assert.deepEqual(withArchive({ ok: true }, figures, 'segments wait'), {
    ok: true,
    reason: `segments wait; ${reason}`,
  })
})

test('segments that go before they are archived are told at once, counted, and shown', (t) => {
  const bench = benchFor(t)
  bench.say({ kind: 'connected', next: 12, gaps: noGaps }, { kind: 'away', why: 'gone' })
  bench.seconds(3, 20)
  assert.equal(bench.keeper.figures.droppedRecords, 0)
  bench.gone = 1
  bench.seconds(2)
  assert.equal(bench.keeper.figures.droppedRecords, 0, 'the archive has all of it')
  bench.lines.length = 0
  bench.gone = 3
  bench.seconds(1)
  assert.match(bench.texts().join(), /^old segments went before they were archived[^,]*$/)
  const [, details] = bench.lines[0]!
  assert.deepEqual([details['records'], details['below'], details['why']], [18, 30, 'gone'])
  const { figures } = bench.keeper
  assert.deepEqual(
    [figures.droppedRecords, figures.lagRecords, figures.lagBytes],
    [18, 48, 3000],
    'what is gone takes no place',
  )
  assert.deepEqual(withArchive({ ok: true }, figures, undefined), {
    ok: true,
    reason: '18 records went before being archived',
  })
  bench.gone = 4
  bench.seconds(58)
  assert.equal(bench.lines.length, 1, 'not every time')
  bench.seconds(3)
  assert.deepEqual([bench.lines.length, bench.lines[1]![1]['records']], [2, 28])
  bench.say({ kind: 'gap', from: 12, to: 40, why: 'dropped' })
  const { droppedRecords, gapRecords, archivedOffset } = bench.keeper.figures
  assert.deepEqual([droppedRecords, gapRecords, archivedOffset], [0, 28, 40])
})

test('an archive that has other logs and nothing of this one says what it goes on from', (t) => {
  const bench = benchFor(t)
  const ancestor = 'a'.repeat(32)
  bench.say({ kind: 'begun', others: 2, ancestor, begins: 40 })
  bench.say({ kind: 'begun', others: 2, ancestor: undefined, begins: 0 })
  const shared = { logId: 'b'.repeat(32), from: 40, to: 45 }
  bench.say({ kind: 'begun', others: 2, ancestor, begins: 40, shared })
  const shown = 'mysql://db.example:3307/history'
  assert.deepEqual(bench.lines, [
    [
      'the archive goes on from the log that this one was restored from',
      { archive: shown, others: 2, ancestor, begins: 40 },
    ],
    [
      'the archive has other logs and nothing of this one: all of it is archived',
      { archive: shown, others: 2, ancestor: undefined, begins: 0 },
    ],
    [
      'the archive goes on from the log that this one was restored from',
      { archive: shown, others: 2, ancestor, begins: 40, shared },
    ],
  ])
})

test('segments that go before the database was reached may not be archived', (t) => {
  const bench = benchFor(t)
  bench.seconds(1, 35)
  bench.gone = 2
  bench.seconds(1)
  assert.match(bench.texts().join(), /old segments went that the archive may not have/)
  const { figures } = bench.keeper
  assert.equal(figures.droppedRecords, 20)
  const reason = '20 records may have gone before being archived'
  assert.deepEqual(withArchive({ ok: true }, figures, undefined), { ok: true, reason })
  bench.say({ kind: 'connected', next: 20, gaps: noGaps })
  assert.equal(bench.keeper.figures.droppedRecords, 0, 'it had them all')
})

test('a thread that ends is started again, later each time, and told once for each reason', (t) => {
  const bench = benchFor(t)
  const end = (why: string): void => bench.threads.at(-1)!.events.ended(why)
  end('another archiver of this log has taken over')
  assert.equal(bench.keeper.figures.why, 'another archiver of this log has taken over')
  assert.equal(bench.threads.length, 1)
  bench.seconds(1)
  assert.equal(bench.threads.length, 2)
  end('another archiver of this log has taken over')
  bench.seconds(1)
  assert.equal(bench.threads.length, 2)
  bench.seconds(1)
  assert.equal(bench.threads.length, 3)
  end('out of memory')
  assert.equal(bench.texts().length, 2, bench.texts().join())
  bench.seconds(4)
  bench.say({ kind: 'connected', next: 0, gaps: noGaps })
  end('out of memory')
  bench.seconds(1)
  assert.equal(bench.threads.length, 5, 'after a connection it is soon again')

  const told = bench.lines.length
  bench.durable = 10
  for (const seconds of [2, 4, 8]) {
    bench.say({ kind: 'connected', next: 0, gaps: noGaps })
    assert.equal(bench.keeper.figures.connected, false)
    end('out of memory')
    bench.seconds(seconds)
  }
  assert.equal(bench.threads.length, 8)
  assert.equal(bench.lines.length, told, 'one that ends again and again has not come back')
  bench.say({ kind: 'connected', next: 0, gaps: noGaps })
  for (const next of [4, 10]) bench.say({ kind: 'archived', next, timeMs: undefined })
  assert.deepEqual(bench.texts().slice(told), ['the archive is back', 'the archive has caught up'])
})

test('a stop is asked for, and a thread that does not hear it is ended after a second', async (t) => {
  const bench = benchFor(t)
  await bench.keeper.close()
  assert.deepEqual(bench.threads[0]!.heard, [{ kind: 'stop' }])
  assert.equal(bench.terminated, 0)
  bench.seconds(100)
  assert.equal(bench.threads.length, 1)

  const deaf = new Bench()
  deaf.isDeaf = true
  deaf.keeper.start()
  const closed = deaf.keeper.close()
  deaf.seconds(1)
  assert.equal(deaf.terminated, 1)
  await closed
})
