// Builds dist/ from src/ with tsc. A running broker keeps working: files are replaced, never taken away first.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { top } from './setup.mjs'

const dist = join(top, 'dist')
const stamp = join(dist, '.built')
rmSync(stamp, { force: true }) // half a build is no build
const startedAt = new Date()

const tsc = join(top, 'node_modules', 'typescript', 'bin', 'tsc')
const build = spawnSync(
  process.execPath,
  [tsc, '-p', join(top, 'tsconfig.build.json'), '--noEmitOnError'],
  {
    cwd: top,
    stdio: ['ignore', 2, 2],
  },
)
if (build.status !== 0) process.exit(build.status ?? 1)

// What tsc does not carry over.
const schema = join('archive', 'schema')
cpSync(join(top, 'src', schema), join(dist, schema), { recursive: true })

for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath ?? entry.path, entry.name)
  const source = join(top, 'src', path.slice(dist.length)).replace(
    /(\.d\.ts|\.js|\.js\.map)$/,
    '.ts',
  )
  if (entry.isFile() && !existsSync(source)) rmSync(path) // its source is gone
}
for (const bin of Object.values(JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')).bin)) {
  const path = join(top, bin)
  if (!existsSync(path)) {
    console.error(`${bin} was not built; expected src/cli/main.ts`)
    process.exit(1)
  }
  if (!readFileSync(path, 'utf8').startsWith('#!/usr/bin/env node\n')) {
    console.error(`${bin} cannot be run; expected src/cli/main.ts to open with #!/usr/bin/env node`)
    process.exit(1)
  }
  chmodSync(path, 0o755)
}
writeFileSync(stamp, `${startedAt.toISOString()}\n`)
// The stamp is as old as the start, so that what changed while tsc ran is built again the next time.
utimesSync(stamp, startedAt, startedAt)
