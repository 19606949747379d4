// npm start: from a fresh clone to a broker that serves. Arguments are those of `kiteq serve`:
// npm start -- --listen 127.0.0.1:13800 --data-dir ./data
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setUp, top } from './setup.mjs'

setUp()
console.error(`In a second terminal, from this folder:
  node dist/cli/main.js bind trade pay-succ-200 --group demo
  node dist/cli/main.js pub trade pay-succ-200 'hello, trade'
  node dist/cli/main.js sub trade --no-bind --group demo --count 1
`)

const broker = spawn(
  process.execPath,
  [join(top, 'dist', 'cli', 'main.js'), 'serve', ...process.argv.slice(2)],
  { stdio: 'inherit' },
)
// The broker decides how it stops. Control-C reaches it from the terminal as well; being told twice changes nothing.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => broker.kill(signal))
// npm hands a signal to its shell, which dies of it without a word to us: then we hear it by having lost our parent.
const parent = process.ppid
if (process.env.npm_lifecycle_event === 'start')
  setInterval(() => {
    if (process.ppid !== parent) broker.kill('SIGTERM')
  }, 250).unref()
broker.on('error', (error) => {
  console.error(String(error))
  process.exitCode = 1
})
broker.on('exit', (code, signal) => {
  process.exitCode = code ?? 1
  if (signal === null) return
  process.removeAllListeners(signal)
  process.kill(process.pid, signal) // whoever started us sees the same end
})
