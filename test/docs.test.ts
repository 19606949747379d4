// docs/testing.md against the tests: every promise, limit, vector file and defect has its row, and every test that a row
// names is there. The pages for those who come from the original, in both languages, against that list and the limits of
// the broker; and every link between pages. It reads text only.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import * as limits from '../src/model/limits.ts'

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

const comingPages = ['docs/coming-from-kiteq.md', 'docs/coming-from-kiteq.zh-CN.md']

test('who comes from the original finds every defect and every oddity, in both languages', () => {
  for (const file of comingPages) {
    const text = readFileSync(path.join(root, file), 'utf8')
    for (const name of [...numbered('D', 36), ...numbered('G', 16)])
      assert.equal(text.split(`\n| ${name} |`).length, 2, `${file}: one row ${name}`)
  }
})

test('both languages have the same tables, row by row', () => {
  const [english, chinese] = comingPages.map((file) => tableLengths(file))
  assert.deepEqual(chinese, english)
})

test('the limits told to those who come from the original are those of the broker', () => {
  const told = [
    limits.packetBodyBytesMax,
    limits.messageIdChars,
    limits.topicBytesMax,
    limits.typeBytesMax,
    limits.propertiesBytesMax,
    limits.groupBytesMax,
    limits.deliverLimitMax,
    limits.feedbackCharsMax,
    limits.patternCharsMax,
    limits.patternInstructionsMax,
    limits.bindingsPerTopicMax,
    limits.groupsPerMessageMax,
    limits.inFlightPerConnection,
    limits.creditMax,
    limits.inFlightMax,
    limits.connectionsMax,
    limits.namesMax - 1,
    limits.flyWaitingMax,
    limits.deadLettersMax,
  ].map((number) => number.toLocaleString('en-US'))
  for (const file of comingPages) {
    const text = readFileSync(path.join(root, file), 'utf8')
    const numbers = new Set(text.match(/\d[\d,]*\d|\d/g))
    assert.deepEqual(
      told.filter((number) => !numbers.has(number)),
      [],
      file,
    )
  }
})

test('every link between pages leads to a page, and to a heading of it', () => {
  const pages = [
    ...readdirSync(root).map(String),
    ...readdirSync(path.join(root, 'docs')).map((name) => `docs/${name}`),
  ].filter((name) => name.endsWith('.md'))
  const broken: string[] = []
  for (const file of pages) {
    const text = readFileSync(path.join(root, file), 'utf8')
    for (const [, target, anchor] of text.matchAll(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]*))?\)/g)) {
      const to = target === '' ? file : path.join(path.dirname(file), target!)
      if (!existsSync(path.join(root, to))) broken.push(`${file}: ${to} is not there`)
      else if (anchor !== undefined && !anchorsOf(to).has(anchor))
        broken.push(`${file}: ${to} has no heading #${anchor}`)
    }
  }
  assert.deepEqual(broken, [])
})

/** How many lines each table of a page has. */
function tableLengths(file: string): number[] {
  const lengths: number[] = []
  let isTable = false
  for (const line of readFileSync(path.join(root, file), 'utf8').split('\n')) {
    if (!line.startsWith('|')) isTable = false
    else if (isTable) lengths[lengths.length - 1]! += 1
    else {
      isTable = true
      lengths.push(1)
    }
  }
  return lengths
}

/** As the pages' host makes them of headings: letters, digits, - and _ stay, spaces become -. */
function anchorsOf(file: string): Set<string> {
  const anchors = new Set<string>()
  const text = readFileSync(path.join(root, file), 'utf8').replace(/^```[^]*?^```/gm, '')
  for (const [, heading] of text.matchAll(/^#{1,6} (.*)$/gm)) {
    const plain = heading!.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const anchor = plain.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replaceAll(' ', '-')
    let count = 0
    while (anchors.has(count === 0 ? anchor : `${anchor}-${count}`)) count += 1
    anchors.add(count === 0 ? anchor : `${anchor}-${count}`)
  }
  return anchors
}
