// npm test: every *.test.ts beside the code and under test/. What is too long for that is named *.long.test.ts
// (--long: those only) or lies in test/nightly (--nightly: everything, with many more runs).
//   npm test -- log frame             only files whose path holds one of the words
//   npm test -- --test-name-pattern=… and any other option of Node's runner
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative, sep } from 'node:path'
import { setUp, top } from './setup.mjs'

const long = process.argv.includes('--long')
const nightly = process.argv.includes('--nightly')
const rest = process.argv
  .slice(2)
  .filter((argument) => argument !== '--long' && argument !== '--nightly')
const options = rest.filter((argument) => argument.startsWith('-'))
const words = rest.filter((argument) => !argument.startsWith('-'))

setUp({ build: words.length === 0 }) // while working on one file nobody waits for a build
const files = ['src', 'test']
  .flatMap((folder) =>
    readdirSync(join(top, folder), { recursive: true }).map((path) => join(folder, path)),
  )
  .map((path) => path.split(sep).join('/'))
  .filter((path) => path.endsWith('.test.ts') && !path.includes('/node_modules/'))
  .filter(
    (path) =>
      nightly || (!path.startsWith('test/nightly/') && path.endsWith('.long.test.ts') === long),
  )
  .filter((path) => words.length === 0 || words.some((word) => path.includes(word)))
  .sort()
if (files.length === 0) {
  const what = words.length > 0 ? `whose path holds ${words.join(' or ')}` : 'of this kind'
  console.error(`there is no test file ${what}`)
  process.exit(words.length > 0 ? 1 : 0) // a wrong word is an error; having no long tests is not
}

const [major, minor] = process.versions.node.split('.').map(Number)
const runner = ['--test', '--test-reporter=spec']
// One file more than cores: a third of the time a test waits, for a broker that starts or a lease that ends.
if (major > 20 || minor >= 10)
  runner.push(`--test-concurrency=${Math.min(4, availableParallelism() + 1)}`)
// RUNS multiplies the runs of every random test; 1 fits a minute or two in all.
const built = words.length === 0 && { KITEQ_TEST_BUILT: '1' } // the program as it was just built
const environment = { ...process.env, ...built, ...(nightly && { RUNS: process.env.RUNS ?? '50' }) }

/** These read the source, or start parts of it. */
const readsSource = new Set([
  'src/client/client.test.ts',
  'src/client/transactions.test.ts',
  'src/log/folder-owner.test.ts',
  'test/docs.test.ts',
  'test/e2e/broker-names.test.ts',
  'test/mutants/mutants.test.ts',
  'test/tidy.test.ts',
])

let child
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child?.kill(signal))

/** Resolves with the exit code. */
function run(loader, paths, cwd) {
  child = spawn(process.execPath, [...loader, ...runner, ...options, ...paths], {
    cwd,
    stdio: 'inherit',
    env: environment,
  })
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)))
}

const fromSource = files.filter((path) => words.length > 0 || long || readsSource.has(path))
const compiled = files.filter((path) => !fromSource.includes(path))
const codes = []
if (compiled.length > 0) {
  const { makeTestTree } = await import('./test-tree.mjs') // after the set-up: it needs the packages
  const paths = compiled.map((path) => path.replace(/\.ts$/, '.js'))
  codes.push(await run(['--enable-source-maps'], paths, makeTestTree()))
}
if (fromSource.length > 0) codes.push(await run(['--import', 'tsx'], fromSource, top))
process.exitCode = Math.max(...codes)
