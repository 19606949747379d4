// One binding made ready to match: literal bytes, a compiled RE2 pattern, or everything. Must stay linear in the type's
// length whatever a client sends, so the engine is RE2 and a pattern's size is bounded.

import { LRUCache } from 'lru-cache'
import { RE2JS } from 're2js'
import {
  patternCacheInstructionsMax,
  patternCharsMax,
  patternInstructionsMax,
} from '../model/limits.ts'
import type { Binding } from '../model/record.ts'

const encoder = new TextEncoder()
/** What a reader of the log puts where a text has bytes that are none; nobody means it. */
const noText = '\ufffd'
/** By their text: one list is looked at several times before it is bound, and groups repeat each other. */
const known = new LRUCache<string, RE2JS | string>({
  maxSize: patternCacheInstructionsMax,
  sizeCalculation: (compiled) => (typeof compiled === 'string' ? 32 : 1 + instructionsOf(compiled)),
})

export class Pattern {
  readonly binding: Binding
  /** Why it never matches; undefined when it can. */
  readonly problem: string | undefined
  private readonly literal: Uint8Array | undefined
  private readonly expression: RE2JS | undefined

  constructor(binding: Binding) {
    this.binding = binding
    if (binding.bindType !== 'fanout' && binding.messageType.includes(noText)) {
      this.problem = `${shown(binding.messageType)} stands for bytes that are no text`
      return
    }
    if (binding.bindType === 'direct') this.literal = encoder.encode(binding.messageType)
    if (binding.bindType !== 'regex') return
    const compiled = expressionOf(binding.messageType)
    if (typeof compiled === 'string') this.problem = compiled
    else this.expression = compiled
  }

  /** Of the compiled program; 0 for what is no regular expression. */
  get instructions(): number {
    return this.expression === undefined ? 0 : instructionsOf(this.expression)
  }

  /** `bytes`: the type as sent; `text`: the same as UTF-8. Patterns are searched for, not anchored. */
  matches(bytes: Uint8Array, text: string): boolean {
    switch (this.binding.bindType) {
      case 'fanout':
        return true
      case 'direct':
        return this.literal !== undefined && equal(this.literal, bytes)
      case 'regex':
        return this.expression !== undefined && this.expression.test(text)
    }
  }
}

/** Upper bound of the work of compiling it, with every repetition written out; cheap. 0 for what is refused uncompiled. */
export function costOfPattern(pattern: string): number {
  const cost = pattern.length > patternCharsMax ? 0 : writtenOut(pattern)
  return cost > patternInstructionsMax * 4 ? 0 : cost
}

/** Of the pattern's program, from memory if it was compiled before; 0 for one that does not compile. */
export function instructionsOfPattern(pattern: string): number {
  const compiled = expressionOf(pattern)
  return typeof compiled === 'string' ? 0 : instructionsOf(compiled)
}

function expressionOf(pattern: string): RE2JS | string {
  let compiled = known.get(pattern)
  if (compiled === undefined) known.set(pattern, (compiled = compile(pattern)))
  return compiled
}

/** The compiled pattern, or why there is none. */
function compile(pattern: string): RE2JS | string {
  if (pattern.length > patternCharsMax)
    return `pattern is longer than ${patternCharsMax} characters`
  // Compiling writes repetitions out and builds tables for classes: what will be refused anyway must not cost that.
  if (writtenOut(pattern) > patternInstructionsMax * 4)
    return `pattern ${shown(pattern)} is too large once its repetitions are written out`
  let compiled: RE2JS
  try {
    compiled = RE2JS.compile(pattern)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return `pattern ${shown(pattern)} is invalid: ${why.slice(0, shownChars)}`
  }
  if (instructionsOf(compiled) > patternInstructionsMax) {
    return `pattern ${shown(pattern)} is too large once its repetitions are written out`
  }
  return compiled
}

/** The engine's types leave this open. */
function instructionsOf(compiled: RE2JS): number {
  return compiled.re2().numberOfInstructions() as number
}

const shownChars = 100

function shown(pattern: string): string {
  return JSON.stringify(pattern.length > shownChars ? `${pattern.slice(0, shownChars)}…` : pattern)
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** What a named class costs beside a letter: its ranges are turned into code. */
const namedClassCost = 128

/**
 * Letters and classes of a pattern with every repetition written out: an upper bound of the work of compiling, in one walk
 * over the text. It need not understand everything: what is invalid is found by the compiler.
 */
function writtenOut(pattern: string): number {
  const outer: number[] = []
  let sum = 0
  let last = 0
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!
    if (char === '(') {
      outer.push(sum)
      sum = last = 0
    } else if (char === ')') {
      last = sum + 2
      sum = (outer.pop() ?? 0) + last
    } else if (char === '{') {
      const count = /^\{(\d{1,5})(?:,(\d{0,5}))?\}/.exec(pattern.slice(at, at + 14))
      if (count === null) continue
      const times = Math.max(Number(count[1]), Number(count[2] ?? 0), 1)
      sum += last * (times - 1)
      last *= times
      at += count[0].length - 1
    } else {
      last = 1
      if (char === '\\') {
        at++
        if (pattern[at] === 'p' || pattern[at] === 'P') last = namedClassCost
      }
      sum += last
    }
  }
  for (const before of outer) sum += before
  return sum
}
