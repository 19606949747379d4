import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge } from './transitions.ts'

test('only a prepared message can be decided; the same again is a repeat, the other contrary', () => {
  assert.equal(judge('prepared', 'commit'), 'take')
  assert.equal(judge('prepared', 'rollback'), 'take')
  assert.equal(judge('committed', 'commit'), 'repeat')
  assert.equal(judge('committed', 'rollback'), 'contrary')
  assert.equal(judge('rolled-back', 'rollback'), 'repeat')
  assert.equal(judge('rolled-back', 'commit'), 'contrary')
})
