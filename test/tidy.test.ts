// The drawing of the house, held against the source: which room may import which, and the habits a reader relies on.
// When a test here fails, think before touching a table: the arrow is more likely wrong than the drawing.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { functionsOver, readSource, reachedFrom, type SourceFile } from './support/source-tree.ts'

/** Arrows only down. Type imports are arrows too. */
const mayImport: Record<string, readonly string[]> = {
  model: [],
  log: ['model'],
  index: ['model'],
  'consumer-offsets': ['model'],
  txn: ['model'],
  zk: ['model'],
  broker: ['model', 'log', 'index', 'consumer-offsets', 'txn'],
  net: ['model', 'broker'],
  http: ['model', 'broker'],
  replication: ['model', 'log'],
  archive: ['model', 'log', 'index', 'net'],
  client: ['model', 'net'], // of net only what reads and writes bytes: see below
}
/** These stand on top and may import any room; no room may import them. */
const top = ['(top)', 'cli']

/** No clock, no randomness, no timers, nothing of Node: they come as arguments. */
const pureRooms = ['model', 'index', 'consumer-offsets', 'txn']
const pureFiles = /^src\/broker\/(decide|apply|state|digest)[a-z-]*\.ts$/
const nodeInPure = ['node:assert', 'node:assert/strict', 'node:buffer']
/** Time and chance are handed to these rooms too; timers they may set. */
const clocklessRooms = [...pureRooms, 'log', 'broker', 'net']
const clocks =
  /^(Date\.now|performance\.now|process\.hrtime(\.bigint)?|Math\.random|crypto\.(randomUUID|getRandomValues|randomBytes))$/
const timers = /^(setTimeout|setInterval|setImmediate|queueMicrotask|process(\..*)?)$/

const linesMax = 500
const functionLinesMax = 70

const files: readonly SourceFile[] = readSource(['src', 'test', 'bench'])
const source: readonly SourceFile[] = files.filter((file) => file.path.startsWith('src/'))
const house: readonly SourceFile[] = source.filter((file) => !file.isTest)

/** Fails with one line for each finding. */
function none(findings: readonly string[]): void {
  assert.equal(findings.length, 0, `\n  ${findings.join('\n  ')}\n`)
}

test('imports go only down the drawing', () => {
  none(
    house.flatMap((file) =>
      file.local
        .filter((target) => target.startsWith('src/'))
        .map((target) => [roomOf(file.path), roomOf(target), target] as const)
        .filter(
          ([from, to]) =>
            from !== to && !top.includes(from) && mayImport[from]?.includes(to) !== true,
        )
        .map(([from, to, target]) => `${file.path} imports ${target}: ${from} may not know ${to}`),
    ),
  )
})

test('every room is in the drawing', () => {
  none(
    [...new Set(house.map((file) => roomOf(file.path)))].filter(
      (room) => !(room in mayImport) && !top.includes(room),
    ),
  )
})

test('the client takes from net only what turns bytes into packets and back', () => {
  const taken = house
    .filter((file) => roomOf(file.path) === 'client')
    .flatMap((file) => file.local.filter((target) => roomOf(target) === 'net'))
  const behind = [...reachedFrom(taken, files)].filter((path) => path.startsWith('src/'))
  none(
    behind
      .filter((path) => !['net', 'model'].includes(roomOf(path)))
      .map((path) => `the client drags in ${path}`),
  )
})

test('no circle of imports, types included', () => {
  none(circles(files))
})

test('pure rooms know no clock, no chance and nothing of Node', () => {
  const pure = house.filter(
    (file) => pureRooms.includes(roomOf(file.path)) || pureFiles.test(file.path),
  )
  none(
    pure.flatMap((file) => [
      ...file.packages
        .filter((name) => name.startsWith('node:') && !nodeInPure.includes(name))
        .map((name) => `${file.path} imports ${name}`),
      ...file.names.filter((name) => timers.test(name)).map((name) => `${file.path} uses ${name}`),
    ]),
  )
})

test('rooms that are handed a clock use no other', () => {
  none(
    house
      .filter((file) => clocklessRooms.includes(roomOf(file.path)))
      .flatMap((file) =>
        file.names.filter((name) => clocks.test(name)).map((name) => `${file.path} uses ${name}`),
      ),
  )
})

