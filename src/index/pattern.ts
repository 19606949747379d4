// One binding made ready to match: literal bytes, a compiled RE2 pattern, or everything. Must stay linear in the type's
// length whatever a client sends, so the engine is RE2 and a pattern's size is bounded.

import { RE2JS } from 're2js'
import { patternCharsMax, patternInstructionsMax } from '../model/limits.ts'
import type { Binding } from '../model/record.ts'

const encoder = new TextEncoder()

export class Pattern {
  readonly binding: Binding
  /** Why it never matches; undefined when it can. */
  readonly problem: string | undefined
  private readonly literal: Uint8Array | undefined
  private readonly expression: RE2JS | undefined

  constructor(binding: Binding) {
    this.binding = binding
    if (binding.bindType === 'direct') this.literal = encoder.encode(binding.messageType)
    if (binding.bindType !== 'regex') return
    const compiled = compile(binding.messageType)
    if (typeof compiled === 'string') this.problem = compiled
    else this.expression = compiled
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

/** The compiled pattern, or why there is none. */
function compile(pattern: string): RE2JS | string {
  if (pattern.length > patternCharsMax)
    return `pattern is longer than ${patternCharsMax} characters`
  let compiled: RE2JS
  try {
    compiled = RE2JS.compile(pattern)
  } catch (error) {
    return `pattern ${JSON.stringify(pattern)} is invalid: ${error instanceof Error ? error.message : String(error)}`
  }
  if (compiled.re2().numberOfInstructions() > patternInstructionsMax) {
    return `pattern ${JSON.stringify(pattern)} is too large once its repetitions are written out`
  }
  return compiled
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
