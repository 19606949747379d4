// What a user installs: no install script, nothing native, nothing bound to a platform, no known hole of high severity.
// The last needs the registry; where it does not answer, that is said and the rest still counts.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { top } from './setup.mjs'

const problems = []
const { packages } = JSON.parse(readFileSync(join(top, 'package-lock.json'), 'utf8'))
const production = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true)
for (const [path, locked] of production) {
  const name = `${path.replace(/^.*node_modules\//, '')}@${locked.version}`
  if (locked.hasInstallScript) problems.push(`${name} has an install script`)
  for (const bound of ['os', 'cpu', 'libc'])
    if (locked[bound]) problems.push(`${name} is bound to ${bound} ${locked[bound]}`)
  for (const file of existsSync(join(top, path)) ? ownFiles(join(top, path)) : [])
    if (/\.(node|so|dll|dylib)$|(^|\/)binding\.gyp$/.test(file))
      problems.push(`${name} holds native code: ${file}`)
  if (!existsSync(join(top, path)) && locked.optional !== true)
    problems.push(`${name} is not installed`)
}
console.log(
  `production closure: ${production.length} packages, ${problems.length} with install scripts, native or platform-bound code`,
)

const audit = spawnSync('npm', ['audit', '--omit=dev', '--audit-level=high', '--json'], {
  cwd: top,
  encoding: 'utf8',
  shell: process.platform === 'win32',
  timeout: 60_000,
})
const report = parsed(audit.stdout)
const counts = report?.metadata?.vulnerabilities
if (counts === undefined) {
  const why = report?.message ?? report?.error?.summary ?? audit.error?.message ?? 'no answer'
  console.log(`audit: NOT DONE, the registry does not answer (${String(why).split('\n')[0]})`)
} else {
  console.log(
    `audit: ${counts.critical} critical, ${counts.high} high, ${counts.moderate} moderate, ${counts.low} low`,
  )
  if (counts.critical + counts.high > 0)
    for (const [name, { severity }] of Object.entries(report.vulnerabilities))
      problems.push(`${name}: ${severity}`)
}
for (const problem of problems) console.error(problem)
process.exitCode = problems.length > 0 ? 1 : 0

/** Files of one package, not of the packages inside it. */
function ownFiles(folder, prefix = '') {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules') return []
    const path = `${prefix}${entry.name}`
    return entry.isDirectory() ? ownFiles(join(folder, entry.name), `${path}/`) : [path]
  })
}

function parsed(json) {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
