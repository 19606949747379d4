// What a fresh clone lacks, made: the packages of the lock file, and dist/. Asks nothing, needs only Node and its npm,
// and does nothing when nothing is missing.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const top = join(dirname(fileURLToPath(import.meta.url)), '..')
const stamp = join(top, 'dist', '.built')

/** Installs and, unless told otherwise, builds what is missing; ends the process when that fails. */
export function setUp({ build = true } = {}) {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    console.error(`Node ${process.versions.node} is too old; expected Node 20 or later`)
    process.exit(1)
  }
  if (!isInstalled()) {
    console.error('installing packages ...')
    run(
      npm(),
      ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'],
      process.platform === 'win32',
    )
  }
  if (build && !isBuilt()) {
    console.error('building ...')
    run(process.execPath, [join(top, 'scripts', 'build.mjs')], false, buildFailed)
  }
}

/** Every package of the lock file is there in its version, but for those of other platforms. */
function isInstalled() {
  const installed = readJson(join(top, 'node_modules', '.package-lock.json'))?.packages // npm writes it last
  const locked = readJson(join(top, 'package-lock.json'))?.packages
  if (installed === undefined || locked === undefined) return false
  return Object.entries(locked).every(
    ([path, { version, optional }]) =>
      path === '' || optional === true || installed[path]?.version === version,
  )
}

/** Nothing that goes into dist/ is younger than the last whole build. */
function isBuilt() {
  if (!existsSync(stamp)) return false
  const builtMs = statSync(stamp).mtimeMs
  const sources = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].map((name) =>
    join(top, name),
  )
  for (const folder of ['src', 'proto'])
    for (const entry of readdirSync(join(top, folder), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath ?? entry.path, entry.name)
      if (entry.isDirectory() || !entry.name.endsWith('.test.ts')) sources.push(path) // a folder is younger when a file left it
    }
  return sources.every((path) => statSync(path).mtimeMs <= builtMs)
}

const buildFailed = 'the build failed: nothing was started; mend what is named above, then try again'

function run(command, commandArguments, shell = false, onFailure = undefined) {
  const result = spawnSync(command, commandArguments, { cwd: top, stdio: ['ignore', 2, 2], shell })
  if (result.error) console.error(String(result.error))
  if (result.status === 0) return
  if (onFailure !== undefined) console.error(onFailure)
  process.exit(result.status ?? 1)
}

function npm() {
  return process.platform === 'win32' ? 'npm.cmd' : 'npm'
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
