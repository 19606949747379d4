// Every deadline of a connection, on a clock that is an argument.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Deadlines } from './deadlines.ts'

const limits = {
  handshakeTimeoutMs: 10,
  unfinishedFrameTimeoutMs: 30,
  silentConnectionTimeoutMs: 90,
  unreadWriteTimeoutMs: 40,
}
const idle = { joined: true, framesRead: 0, unfinishedBytes: 0, unsentBytes: 0, sentMark: 0 }

test('a connection without a handshake is overdue, with one it is not', () => {
  assert.equal(new Deadlines(limits, 0).overdue({ ...idle, joined: false }, 10), undefined)
  assert.equal(new Deadlines(limits, 0).overdue({ ...idle, joined: false }, 11), 'no handshake')
  assert.equal(new Deadlines(limits, 0).overdue(idle, 11), undefined)
})

test('a byte now and then is enough against silence, but not for an unfinished frame', () => {
  const deadlines = new Deadlines(limits, 0)
  for (let now = 0; now <= 30; now++) {
    deadlines.byteArrived(now)
    const view = { ...idle, framesRead: 4, unfinishedBytes: 1 + now }
    assert.equal(deadlines.overdue(view, now), undefined)
  }
  assert.equal(
    deadlines.overdue({ ...idle, framesRead: 4, unfinishedBytes: 40 }, 31),
    'unfinished frame',
  )
  assert.equal(new Deadlines(limits, 0).overdue(idle, 91), 'silent')
})

test('frames that end are no unfinished frame, however long the stream goes on', () => {
  const deadlines = new Deadlines(limits, 0)
  for (let now = 0; now < 1000; now += 20) {
    deadlines.byteArrived(now)
    assert.equal(
      deadlines.overdue({ ...idle, framesRead: now, unfinishedBytes: 9 }, now),
      undefined,
    )
  }
})

test('output that is taken slowly is fine, output that is not taken is overdue', () => {
  const deadlines = new Deadlines(limits, 0)
  const at = (now: number, sentMark: number): unknown =>
    deadlines.overdue({ ...idle, unsentBytes: 1_000_000, sentMark }, now)
  assert.equal(at(10, 1), undefined)
  assert.equal(at(49, 2), undefined)
  assert.equal(at(80, 2), undefined)
  assert.equal(at(90, 2), 'unread output')
})

test('nobody is late because the process itself stood still', () => {
  const deadlines = new Deadlines(limits, 0)
  const view = { ...idle, joined: false, unfinishedBytes: 5, unsentBytes: 5 }
  assert.equal(deadlines.overdue(view, 5), undefined)
  deadlines.forgive(100_000)
  assert.equal(deadlines.overdue(view, 100_010), undefined)
  assert.equal(deadlines.overdue(view, 100_011), 'no handshake')
})
