// npm run bench -- NAME [options]: bench/main.ts, after whatever set-up is missing.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setUp, top } from './setup.mjs'

/** With the options each has by default; how long filling and draining take depends on the disk. */
const expected = {
  publish: 'about 3 minutes',
  'publish-consume': 'about 4 minutes',
  latency: 'about 2 minutes',
  isolation: 'about 5 minutes',
  append: 'about 2 minutes',
  recover: '1 to 5 minutes',
  memory: '1 to 2 minutes',
}

setUp()
const duration = expected[process.argv[2]]
if (duration !== undefined) {
  const options = process.argv.length > 3 ? ' without options' : ''
  console.error(`${process.argv[2]}${options}: ${duration}; Control-C ends it, and leaves no figures`)
}
const main = join(top, 'bench', 'main.ts')
const bench = spawn(process.execPath, ['--expose-gc', '--import', 'tsx', main, ...process.argv.slice(2)], {
  cwd: top,
  stdio: 'inherit',
})
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => bench.kill(signal))
bench.on('exit', (code) => {
  process.exitCode = code ?? 1
})
