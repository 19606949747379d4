import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EndedError } from '../archive/mysql-link.ts'
import { KiteQError } from '../model/errors.ts'
import { untilAnswered } from './until-answered.ts'

test('a broker that does not answer yet is asked again, and never taken at a word it has not said', async () => {
  const silences = ['KITEQ_CLOSED', 'KITEQ_TIMEOUT'] as const
  let asked = 0
  let waits = 0
  const question = (): Promise<number> => {
    const code = silences[asked++]
    return code === undefined ? Promise.resolve(2345) : Promise.reject(new KiteQError(code, 'no'))
  }
  const { signal } = new AbortController()
  const answer = untilAnswered(question, signal, () => waits++)
  await assert.doesNotReject(answer, 'it is asked again')
  assert.equal(await answer, 2345)
  assert.deepEqual([asked, waits], [3, 1])
})

test('what does not pass is told at once, and Control-C ends the waiting', async () => {
  const stop = new AbortController()
  const wrong = (): Promise<never> => Promise.reject(new KiteQError('KITEQ_USAGE', 'no folder'))
  const unasked = (): void => assert.fail('nothing to wait for')
  await assert.rejects(untilAnswered(wrong, stop.signal, unasked), { code: 'KITEQ_USAGE' })
  const silent = (): Promise<never> => Promise.reject(new KiteQError('KITEQ_CLOSED', 'starting'))
  await assert.rejects(
    untilAnswered(silent, stop.signal, () => stop.abort()),
    EndedError,
  )
})
