// npm run test:mutants [-- NAME ...]: every deliberate bug of test/mutants/list.ts, or those named, each alone in a private
// copy of the tree, two at a time. Each must make the tests named for it fail by an assertion; one that does not ends this
// with 1.
// Random tests run with SEED=1 unless SEED says otherwise, so that a run can be repeated.
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { setUp, top } from './setup.mjs'

const limitMs = 120_000
const graceMs = 5_000
const copied = ['src', 'test', 'proto', 'scripts', 'package.json', 'tsconfig.json']

setUp({ build: false })
const { tsImport } = await import('tsx/esm/api')
const { mutants } = await tsImport(pathToFileURL(join(top, 'test/mutants/list.ts')).href, import.meta.url)

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !mutants.some((mutant) => mutant.name === name))
if (unknown.length > 0) {
  console.error(`there is no mutant ${unknown.join(', ')}; there are ${mutants.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}
const chosen = wanted.length === 0 ? mutants : mutants.filter(({ name }) => wanted.includes(name))

const folder = mkdtempSync(join(tmpdir(), 'kiteq-mutants-'))
const running = new Set()
process.on('exit', () => {
  for (const child of running) stop(child)
  rmSync(folder, { recursive: true, force: true })
})
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => process.exit(1))

const copies = Array.from({ length: Math.min(2, availableParallelism()) }, (_, n) => copyTree(join(folder, String(n))))
const startedAt = performance.now()
if (!(await isGreen())) process.exit(1)
const longest = Math.max(...chosen.map(({ name }) => name.length))
let alive = 0
await inLanes(chosen, async (mutant, copy) => {
  const { caught, text, seconds } = await tried(mutant, copy)
  if (!caught) alive++
  console.log(`${caught ? 'caught' : 'ALIVE '} ${mutant.name.padEnd(longest)} ${seconds.padStart(6)} s  ${text}`)
})
console.log(`${chosen.length - alive} of ${chosen.length} deliberate bugs caught in ${secondsSince(startedAt)} s`)
process.exitCode = alive > 0 ? 1 : 0

function copyTree(copy) {
  for (const name of copied) cpSync(join(top, name), join(copy, name), { recursive: true })
  symlinkSync(join(top, 'node_modules'), join(copy, 'node_modules'), 'dir')
  return copy
}

/** Each copy works on one thing at a time. */
async function inLanes(things, work) {
  const waiting = [...things]
  const lane = async (copy) => {
    for (let thing = waiting.shift(); thing !== undefined; thing = waiting.shift()) await work(thing, copy)
  }
  await Promise.all(copies.map(lane))
}

/** Without any bug the same tests are there and pass: otherwise a failure would say nothing. */
async function isGreen() {
  const files = new Map()
  for (const { caughtBy } of chosen)
    for (const { file, test } of caughtBy) files.set(file, new Set([...(files.get(file) ?? []), test]))
  const since = performance.now()
  let isGreen = true
  await inLanes(files, async ([file, names], copy) => {
    const { results, problem } = await run(copy, file, [...names])
    for (const name of names) {
      const result = results.find((one) => one.name === name && one.wasRun)
      if (result?.passed === true) continue
      isGreen = false
      const why = result?.why ?? problem ?? 'it was not run'
      console.error(`without any bug ${file} must pass “${name}”: ${why}`)
    }
  })
  if (isGreen) console.log(`without any bug all their tests pass (${secondsSince(since)} s)`)
  return isGreen
}

/** Applies one, runs its tests, takes it back. */
async function tried({ file, find, replace, caughtBy }, copy) {
  const path = join(copy, file)
  const whole = readFileSync(path, 'utf8')
  const parts = whole.split(find)
  if (parts.length !== 2)
    return { caught: false, seconds: '0', text: `its text stands ${parts.length - 1} times in ${file}; expected once` }
  const since = performance.now()
  writeFileSync(path, parts.join(replace))
  try {
    const texts = []
    let caught = true
    for (const { file: testFile, test } of caughtBy) {
      const { results, problem } = await run(copy, testFile, [test])
      const result = results.find((one) => one.name === test && one.wasRun)
      const isRed = result?.passed === false && result.byAssertion === true
      if (isRed) texts.push(`by “${test}”`)
      else {
        caught = false
        const why = result?.passed === true ? 'passes' : `fails, but by no assertion: ${result?.why ?? problem}`
        texts.push(`${testFile}: “${test}” ${why}`)
      }
    }
    return { caught, seconds: secondsSince(since), text: texts.join('; ') }
  } finally {
    writeFileSync(path, whole)
  }
}

/** The results of these tests of a file, by Node's runner in the process of the tests themselves. */
function run(copy, file, names) {
  const patterns = names.map((name) => `--test-name-pattern=^${name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}$`)
  const reporter = pathToFileURL(join(copy, 'scripts/mutants-reporter.mjs')).href
  const options = ['--import', 'tsx', `--test-reporter=${reporter}`, ...patterns, file]
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env
  const child = spawn(process.execPath, options, {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { SEED: '1', ...environment },
    detached: true, // with all it starts it is one group, which can be ended together
  })
  running.add(child)
  let out = ''
  let errors = ''
  const resultsOf = () =>
    out
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{"name":'))
      .map((line) => JSON.parse(line))
  return new Promise((resolve) => {
    let isLate = false
    let timer = setTimeout(() => {
      isLate = true
      stop(child)
    }, limitMs)
    child.stderr.on('data', (chunk) => (errors += chunk))
    child.stdout.on('data', (chunk) => {
      out += chunk
      const ended = resultsOf().filter((one) => one.wasRun && names.includes(one.name))
      if (ended.length < names.length) return
      clearTimeout(timer)
      timer = setTimeout(() => stop(child), graceMs) // what a failed test has left open may never end
    })
    child.on('close', () => {
      clearTimeout(timer)
      running.delete(child)
      const results = resultsOf()
      const failed = results.find((one) => !one.passed)
      const problem = isLate ? `it takes longer than ${limitMs / 1000} s` : (failed?.why ?? errors.split('\n')[0])
      resolve({ results, problem })
    })
  })
}

function stop({ pid }) {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // it has ended meanwhile
  }
}

function secondsSince(since) {
  return ((performance.now() - since) / 1000).toFixed(1)
}
