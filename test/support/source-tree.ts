// The project's own source as data, for the tests that look at it: who imports what, which names are used, how long
// things are. Reads through the compiler's parser, so comments and strings never pass for code.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import ts from 'typescript'

export interface SourceFile {
  /** From the top of the project, with slashes. */
  readonly path: string
  readonly text: string
  readonly lines: number
  readonly isTest: boolean
  /** Project files it imports, types included. */
  readonly local: readonly string[]
  /** Packages it imports, as written: `node:fs`, `fs-extra`. */
  readonly packages: readonly string[]
  /** Names of the outer world that it calls or reads: `Date.now`, `setTimeout`. */
  readonly names: readonly string[]
  readonly hasDefaultExport: boolean
  readonly tree: ts.SourceFile
}

/** Every .ts file under the folders, sorted by path. */
export function readSource(folders: readonly string[]): SourceFile[] {
  return folders
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true }).map((path) => join(folder, String(path))),
    )
    .map((path) => path.replaceAll('\\', '/'))
    .filter(
      (path) => path.endsWith('.ts') && !path.endsWith('.d.ts') && !path.includes('/node_modules/'),
    )
    .sort()
    .map(readOne)
}

/** The roots and all they import, directly or not. */
export function reachedFrom(roots: readonly string[], files: readonly SourceFile[]): Set<string> {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const reached = new Set<string>()
  const open = [...roots]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (reached.has(path)) continue
    reached.add(path)
    open.push(...(byPath.get(path)?.local ?? []))
  }
  return reached
}

/** One line for each function or method with more lines than that. */
export function functionsOver(file: SourceFile, linesMax: number): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) {
      const from = file.tree.getLineAndCharacterOfPosition(node.getStart(file.tree)).line
      const lines = file.tree.getLineAndCharacterOfPosition(node.end).line - from + 1
      if (lines > linesMax) found.push(`${file.path}:${from + 1} is a function of ${lines} lines`)
    }
    ts.forEachChild(node, visit)
  }
  visit(file.tree)
  return found
}

function readOne(path: string): SourceFile {
  const text = readFileSync(path, 'utf8')
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, false, ts.ScriptKind.TS)
  const imports: string[] = []
  const names = new Set<string>()
  let hasDefaultExport = false
  const visit = (node: ts.Node): void => {
    const target = importOf(node)
    if (target !== undefined) imports.push(target)
    // the keyword as a modifier; the `default:` of a switch is another kind of node
    if (ts.isExportAssignment(node) || node.kind === ts.SyntaxKind.DefaultKeyword)
      hasDefaultExport = true
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression))
      names.add(`${node.expression.text}.${node.name.text}`)
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression))
      names.add(node.expression.text)
    if (
      ts.isNewExpression(node) &&
      ts.isIdentifier(node.expression) &&
      node.expression.text === 'Date' &&
      !node.arguments?.length
    )
      names.add('Date.now') // new Date() reads the clock as well
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return {
    path,
    text,
    lines: text.split('\n').length - 1,
    isTest: path.endsWith('.test.ts'),
    local: imports
      .filter((name) => name.startsWith('.'))
      .map((name) => posix.join(dirname(path), name)),
    packages: imports.filter((name) => !name.startsWith('.')),
    names: [...names],
    hasDefaultExport,
    tree,
  }
}

function importOf(node: ts.Node): string | undefined {
  const literal =
    ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
      ? node.moduleSpecifier
      : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
        ? node.arguments[0]
        : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
          ? node.argument.literal
          : undefined
  return literal !== undefined && ts.isStringLiteral(literal) ? literal.text : undefined
}
