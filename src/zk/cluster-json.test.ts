// What the nodes of a replica set hold, written by us, by newer versions and by anybody: read whole, or refused in one line.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterState } from '../model/coordinator.ts'
import type { Epoch, Offset } from '../model/ids.ts'
import {
  clusterStateJson,
  leaderJson,
  liveJson,
  readClusterState,
  readLeader,
  readLive,
} from './cluster-json.ts'
import { notAClusterName } from './zookeeper-cluster-paths.ts'

const copy = '00112233445566778899aabbccddeeff'
const state: ClusterState = {
  format: 1,
  logId: copy,
  epoch: 7 as Epoch,
  leader: 'a',
  minInSync: 2,
  inSync: [{ id: 'a', copy, bound: 12 as Offset }],
  members: ['a', 'b.2', 'c_3-x'],
}
const read = (text: string): ReturnType<typeof readClusterState> =>
  readClusterState(Buffer.from(text))
/** With one field otherwise; undefined leaves it out. */
const withField = (field: string, value: unknown): ReturnType<typeof readClusterState> =>
  read(JSON.stringify({ ...state, [field]: value }))

test('what is written is what is read, also before a first leader', () => {
  assert.deepEqual(read(clusterStateJson(state)), state)
  const first: ClusterState = {
    ...state,
    logId: undefined,
    leader: undefined,
    epoch: 0 as Epoch,
    inSync: [],
  }
  assert.deepEqual(read(clusterStateJson(first)), first)
  const leader = { id: 'a', epoch: 7 as Epoch, address: '10.0.0.7:13800' }
  assert.deepEqual(readLeader(Buffer.from(leaderJson(leader))), leader)
  const member = { id: 'a', copy, address: '[::1]:13800' }
  assert.deepEqual(readLive(Buffer.from(liveJson(member))), member)
})

test('what a newer version has added is not read, its format is refused', () => {
  assert.deepEqual(withField('colour', 'red'), state)
  assert.equal(withField('format', 2), 'format is 2, of a newer version; expected 1')
})

test('each field that is wrong is named, with what was found and what was expected', () => {
  const cases: readonly [field: string, value: unknown, line: string][] = [
    ['format', undefined, 'format is missing; expected 1'],
    ['logId', 'x', 'logId is "x"; expected 32 hex digits'],
    ['epoch', -1, 'epoch is -1; expected a whole number from 0 on'],
    ['epoch', 1.5, 'epoch is 1.5; expected a whole number from 0 on'],
    ['epoch', 2 ** 60, `epoch is ${2 ** 60}; expected a whole number from 0 on`],
    ['leader', 3, 'leader is 3; expected a name'],
    ['minInSync', 0, 'minInSync is 0; expected a whole number from 1 on'],
    ['inSync', {}, 'inSync is an object; expected a list'],
    ['inSync', [7], 'inSync[0] is 7; expected an object'],
    ['inSync', [{ id: 'a', copy: 'c' }], 'inSync[0].copy is "c"; expected 32 hex digits'],
    ['inSync', [...state.inSync, ...state.inSync], 'inSync has a twice; expected each once'],
    ['members', ['a', 'a'], 'members has a twice; expected each once'],
    ['members', Array(32).fill('a'), 'members has 32 entries; expected at most 31'],
  ]
  for (const [field, value, line] of cases) assert.equal(withField(field, value), line)
  const found = withField('members', ['a/b'])
  assert.ok(typeof found === 'string' && found.startsWith('members[0]: "a/b" is no name'), 'a name')
})

test('however broken it is, it is refused in one short line', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  const all = ['', 'x'.repeat(10_000), '7', 'null', '[]', `{"format":${deep}}`, '{"format":"\n"}']
  for (const text of all) {
    const found = read(text)
    assert.ok(typeof found === 'string' && found.length < 200, `one line for ${text.slice(0, 20)}`)
  }
  assert.equal(readClusterState(undefined), 'it has no data; expected a JSON object')
  const broken = readLive(Buffer.from([0xff, 0xfe]))
  assert.match(typeof broken === 'string' ? broken : 'read', /is no JSON; expected an object$/)
})

test('names are letters, digits, "-", "_" and ".", at most 64', () => {
  for (const name of ['a', 'A-1_b.c', 'x'.repeat(64)])
    assert.equal(notAClusterName(name), undefined)
  for (const name of ['', '.', '..', 'a b', 'a/b', 'ä', 'x'.repeat(65), 'a\n'])
    assert.match(String(notAClusterName(name)), /is no name; expected 1 to 64 letters/)
})
