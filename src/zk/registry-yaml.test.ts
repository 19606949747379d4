// The original's registry file: what it means, what is forgiven, and what is refused as a whole.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KiteQError } from '../model/errors.ts'
import * as limits from '../model/limits.ts'
import { readRegistryYaml, type RegistryReading } from './registry-yaml.ts'

const address = 'localhost:13800'

function read(text: string): RegistryReading {
  return readRegistryYaml(Buffer.from(text), 'r.yaml', address)
}

function refusal(text: string | Uint8Array): string {
  try {
    readRegistryYaml(Buffer.from(text), 'r.yaml', address)
  } catch (error) {
    assert.ok(error instanceof KiteQError)
    assert.equal(error.code, 'KITEQ_REGISTRY')
    assert.doesNotMatch(error.message, /\n/)
    return error.message
  }
  return assert.fail('was accepted')
}

const whole = `
brokers:
  - address: localhost:13800
    topics: [user-profile, trade]
    env: dev
  - address: localhost:13801
    topics: [other]
bindings:
  - groupIds: [s-mts-test, s-audit]
    topic: trade
    messageType: pay-succ-200
    bindType: direct
    watermark: 1000
    persistent: true
  - groupIds: [s-mts-test]
    topic: trade
    messageType: "^pay-.*"
    bindType: regx
  - groupIds: [s-log]
    topic: user-profile
    bindType: fanout
    watermark: -1
    persistent: false
`

test('a file of the original becomes one binding for each group, in the order of the file', () => {
  const { bindings, topics, notes } = read(whole)
  assert.deepEqual(topics, ['user-profile', 'trade'])
  assert.deepEqual(notes, [])
  const direct = {
    topic: 'trade',
    bindType: 'direct',
    messageType: 'pay-succ-200',
    watermark: 1000,
    persistent: true,
  }
  assert.deepEqual(bindings, [
    { ...direct, group: 's-mts-test' },
    { ...direct, group: 's-audit' },
    {
      topic: 'trade',
      group: 's-mts-test',
      bindType: 'regex',
      messageType: '^pay-.*',
      watermark: 0,
      persistent: false,
    },
    {
      topic: 'user-profile',
      group: 's-log',
      bindType: 'fanout',
      messageType: '*',
      watermark: -1,
      persistent: false,
    },
  ])
})

test('a broker that is not listed serves what its own configuration says', () => {
  assert.equal(read('bindings: []').topics, undefined)
})

test('a broker listed twice serves the topics of both entries, with a note', () => {
  const { topics, brokers, notes } = read(
    `brokers: [{address: "${address}", topics: [a, b]}, {address: "${address}", topics: [b, c]}]`,
  )
  assert.deepEqual(topics, ['a', 'b', 'c'])
  assert.deepEqual(brokers, new Map(['a', 'b', 'c'].map((topic) => [topic, [address]])))
  assert.match(notes[0]!, /^registry file r\.yaml line 1: broker "localhost:13800" is listed twice/)
})

test('regx and regex are the same, in any case, and anything else is direct with a note', () => {
  const types = ['REGX', 'regex', 'Fanout', 'direct', 'queue']
  const { bindings, notes } = read(
    `bindings:\n${types.map((type, n) => `  - {groupIds: [g${n}], topic: t, messageType: m, bindType: ${type}}`).join('\n')}`,
  )
  assert.deepEqual(
    bindings.map((binding) => binding.bindType),
    ['regex', 'regex', 'fanout', 'direct', 'direct'],
  )
  assert.deepEqual(notes, [
    'registry file r.yaml line 6: bindType "queue" is taken as direct; expected direct, regx or fanout',
  ])
})

test('a binding said twice counts once, and the first one decides', () => {
  const { bindings, notes } = read(`
bindings:
  - {groupIds: [g, g], topic: t, messageType: m, watermark: 5, persistent: true}
  - {groupIds: [g], topic: t, messageType: m, watermark: 5, persistent: true}
  - {groupIds: [g], topic: t, messageType: m, watermark: 6}
`)
  assert.equal(bindings.length, 1)
  assert.equal(bindings[0]!.watermark, 5)
  assert.equal(notes.length, 1)
  assert.match(notes[0]!, /line 5: group "g" is bound like this before/)
})

test('unknown keys are ignored with a note each, up to a limit', () => {
  assert.match(
    read('bindings: []\nclusters: {}').notes[0]!,
    /line 2: unknown key "clusters" is ignored; expected brokers, bindings/,
  )
  const many = Array.from({ length: 50 }, (_, n) => `k${n}: 1`).join('\n')
  const { notes } = read(`bindings: []\n${many}`)
  assert.equal(notes.length, limits.registryNotesMax + 1)
  assert.match(notes.at(-1)!, /40 more of these/)
})

test('anchors and merges are followed', () => {
  const { bindings } = read(`
bindings:
  - &first {groupIds: [g], topic: t, messageType: m, persistent: true}
  - <<: *first
    messageType: n
`)
  assert.deepEqual(
    bindings.map((binding) => [binding.messageType, binding.persistent]),
    [
      ['m', true],
      ['n', true],
    ],
  )
})

