import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KiteQError } from '../model/errors.ts'
import { reasonOf, troubleOf } from './mysql-errors.ts'

const failed = (fields: object, message = 'x'): Error => Object.assign(new Error(message), fields)

test('what can be tried again is told from what cannot, by number', () => {
  assert.equal(troubleOf(failed({ errno: 1213, code: 'ER_LOCK_DEADLOCK' })), 'again')
  assert.equal(troubleOf(failed({ errno: 1205 })), 'again')
  assert.equal(troubleOf(failed({ errno: 1114 })), 'full')
  assert.equal(troubleOf(failed({ errno: 1045 })), 'refused')
  assert.equal(troubleOf(failed({ errno: 1290 })), 'refused')
  assert.equal(troubleOf(failed({ errno: -111, code: 'ECONNREFUSED' })), 'away')
  assert.equal(troubleOf(failed({ code: 'PROTOCOL_CONNECTION_LOST' })), 'away')
  assert.equal(
    troubleOf(failed({}, "Can't add new command when connection is in closed state")),
    'away',
  )
  assert.equal(troubleOf(failed({ errno: 1064 })), 'wrong')
  assert.equal(troubleOf(new KiteQError('KITEQ_CONFIG', 'connection closed')), 'wrong')
  assert.equal(troubleOf(new TypeError('a bug')), 'wrong')
})

test('a reason is never empty', () => {
  assert.equal(reasonOf(failed({ code: 'ECONNREFUSED' }, '')), 'ECONNREFUSED')
  assert.equal(reasonOf(failed({ code: 'E' }, 'words')), 'words (E)')
})
