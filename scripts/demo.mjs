// npm run demo: the story of a broker in under a minute, after whatever set-up is missing.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setUp, top } from './setup.mjs'

setUp()
const demo = spawn(process.execPath, [join(top, 'dist', 'cli', 'main.js'), 'demo'], {
  stdio: 'inherit',
})
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => demo.kill(signal))
demo.on('exit', (code) => {
  process.exitCode = code ?? 1
})
