// The tests and what they test, as JavaScript in a folder of their own with the same layout: a test file then starts several
// times faster than through a loader. Types are not looked at here; `npm run types` does that.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { top } from './setup.mjs'

/** What tests reach from the top folder, and is not TypeScript. */
const linked = ['dist', 'docs', 'node_modules', 'package.json', 'proto', 'scripts']
const compilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
  inlineSourceMap: true,
  inlineSources: false,
}

/** Brings it up to date; returns its path. */
export function makeTestTree() {
  const tree = join(top, 'dist-test')
  mkdirSync(tree, { recursive: true })
  for (const name of linked)
    if (!existsSync(join(tree, name))) symlinkSync(join(top, name), join(tree, name))
  for (const folder of ['src', 'test', 'bench']) {
    const made = new Set(filesIn(join(top, folder)).map((path) => make(path, placeOf(tree, path))))
    if (existsSync(join(tree, folder)))
      for (const path of filesIn(join(tree, folder))) if (!made.has(path)) rmSync(path)
  }
  return tree
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
}

function placeOf(tree, path) {
  const place = join(tree, path.slice(top.length))
  return isSource(path) ? place.replace(/\.ts$/, '.js') : place
}

const isSource = (path) => path.endsWith('.ts') && !path.endsWith('.d.ts')

/** Returns the place. */
function make(path, place) {
  if (existsSync(place) && statSync(place).mtimeMs > statSync(path).mtimeMs) return place
  mkdirSync(dirname(place), { recursive: true })
  if (isSource(path)) {
    const source = readFileSync(path, 'utf8')
    writeFileSync(place, ts.transpileModule(source, { compilerOptions, fileName: path }).outputText)
  } else copyFileSync(path, place)
  return place
}
