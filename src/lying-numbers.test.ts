import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numbered } from '../test/support/disk-log.ts'
import { drawHistory } from '../test/support/log-history.ts'
import type { LogRecord, RecordPlace } from './model/record.ts'
import { SectionReader, SectionWriter } from './model/section.ts'
import { emptyState } from './recover-state.ts'
import { apply } from './broker/apply.ts'

const place = {
  offset: 0,
  segment: 1,
  position: 4096,
  length: 100,
  timeMs: 1,
} as unknown as RecordPlace
const huge = 0xffff_ffff as never

test('a record that speaks of a name that nobody can have given is damage, and not the end of the process', () => {
  const message = numbered(1) as Extract<LogRecord, { kind: 'published' }>
  const routed = { ...message, routing: { ...message.routing, durable: [huge] } }
  const lies: readonly LogRecord[] = [
    { kind: 'named', name: Buffer.from('x'), number: huge, dictionary: 'topic' } as never,
    routed,
    { ...message, topic: huge },
  ]
  for (const record of lies)
    assert.throws(() => apply(emptyState(), record, place), { code: 'KITEQ_LOG_CORRUPT' })
})

test('so is an image whose content lies, whatever its checksums say', () => {
  const state = emptyState()
  for (const entry of drawHistory(280, 3)) apply(state, entry.record, entry.place)
  const writer = new SectionWriter()
  state.save(writer)
  const whole = Buffer.concat(writer.finish())
  let refused = 0
  for (let at = 100; at + 4 < whole.length; at += 151) {
    const image = Buffer.from(whole)
    image.writeUInt32LE(0xffff_ffff, at)
    try {
      const loaded = emptyState()
      loaded.load(new SectionReader([image]))
    } catch (error) {
      assert.ok(error instanceof Error)
      refused++
    }
  }
  assert.ok(refused > 20, `${refused} refused`)
})
