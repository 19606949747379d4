// The hashes by which postings find what has no offset: ids, names, connections, bindings of a topic. Seeded by the segment, so
// that nobody outside can choose ids that meet in one bucket; two that meet cost a read, never an answer.

import type { DictionaryName } from '../model/record.ts'
import type { MessageId } from '../model/ids.ts'
import { finish, mixA } from '../model/mix.ts'

const idSalt = 1
const nameSalt = 2
const connectionSalt = 3
const topicSalt = 4
const dictionaries: Readonly<Record<DictionaryName, number>> = { topic: 1, type: 2, group: 3 }

/** Of a message that is published, prepared or given again. */
export function hashOfId(seed: number, id: MessageId): number {
  return hashOfWords(seed, id.id0, id.id1, id.id2, id.id3)
}

export function hashOfWords(
  seed: number,
  id0: number,
  id1: number,
  id2: number,
  id3: number,
): number {
  const hash = mixA(mixA(mixA(mixA(seed, idSalt), id0), id1), id2)
  return finish(mixA(mixA(hash, id3), seed))
}

/** Of the record that gives a number its name. */
export function hashOfName(seed: number, dictionary: DictionaryName, number: number): number {
  return finish(mixA(mixA(mixA(seed, nameSalt), dictionaries[dictionary]), number))
}

/** Of the records by which a connection joins. */
export function hashOfConnection(seed: number, connection: number): number {
  return finish(mixA(mixA(seed, connectionSalt), connection))
}

/** Of the records that park or unpark types of a topic. */
export function hashOfTopic(seed: number, topic: number): number {
  return finish(mixA(mixA(seed, topicSalt), topic))
}

/** Says in each file how its writer hashed: postings of another mixing are none. */
export const hashCheck: number =
  (hashOfWords(0x1234567, 0x89abcdef, 0xfedcba98, 0x7654321, 0xdeadbeef) ^
    hashOfConnection(7, hashOfTopic(5, hashOfName(3, 'group', 11)))) >>>
  0
