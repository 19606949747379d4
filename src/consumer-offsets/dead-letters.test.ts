import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestOfFold } from '../../test/support/one-fold.ts'
import type { GroupNumber, Offset, Ordinal, Row, TopicNumber } from '../model/ids.ts'
import { SectionReader, SectionWriter } from '../model/section.ts'
import { DeadLetters } from './dead-letters.ts'
import type { DeadLetter } from './dead-letters.ts'

const letter: DeadLetter = {
  group: 1 as GroupNumber,
  message: 2 as Offset,
  row: 3 as Row,
  topic: 4 as TopicNumber,
  ordinal: 5 as Ordinal,
  reason: 'limit',
  feedback: 'no',
  attempts: 6,
  transient: false,
  atMs: 7,
}

function digestWith(letters: readonly DeadLetter[]): string {
  const dead = new DeadLetters()
  for (const each of letters) dead.add(each)
  return digestOfFold(dead)
}

test('every field of a dead letter but its row shows in the digest', () => {
  const others: Partial<DeadLetter>[] = [
    { group: 9 as GroupNumber },
    { message: 9 as Offset },
    { topic: 9 as TopicNumber },
    { ordinal: 9 as Ordinal },
    { reason: 'operator' },
    { feedback: 'yes' },
    { attempts: 9 },
    { transient: true },
    { atMs: 9 },
  ]
  assert.equal(others.length, Object.keys(letter).length - 1)
  for (const other of others)
    assert.notEqual(digestWith([{ ...letter, ...other }]), digestWith([letter]))
  assert.equal(digestWith([{ ...letter, row: 9 as Row }]), digestWith([letter]))
})

test('one message may be dead for several groups, and leaves each by itself', () => {
  const dead = new DeadLetters()
  const other = { ...letter, group: 2 as GroupNumber }
  dead.add(letter)
  dead.add(other)
  assert.equal(dead.count, 2)
  assert.deepEqual(dead.list(2 as GroupNumber), [other])
  assert.deepEqual(dead.remove(letter.group, letter.message), letter)
  assert.equal(dead.remove(letter.group, letter.message), undefined)
  assert.deepEqual(dead.list(), [other])
  assert.equal(digestOfFold(dead), digestWith([other]))
})

test('one that comes back stands where it died, whenever somebody looked', () => {
  const of = (message: number, atMs: number): DeadLetter => ({
    ...letter,
    message: message as Offset,
    atMs,
  })
  const dead = new DeadLetters()
  const eager = new DeadLetters()
  for (const each of [of(1, 10), of(2, 20), of(3, 20), of(4, 5), of(5, 20), of(6, 10)]) {
    dead.add(each)
    eager.add(each)
    eager.list()
  }
  const order = (letters: Iterable<DeadLetter>): number[] => [...letters].map((one) => one.message)
  assert.deepEqual(order(dead.ofGroup(letter.group)), [4, 1, 6, 2, 3, 5])
  assert.deepEqual(order(eager.list()), [4, 1, 6, 2, 3, 5])
  dead.add(of(7, 4))
  assert.deepEqual(order(dead.outdated(11, Infinity, 9)), [7, 4, 1, 6])
})

test('dead letters are loaded as they were saved', () => {
  const dead = new DeadLetters()
  dead.add(letter)
  dead.add({ ...letter, message: 8 as Offset, reason: 'damaged', transient: true, feedback: 'ü' })
  const writer = new SectionWriter()
  dead.save(writer)
  const loaded = new DeadLetters()
  loaded.load(new SectionReader(writer.finish()))
  assert.deepEqual(loaded.list(), dead.list())
  assert.equal(digestOfFold(loaded), digestOfFold(dead))
})