test('every file of src is reached from the top or from a test', () => {
  const roots = files
    .filter(
      (file) =>
        file.isTest ||
        file.path.startsWith('src/cli/') ||
        /^src\/(kiteq|index)\.ts$/.test(file.path),
    )
    .map((file) => file.path)
  const reached = reachedFrom(roots, files)
  none(
    house.filter((file) => !reached.has(file.path)).map((file) => `${file.path} is used by nobody`),
  )
})

test('the packages that this broker is built on are really used', () => {
  const generated = new Set(
    house.flatMap((file) => file.local.filter((path) => path.startsWith('proto/'))),
  )
  const used = new Set(house.flatMap((file) => file.packages))
  for (const path of generated)
    if (/from ["']protobufjs\/minimal(\.js)?["']/.test(readFileSync(path, 'utf8')))
      used.add('protobufjs')
  none(
    ['protobufjs', 'crc-32', 'fs-extra', 'lru-cache'].filter(
      (name) => ![...used].some((path) => isOf(path, name)),
    ),
  )
  const property = files.filter((file) => file.path.startsWith('test/property/'))
  assert.ok(
    property.some((file) => file.packages.includes('fast-check')),
    'fast-check is not used under test/property',
  )
})

test('every dependency is used, and only dependencies are', () => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    dependencies: Record<string, string>
  }
  const used = [
    ...new Set(house.flatMap((file) => file.packages.filter((name) => !name.startsWith('node:')))),
  ]
  none(
    used
      .filter((path) => !Object.keys(dependencies).some((name) => isOf(path, name)))
      .map((name) => `${name} is not a dependency`),
  )
  const viaProto = ['protobufjs']
  none(
    Object.keys(dependencies)
      .filter((name) => !viaProto.includes(name) && !used.some((path) => isOf(path, name)))
      .map((name) => `${name} is a dependency that src never imports`),
  )
})

test('no default exports', () => {
  none(files.filter((file) => file.hasDefaultExport).map((file) => file.path))
})

test(`no file over ${linesMax} lines`, () => {
  none(
    files
      .filter((file) => file.lines > linesMax)
      .map((file) => `${file.path}: ${file.lines} lines`),
  )
})

test(`no function over ${functionLinesMax} lines`, () => {
  none(house.flatMap((file) => functionsOver(file, functionLinesMax)))
})

test('a file opens with what it is for', () => {
  const told = files.filter((file) => !file.isTest) // a test beside x.ts is for x.ts
  none(told.filter((file) => !/^(#!.*\n)?(\/\/|\/\*)/.test(file.text)).map((file) => file.path))
})

test('nothing is left for later, and nothing names a place on one machine', () => {
  const words = [
    ['TO', 'DO'],
    ['FIX', 'ME'],
    ['X', 'XX'],
  ].map((halves) => halves.join('')) // this file is looked at as well
  const later = new RegExp(`\\b(${words.join('|')})\\b`)
  const machine = new RegExp(
    `["'\`( ]/(${['home', 'root', 'work', 'Users'].join('|')})/|[A-Z]:\\\\\\\\Users`,
  )
  none(
    files.flatMap(({ path, text }) => [
      ...(later.test(text) ? [`${path} leaves something for later`] : []),
      ...(machine.test(text) ? [`${path} names a place on one machine`] : []),
    ]),
  )
})

function roomOf(path: string): string {
  const inner = path.replace(/^src\//, '')
  return inner.includes('/') ? inner.slice(0, inner.indexOf('/')) : '(top)'
}

function isOf(path: string, name: string): boolean {
  return path === name || path.startsWith(`${name}/`)
}

/** One line for each circle found, as a walk that ends where it began. */
function circles(all: readonly SourceFile[]): string[] {
  const byPath = new Map(all.map((file) => [file.path, file]))
  const done = new Set<string>()
  const found: string[] = []
  const walk = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path)
    if (at >= 0) found.push([...trail.slice(at), path].join(' -> '))
    if (at >= 0 || done.has(path)) return
    for (const next of byPath.get(path)?.local ?? []) walk(next, [...trail, path])
    done.add(path)
  }
  for (const file of all) walk(file.path, [])
  return found
}
