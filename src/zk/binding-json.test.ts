// The data of a binding node, written by anybody: read, or refused in one line that says what was found.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bindingsBytesMax } from '../model/limits.ts'
import { readBindingJson } from './binding-json.ts'

const read = (text: string): ReturnType<typeof readBindingJson> =>
  readBindingJson(Buffer.from(text), 't', 'g')

test('half a character, which a log could not be read with, is refused; a whole one is not', () => {
  assert.equal(
    read(String.raw`[{"messageType":"\ud800","bindType":0,"persistent":true}]`),
    'binding 1: messageType is "\\ud800"; expected text, it has half a character',
  )
  const whole = read(String.raw`[{"messageType":"\ud83d\ude00"}]`)
  assert.ok(typeof whole !== 'string', 'a whole character')
  assert.equal(whole[0]!.messageType, '\u{1f600}')
})

test('however deep or long it is, what is wrong is said in words', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  for (const text of [
    deep,
    `[${deep}]`,
    `[{"messageType":${deep}}]`,
    `[{"watermark":{"a":${deep}}}]`,
  ]) {
    const found = read(text)
    assert.ok(typeof found === 'string' && found.length < 200, 'one line')
    assert.match(found, /expected (a JSON list of bindings|an object|a text|a whole number)/)
  }
})

test('one list has so many bytes of types and no more', () => {
  const one = { messageType: 'x'.repeat(1000) }
  const fits = Math.floor(bindingsBytesMax / 1000)
  const many = (count: number): string => JSON.stringify(Array.from({ length: count }, () => one))
  assert.ok(typeof read(many(fits)) !== 'string', 'as many as fit')
  const found = read(many(fits + 1))
  assert.ok(typeof found === 'string', 'one more is too much')
  assert.match(found, /bytes of messageType; expected at most 524288/)
})
