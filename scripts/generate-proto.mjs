// Writes the static protobuf code beside the schemas; with --check compares instead and exits 1 on a difference.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const top = join(dirname(fileURLToPath(import.meta.url)), '..')
const check = process.argv.includes('--check')
const folder = check ? mkdtempSync(join(tmpdir(), 'kiteq-proto-')) : join(top, 'proto')
let different = false
for (const name of ['kiteq', 'record', 'replication']) {
  const out = join(folder, `${name}.js`)
  const arguments_ = [
    '-t',
    'static-module',
    '-w',
    'esm',
    '-r',
    `kiteq-${name}`,
    '--force-long',
    '--no-create',
    '--no-verify',
    '--no-convert',
    '--no-delimited',
    '--no-typeurl',
    '--dts',
    '-o',
    out,
    join(top, 'proto', `${name}.proto`),
  ]
  const run = spawnSync(
    process.execPath,
    [join(top, 'node_modules/protobufjs-cli/bin/pbjs'), ...arguments_],
    { stdio: 'inherit' },
  )
  if (run.status !== 0) process.exit(1)
  for (const file of check ? [`${name}.js`, `${name}.d.ts`] : []) {
    if (readFileSync(join(folder, file), 'utf8') === readFileSync(join(top, 'proto', file), 'utf8'))
      continue
    console.error(`proto/${file} is not what proto/${name}.proto generates; run: npm run proto`)
    different = true
  }
}
if (check) rmSync(folder, { recursive: true })
process.exit(different ? 1 : 0)
