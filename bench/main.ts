// `npm run bench -- publish …`: finds the bench by its name and hands it the rest of the words.

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const benches = [
  'publish',
  'publish-consume',
  'latency',
  'isolation',
  'append',
  'recover',
  'memory',
  'brokers',
  'archive',
]
const name = process.argv[2] ?? ''
const path = fileURLToPath(new URL(`${name}.ts`, import.meta.url))

if (benches.includes(name) && existsSync(path)) {
  process.argv.splice(1, 2, path)
  await import(path)
} else {
  process.stderr.write(`usage: npm run bench -- ${benches.join('|')} [options]\n`)
  process.exitCode = 2
}
