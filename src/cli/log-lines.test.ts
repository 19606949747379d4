// The broker's own lines: for programs, for people, and for nobody who looks for secrets.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Config } from '../config.ts'
import { loadConfig } from '../config.ts'
import type { Logger } from '../model/logger.ts'
import { loggerFor } from './log-lines.ts'

function linesOf(
  log: (logger: Logger) => void,
  settings: Partial<Pick<Config, 'logFormat' | 'logLevel'>> = {},
  isTerminal = false,
): string[] {
  const lines: string[] = []
  const config = { logFormat: 'auto' as const, logLevel: 'info' as const, ...settings }
  log(loggerFor(config, { write: (line) => void lines.push(line) }, isTerminal))
  return lines
}

const full = (logger: Logger): void => logger.warn({ dataDir: '/d', free: 7 }, 'the disk is full')

test('elsewhere than on a terminal a line is JSON, with level, time, words and details', () => {
  const [line = ''] = linesOf(full)
  assert.ok(line.endsWith('}\n'), 'one line')
  const { time, level, msg, dataDir, free } = JSON.parse(line) as Record<string, unknown>
  assert.deepEqual([level, msg, dataDir, free], [40, 'the disk is full', '/d', 7])
  assert.ok(Math.abs(Date.now() - (time as number)) < 60_000, 'ms since 1970')
})

test('on a terminal a line is text, and each of the two can be asked for anywhere', () => {
  const text =
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} WARN {2}the disk is full {2}dataDir=\/d {2}free=7\n$/
  assert.match(linesOf(full, {}, true)[0]!, text)
  assert.match(linesOf(full, { logFormat: 'text' })[0]!, text)
  assert.match(linesOf(full, { logFormat: 'json' }, true)[0]!, /^\{"level":40,/)
})

test('details that are no single words keep their form in a text', () => {
  const details = { why: 'no space', groups: { a: 1 }, list: ['x'], nothing: null, word: 'a=b' }
  const [line = ''] = linesOf((logger) => logger.info(details, 'told'), { logFormat: 'text' })
  assert.match(
    line,
    / INFO {2}told {2}why="no space" {2}groups=\{"a":1\} {2}list=\["x"\] {2}nothing=null {2}word="a=b"\n$/,
  )
})

test('what is below the level is not told', () => {
  const both = (logger: Logger): void => {
    logger.info({}, 'one')
    logger.warn({}, 'two')
  }
  assert.equal(linesOf(both).length, 2)
  assert.match(linesOf(both, { logLevel: 'warn' }).join(''), /^[^\n]*"two"[^\n]*\n$/)
  assert.deepEqual(linesOf(both, { logLevel: 'error' }), [])
})

test('text from elsewhere moves no cursor, in either format', () => {
  const hostile = '\u001b[2J\u202eevil\nsecond line\u0007'
  for (const logFormat of ['json', 'text'] as const) {
    const [line = ''] = linesOf((logger) => logger.warn({ peer: hostile }, hostile), { logFormat })
    // eslint-disable-next-line no-control-regex -- these are what must not reach a terminal
    assert.doesNotMatch(line.slice(0, -1), /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/, logFormat)
    assert.ok(line.endsWith('\n'), logFormat)
  }
})

test('a detail that is named like a secret is not shown, wherever it stands', () => {
  const details = {
    password: 'hunter2',
    at: { secret: 'hunter2', deep: { credentials: 'hunter2' } },
    host: 'h',
  }
  for (const logFormat of ['json', 'text'] as const) {
    const [line = ''] = linesOf((logger) => logger.warn(details, 'told'), { logFormat })
    assert.doesNotMatch(line, /hunter2/, logFormat)
    assert.match(line, /not shown/, logFormat)
  }
})

test('format and level are settings and flags, and a wrong one is refused by its name', () => {
  const given = loadConfig({ logFormat: 'text', logLevel: 'warn' }, () => '')
  assert.deepEqual([given.logFormat, given.logLevel], ['text', 'warn'])
  const written = loadConfig({ config: 'k.toml' }, () => 'logFormat = "json"\nlogLevel = "error"')
  assert.deepEqual([written.logFormat, written.logLevel], ['json', 'error'])
  const plain = loadConfig({}, () => '')
  assert.deepEqual([plain.logFormat, plain.logLevel], ['auto', 'info'])
  assert.throws(
    () => loadConfig({ logFormat: 'xml' }, () => ''),
    /--log-format is "xml"; expected auto, json, text/,
  )
  assert.throws(
    () => loadConfig({ config: 'k.toml' }, () => 'logLevel = "loud"'),
    /k\.toml: logLevel is "loud"; expected info, warn, error/,
  )
})
