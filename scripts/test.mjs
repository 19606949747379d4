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
const tests = spawn(process.execPath, ['--import', 'tsx', ...runner, ...options, ...files], {
  cwd: top,
  stdio: 'inherit',
  env: environment,
})
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => tests.kill(signal))
tests.on('exit', (code) => {
  process.exitCode = code ?? 1
})
