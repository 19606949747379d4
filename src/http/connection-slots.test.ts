// Who goes when the slots are taken, told by names instead of sockets.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionSlots, type Seat } from './connection-slots.ts'

class Guest implements Seat {
  isGone = false
  #closed: (() => void) | undefined
  once(_event: 'close', listener: () => void): void {
    this.#closed = listener
  }
  destroy(): void {
    this.isGone = true
  }
  leave(): void {
    this.#closed?.()
  }
}

function seats(count: number): { slots: ConnectionSlots<Guest>; guests: Guest[] } {
  const slots = new ConnectionSlots<Guest>(count)
  const guests = Array.from({ length: count }, () => new Guest())
  for (const guest of guests) slots.opened(guest)
  return { slots, guests }
}

test('the idle go first, then those who ask, then answers that nobody takes; of each the oldest', () => {
  const { slots, guests } = seats(6)
  const [answering1, answering2, asking1, asking2, idle1, idle2] = guests as [
    Guest,
    Guest,
    Guest,
    Guest,
    Guest,
    Guest,
  ]
  for (const guest of [answering2, answering1, idle1, idle2]) slots.asked(guest)
  for (const guest of [idle2, idle1]) slots.answered(guest)
  for (const next of [idle2, idle1, asking1, asking2]) {
    assert.equal(next.isGone, false)
    const newcomer = new Guest()
    slots.opened(newcomer)
    slots.asked(newcomer)
    assert.equal(next.isGone, true)
    assert.equal(slots.count, 6)
  }
  slots.opened(new Guest())
  assert.equal(answering2.isGone, true, 'it was asked before the other one')
  assert.equal(answering1.isGone, false)
})

test('who leaves makes room, and who is gone already is not counted twice', () => {
  const { slots, guests } = seats(2)
  guests[0]!.leave()
  assert.equal(slots.count, 1)
  slots.opened(new Guest())
  assert.equal(guests[1]!.isGone, false)
  slots.opened(new Guest())
  assert.equal(guests[1]!.isGone, true)
  guests[1]!.leave()
  slots.answered(guests[1]!)
  slots.asked(guests[1]!)
  assert.equal(slots.count, 2)
})
