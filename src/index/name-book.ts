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
  const book =
    dictionary === 'topic' ? names.topics : dictionary === 'type' ? names.types : names.groups
  if (book.has(number)) return false
  book.add(number, name)
  return true
}
