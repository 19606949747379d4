import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plainJson, plainLines, plainText } from './plain-text.ts'

const hostile = 'a\u001b[2J\u0007\u009b31m\u0000\u007f\u2028\u202e\u2066\u200f\u061c\tb'
const shown = 'a\\u001b[2J\\u0007\\u009b31m\\u0000\\u007f\\u2028\\u202e\\u2066\\u200f\\u061c\\tb'

test('nothing that a terminal obeys or that turns the order of reading is left in a text', () => {
  assert.equal(plainText(hostile), shown)
  assert.equal(plainText('one\ntwo'), 'one\\ntwo')
  assert.equal(plainLines(`one\n${hostile}`), `one\n${shown}`)
})

test('all that people write stays as it is', () => {
  const words = 'Grüße, 你好, שלום, नमस्ते, 👩\u200d🚀 \\n "quoted"'
  assert.equal(plainText(words), words)
  assert.equal(plainLines(words), words)
})

test('JSON says the same and has no such character', () => {
  const value = { [hostile]: [hostile, 1, null] }
  const json = plainJson(value)
  assert.deepEqual(JSON.parse(json), value)
  assert.equal(plainText(json), json)
})
