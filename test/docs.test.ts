// docs/testing.md against the tests: every promise, limit, vector file and defect has its row, and every test that a row
// names is there. It reads text only.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const root = path.resolve(import.meta.dirname, '..')
const page = readFileSync(path.join(root, 'docs/testing.md'), 'utf8')

const numbered = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${letter}${n + 1}`)

const required = [
  ...numbered('P', 5),
  ...numbered('C', 5),
  ...numbered('T', 4),
  ...numbered('L', 24),
  ...numbered('D', 36),
  ...numbered('G', 16),
  ...numbered('K', 15),
  ...readdirSync(path.join(root, 'test/vectors')).filter((name) => name.endsWith('.json')),
]

/** First cell -> last cell of every row of every table. */
function rowsOf(text: string): Map<string, string> {
  const rows = new Map<string, string>()
  for (const line of text.split('\n')) {
    const cells = line.split('|').map((cell) => cell.trim())
    if (cells.length < 4 || /^(-*|no\.|file|where)$/.test(cells[1]!)) continue
    assert.ok(!rows.has(cells[1]!), `two rows ${cells[1]}`)
    rows.set(cells[1]!, cells.at(-2)!)
  }
  return rows
}

/** Names of the tests in a file, as patterns: what a name computes may be anything. */
function testsIn(file: string): RegExp[] {
  const source = readFileSync(path.join(root, file), 'utf8')
  const found = source.matchAll(/\btest\(\s*(?:'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`)/g)
  return [...found].map(([, plain, computed]) => {
    const text = plain ?? computed!
    const pattern = text
      .split(plain === undefined ? /\$\{[^}]*\}/ : /$^/)
      .map((part) => part.replace(/\\(.)/g, '$1').replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    return new RegExp(`^${pattern.join('.+')}$`)
  })
}

test('every promise, limit, vector file, defect and required test has its row', () => {
  const rows = rowsOf(page)
  for (const name of required) assert.ok(rows.has(name), `no row ${name} in docs/testing.md`)
})

test('every row names a test, or says why not', () => {
  for (const name of required) {
    const cell = rowsOf(page).get(name) ?? ''
    assert.match(cell, /`[\w/.-]+\.test\.ts`: “|^not yet \(.+\)|^not applicable: .+/, name)
  }
})

test('every test that is named exists', () => {
  const named = [...page.matchAll(/`([\w/.-]+\.test\.ts)`: ((?:“[^”]+”(?:, )?)+)/g)]
  assert.ok(named.length > 80, `${named.length} references`)
  const missing: string[] = []
  for (const [, file, names] of named) {
    if (!existsSync(path.join(root, file!))) {
      missing.push(`${file} is not there`)
      continue
    }
    const there = testsIn(file!)
    for (const [, name] of names!.matchAll(/“([^”]+)”/g))
      if (!there.some((pattern) => pattern.test(name!)))
        missing.push(`${file} has no test “${name}”`)
  }
  assert.deepEqual(missing, [])
})

test('every test file is of a layer that the page tells of', () => {
  for (const name of readdirSync(path.join(root, 'test'), { recursive: true }).map(String))
    if (name.endsWith('.test.ts')) {
      const folder = name.split(path.sep)[0]!
      const layer = folder.endsWith('.test.ts') ? name : `test/${folder}/`
      assert.ok(page.includes(layer), `${layer} is not in docs/testing.md`)
    }
})
