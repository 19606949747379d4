import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitCodeOf, exitCodes } from './exit-codes.ts'

test('whoever goes away in the middle is not there, and is no fault of the system', () => {
  for (const [code, wanted] of [
    ['ECONNRESET', exitCodes.unavailable],
    ['ECONNREFUSED', exitCodes.unavailable],
    ['EACCES', exitCodes.permission],
    ['EMFILE', exitCodes.system],
  ] as const) {
    const error = Object.assign(new Error(code), { code, syscall: 'read' })
    assert.equal(exitCodeOf(error), wanted, code)
  }
})
