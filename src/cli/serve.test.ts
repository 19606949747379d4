// Arguments of `serve` as Go's programs take them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plainArguments } from './serve.ts'

const plain = (...args: string[]): readonly string[] =>
  plainArguments(['node', 'kiteq', ...args]).slice(2)

test('one dash or two, with a space or an equals sign', () => {
  for (const dashes of ['-', '--'])
    assert.deepEqual(
      plain('serve', `${dashes}configPath`, 'a.toml', `${dashes}bind=:1`, `${dashes}pport`, '-1'),
      ['serve', '--configPath', 'a.toml', '--bind=:1', '--pport', '-1'],
    )
})

test('what is no flag of the original is left as it is', () => {
  const args = ['serve', '-h', '-b', '-bindings', '-configpath', 'x', '--listen', 'a:1', '-bin=d']
  assert.deepEqual(plain(...args), args)
})

test('other commands keep their arguments', () => {
  for (const args of [['pub', '-bind', 'x'], ['-bind', 'serve'], []])
    assert.deepEqual(plain(...args), args)
})
