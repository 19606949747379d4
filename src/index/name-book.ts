// The names that a log has given, for whoever reads its records without folding a state. Must never give one itself.

import type { DictionaryName } from '../model/record.ts'
import { Dictionary } from './dictionary.ts'

export interface NameBook {
  readonly topics: Dictionary
  readonly types: Dictionary
  readonly groups: Dictionary
}

/** As a `named` record says it. */
export interface GivenName {
  readonly dictionary: DictionaryName
  readonly number: number
  /** As sent. */
  readonly name: Uint8Array
}

export function newNameBook(): NameBook {
  return { topics: new Dictionary(), types: new Dictionary(), groups: new Dictionary() }
}

/** False: it was known. Names never change once they are given, so a book may know some that were given later. */
export function learnName(names: NameBook, { dictionary, number, name }: GivenName): boolean {
  const book = bookOf(names, dictionary)
  if (book.has(number)) return false
  book.add(number, name)
  return true
}

/** The other name that this number has in the book; undefined: none, or the same. */
export function otherName(
  names: NameBook,
  { dictionary, number, name }: GivenName,
): Uint8Array | undefined {
  const book = bookOf(names, dictionary)
  if (!book.has(number)) return undefined
  const known = book.bytesOf(number)
  const isSame = known.length === name.length && known.every((byte, at) => byte === name[at])
  return isSame ? undefined : known
}

function bookOf({ topics, types, groups }: NameBook, dictionary: DictionaryName): Dictionary {
  return dictionary === 'topic' ? topics : dictionary === 'type' ? types : groups
}
