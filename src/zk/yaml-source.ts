// A parsed YAML file that knows on which line each of its values stands, so that whoever reads it can say so. Knows
// nothing of what the values mean.

import { isNode, LineCounter, parseDocument, type Document } from 'yaml'
import { KiteQError } from '../model/errors.ts'
import { registryFileBytesMax, registryNotesMax } from '../model/limits.ts'

/** Keys and list places from the top of the file to a value. */
export type Path = readonly (string | number)[]

/** The parsed file, and where in it each value stands. */
export class YamlSource {
  readonly value: unknown
  readonly #path: string
  readonly #lines = new LineCounter()
  readonly #document: Document.Parsed
  readonly #notes: string[] = []
  #more = 0

  constructor(bytes: Uint8Array, path: string) {
    this.#path = path
    if (bytes.length > registryFileBytesMax)
      throw refused(
        `registry file ${path} has ${bytes.length} bytes; expected at most ${registryFileBytesMax}`,
      )
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
      this.#document = parseDocument(text, {
        lineCounter: this.#lines,
        prettyErrors: false,
        merge: true,
      })
      const error = this.#document.errors[0]
      if (error !== undefined)
        throw refused(
          `registry file ${path} line ${this.#lines.linePos(error.pos[0]).line}: ${oneLine(error.message)}; expected YAML`,
        )
      this.value = this.#document.toJS() as unknown
    } catch (error) {
      if (error instanceof KiteQError) throw error
      throw refused(
        `registry file ${path}: ${oneLine(String(error))}; expected YAML in UTF-8`,
        error,
      )
    }
  }

  /** Throws KITEQ_REGISTRY: the value at `path` is not what was expected. */
  refuse(path: Path, name: string, value: unknown, expected: string): never {
    throw refused(
      `registry file ${this.#where(path)}: ${name} is ${show(value)}; expected ${expected}`,
    )
  }

  note(path: Path, text: string): void {
    if (this.#notes.length < registryNotesMax)
      this.#notes.push(`registry file ${this.#where(path)}: ${text}`)
    else this.#more += 1
  }

  noteUnknown(table: object, path: Path, known: readonly string[]): void {
    for (const key of Object.keys(table))
      if (!known.includes(key))
        this.note(
          [...path, key],
          `unknown key ${show(key)} is ignored; expected ${known.join(', ')}`,
        )
  }

  notes(): readonly string[] {
    return this.#more === 0
      ? this.#notes
      : [...this.#notes, `registry file ${this.#path}: ${this.#more} more of these`]
  }

  #where(path: Path): string {
    // What is missing, or came in through an alias or a merge, is placed where its parent stands.
    for (let depth = path.length; depth >= 0; depth -= 1) {
      const node =
        depth === 0 ? this.#document.contents : this.#document.getIn(path.slice(0, depth), true)
      if (isNode(node) && node.range)
        return `${this.#path} line ${this.#lines.linePos(node.range[0]).line}`
    }
    return this.#path
  }
}

/** A value of the file for an error line: quoted, so that line feeds and control characters cannot break out; short. */
export function show(value: unknown): string {
  const json = value === undefined ? 'missing' : JSON.stringify(value)
  return json.length <= 80 ? json : `${json.slice(0, 77)}...`
}

function oneLine(message: string): string {
  return message.split('\n')[0] ?? ''
}

function refused(message: string, cause?: unknown): KiteQError {
  return new KiteQError('KITEQ_REGISTRY', message, { cause })
}
