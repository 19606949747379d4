// The version of this program, as its package says.

import { readFileSync } from 'node:fs'

/** Of the package, two folders up from here in src/ and in dist/. */
export function versionOf(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