test('names that mean something to JavaScript are names like any other', () => {
  const { bindings } = read(
    'bindings: [{groupIds: [__proto__, constructor], topic: __proto__, messageType: m}]',
  )
  assert.deepEqual(
    bindings.map((binding) => [binding.topic, binding.group]),
    [
      ['__proto__', '__proto__'],
      ['__proto__', 'constructor'],
    ],
  )
  assert.match(read('bindings: []\n__proto__: {x: 1}').notes[0]!, /unknown key "__proto__"/)
})

const binding = (rest: string): string =>
  `bindings:\n  - groupIds: [g]\n    topic: t\n${rest.replaceAll(/^/gm, '    ')}`
const broken: readonly [what: string, text: string, message: RegExp][] = [
  [
    'an empty file',
    '',
    /^registry file r\.yaml.*: the file is null; expected the keys brokers and bindings$/,
  ],
  ['a list', '- a', /the file is \["a"\]; expected the keys brokers and bindings$/],
  [
    'YAML that does not parse',
    'bindings:\n  - {a: [',
    /^registry file r\.yaml line \d: .*; expected YAML$/,
  ],
  ['a bare star', binding('messageType: *'), /^registry file r\.yaml line 4: .*; expected YAML$/],
  ['two documents', 'bindings: []\n---\nbindings: []\n', /multiple documents/],
  [
    'bindings that are no list',
    'bindings: {a: 1}',
    /line 1: bindings is \{"a":1\}; expected a list$/,
  ],
  [
    'a binding that is no table',
    'bindings:\n  - x',
    /line 2: binding is "x"; expected the keys groupIds/,
  ],
  [
    'a missing topic',
    'bindings:\n  - groupIds: [g]\n    messageType: m',
    /line 2: topic is missing; expected text of 1 to 255 bytes/,
  ],
  [
    'a topic that is a number',
    'bindings:\n  - groupIds: [g]\n    topic: 7',
    /line 3: topic is 7; expected text of 1 to 255 bytes \(numbers in quotes\)$/,
  ],
  [
    'a missing message type',
    binding('bindType: direct'),
    /line 2: messageType is missing; expected text/,
  ],
  [
    'no groups',
    'bindings: [{topic: t, messageType: m}]',
    /groupIds is missing; expected a list of group names$/,
  ],
  [
    'a group name too long',
    `bindings: [{topic: t, messageType: m, groupIds: [${'g'.repeat(256)}]}]`,
    /groupIds is "g+\.\.\.; expected text of 1 to 255 bytes/,
  ],
  [
    'a watermark with a fraction',
    binding('messageType: m\nwatermark: 1.5'),
    /line 5: watermark is 1\.5; expected a whole number/,
  ],
  [
    'a watermark over 32 bits',
    binding('messageType: m\nwatermark: 2147483648'),
    /line 5: watermark is 2147483648/,
  ],
  [
    'persistent that is neither',
    binding('messageType: m\npersistent: maybe'),
    /line 5: persistent is "maybe"; expected true or false$/,
  ],
  [
    'a pattern too long',
    binding(`messageType: "${'é'.repeat(500)}${'a'.repeat(24)}b"\nbindType: regx`),
    /line 4: messageType is .*; expected (text|a pattern)/,
  ],
  ['a broker without address', 'brokers: [{topics: [a]}]', /address is missing/],
]
for (const [what, text, message] of broken)
  test(`refused as a whole: ${what}`, () => {
    assert.match(refusal(text), message)
  })

test('an error line cannot be broken by what the file says', () => {
  const message = refusal(binding('messageType: m\npersistent: "a\\nb\\e[31m"'))
  assert.match(message, /persistent is "a\\nb\\u001b\[31m"; expected true or false$/)
})

test('a file that would cost more than its limits is refused', () => {
  assert.match(
    refusal(Buffer.alloc(limits.registryFileBytesMax + 1, 32)),
    /expected at most 1048576$/,
  )
  assert.match(refusal(Uint8Array.of(0xff, 0xfe)), /expected YAML in UTF-8$/)
  assert.match(refusal(`a: ${'['.repeat(100_000)}`), /expected YAML/)
  const groups = Array.from({ length: limits.bindingsPerTopicMax + 1 }, (_, n) => `g${n}`).join(',')
  assert.match(
    refusal(`bindings: [{topic: t, messageType: m, groupIds: [${groups}]}]`),
    /bindings of one topic is 4097; expected at most 4096$/,
  )
  const laughs = [
    'a: &l0 [x,x,x,x,x,x,x,x,x,x]',
    ...Array.from({ length: 9 }, (_, n) => `b${n}: &l${n + 1} [${`*l${n},`.repeat(9)}*l${n}]`),
  ]
  assert.match(refusal(laughs.join('\n')), /expected YAML/)
})

test('half a character, which a log could not be read with, is refused with its line', () => {
  assert.match(
    refusal(
      String.raw`bindings:
  - {groupIds: [g], topic: t, messageType: "\ud800x"}
`,
    ),
    /line 2: messageType is .*expected text, it has half a character/,
  )
})
