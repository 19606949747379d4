// A key file that others can read is no key file.

import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { readSetKey } from './set-key.ts'

const content = 'abcdefghijklmnopqrstuvwxyz0123456789'

function fileOf(t: TestContext, text: string, mode = 0o600): string {
  const folder = mkdtempSync(join(tmpdir(), 'kiteq-key-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'set.key')
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

test('white space around the content is no part of the key', async (t) => {
  const key = await readSetKey(fileOf(t, ` \n${content}\r\n`))
  assert.ok(key.equals(await readSetKey(fileOf(t, content))), 'the same key')
  assert.ok(!key.equals(await readSetKey(fileOf(t, `${content}x`))), 'another key')
})

test('a key file that anybody else can open is refused with its mode and the cure', async (t) => {
  for (const mode of [0o640, 0o604, 0o620, 0o601, 0o777]) {
    const path = fileOf(t, content, mode)
    await assert.rejects(readSetKey(path), (error: Error & { code: string }) => {
      assert.equal(error.code, 'KITEQ_CONFIG')
      assert.ok(error.message.includes(`mode 0${mode.toString(8)}`), error.message)
      assert.ok(error.message.includes(`chmod 600 ${path}`), error.message)
      assert.ok(!error.message.includes(content), 'the key is not told')
      return true
    })
  }
  const target = fileOf(t, content, 0o644)
  symlinkSync(target, `${target}.link`)
  await assert.rejects(readSetKey(`${target}.link`), /mode 0644/, 'a link is what it leads to')
})

test('what is too short, too long, missing or no file is refused', async (t) => {
  await assert.rejects(readSetKey(fileOf(t, `${content.slice(0, 31)}  \n`)), /has 31 bytes, a key/)
  await assert.rejects(readSetKey(fileOf(t, 'x'.repeat(4097))), /more than 4096 bytes/)
  await assert.rejects(readSetKey('/nowhere/set.key'), /cannot be opened: ENOENT/)
  await assert.rejects(readSetKey(tmpdir()), /is no plain file/)
  assert.ok(await readSetKey(fileOf(t, content.slice(0, 32))), 'just long enough')
})
