import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cutText } from './cut-text.ts'

test('a text is cut between characters, and half a character is replaced', () => {
  assert.equal(cutText('abc', 3), 'abc')
  assert.equal(cutText('abcd', 3), 'abc')
  assert.equal(cutText('ab😀', 3), 'ab')
  assert.equal(cutText('ab😀', 4), 'ab😀')
  assert.equal(cutText('a😀b', 3), 'a😀')
  assert.equal(cutText('a\ud83d', 9), 'a\ufffd')
  assert.equal(cutText('\ude00b', 9), '\ufffdb')
  assert.equal(cutText('a\ud83d', 9), 'a\ufffd', 'again')
})
