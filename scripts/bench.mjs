// npm run bench -- NAME [options]: bench/main.ts, after whatever set-up is missing.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setUp, top } from './setup.mjs'

setUp()
const main = join(top, 'bench', 'main.ts')
const bench = spawn(process.execPath, ['--expose-gc', '--import', 'tsx', main, ...process.argv.slice(2)], {
  cwd: top,
  stdio: 'inherit',
})
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => bench.kill(signal))
bench.on('exit', (code) => {
  process.exitCode = code ?? 1
})
