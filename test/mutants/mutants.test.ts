// The list of deliberate bugs against the source, the tests and the documentation, so that none of them rots. Trying them is
// `npm run test:mutants`.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { mutants } from './list.ts'
import { rowOf } from './mutant.ts'

const root = path.resolve(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')

test('the text of every deliberate bug stands in its file exactly once', () => {
  const wrong = mutants.flatMap(({ name, file, find, replace }) => {
    assert.notEqual(find, replace, name)
    const times = read(file).split(find).length - 1
    return times === 1 ? [] : [`${name}: ${times} times in ${file}`]
  })
  assert.deepEqual(wrong, [])
})

test('every deliberate bug has a name of its own and a test to catch it', () => {
  const names = mutants.map(({ name }) => name)
  assert.deepEqual(
    names.filter((name, i) => names.indexOf(name) !== i),
    [],
  )
  for (const { name, caughtBy } of mutants) {
    assert.ok(caughtBy.length > 0, name)
    for (const { file } of caughtBy) {
      assert.match(file, /\.test\.ts$/)
      assert.ok(existsSync(path.join(root, file)), `${name}: ${file} is not there`)
    }
  }
})

test('docs/testing.md lists every deliberate bug with the test that catches it', () => {
  const lines = new Set(read('docs/testing.md').split('\n'))
  const missing = mutants.map(rowOf).filter((row) => !lines.has(row))
  assert.equal(missing.length, 0, `missing in docs/testing.md:\n${missing.join('\n')}`)
})
