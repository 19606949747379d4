import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import { test } from 'node:test'
import type { GroupNumber, TopicNumber } from '../model/ids.ts'
import { patternCharsMax } from '../model/limits.ts'
import type { BindType } from '../model/record.ts'
import { Pattern } from './pattern.ts'

function pattern(bindType: BindType, messageType: string): Pattern {
  const topic = 1 as TopicNumber
  const group = 1 as GroupNumber
  return new Pattern({ topic, group, bindType, messageType, watermark: 0, persistent: true })
}

function matches(made: Pattern, type: string): boolean {
  return made.matches(new TextEncoder().encode(type), type)
}

test('a direct binding wants exactly its type, as bytes', () => {
  const made = pattern('direct', 'pay.*')
  assert.equal(matches(made, 'pay.*'), true)
  assert.equal(matches(made, 'pay.ok'), false)
  assert.equal(matches(pattern('direct', 'ü'), 'ü'), true)
  const broken = pattern('direct', '\ufffd')
  assert.equal(broken.matches(Uint8Array.of(0xff), '\ufffd'), false)
})

test('an expression is searched for anywhere and anchored only by itself', () => {
  assert.equal(matches(pattern('regex', 'pay'), 'prepayment'), true)
  assert.equal(matches(pattern('regex', '^pay$'), 'prepayment'), false)
  assert.equal(matches(pattern('regex', '(?i)PAY\\d'), 'pay7'), true)
  assert.equal(matches(pattern('regex', ''), ''), true)
})

test('a fanout binding wants everything', () => {
  assert.equal(matches(pattern('fanout', '*'), ''), true)
})

test('an invalid, too long or too large expression never matches and says why', () => {
  const problems = ['(', 'a(?=b)', '\\1', 'a'.repeat(patternCharsMax + 1), '.{1000}.{1000}.{1000}']
  for (const messageType of problems) {
    const made = pattern('regex', messageType)
    assert.match(
      made.problem ?? '',
      /pattern .*(invalid|longer|too large)/,
      messageType.slice(0, 20),
    )
    assert.equal(matches(made, messageType), false)
  }
  assert.equal(pattern('regex', 'a'.repeat(patternCharsMax)).problem, undefined)
})

test('an expression made to backtrack stays linear', () => {
  const made = pattern('regex', '^(a+)+$')
  matches(made, 'a') // compiled and warm
  const started = performance.now()
  assert.equal(matches(made, 'a'.repeat(2000) + '!'), false)
  const tookMs = performance.now() - started
  assert.ok(
    tookMs < 1_000,
    `it took ${tookMs} ms; backtracking would take longer than there is time`,
  )
})
