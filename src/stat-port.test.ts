// Names that look alike stay apart in /stat and /binds.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RateSampler } from './http/stat.ts'
import { Dictionary } from './index/dictionary.ts'
import { shownText } from './index/shown-name.ts'
import { StatPort } from './stat-port.ts'

const network = new Proxy({}, { get: () => 0 })

/** A broker of these topics and groups, numbered from 1; every pair is bound. */
function portOf(topics: readonly Uint8Array[], groups: readonly Uint8Array[]): StatPort {
  const topicNames = new Dictionary()
  const groupNames = new Dictionary()
  topics.forEach((name, at) => topicNames.add(at + 1, name))
  groups.forEach((name, at) => groupNames.add(at + 1, name))
  const numbers = (names: readonly unknown[]): number[] => names.map((_, at) => at + 1)
  const pairs = numbers(topics).flatMap((topic) =>
    numbers(groups).map((group) => ({ binding: { topic, group } })),
  )
  const loop = {
    session: {
      members: new Map(),
      inFlight: new Map(),
      setAside: new Set(),
      groups: new Map(
        numbers(groups).map((group) => [
          group,
          { group, members: [{ peer: `peer ${group}` }], queues: new Map() },
        ]),
      ),
    },
    traffic: {
      received: 0,
      delivered: 0,
      receivedOf: () => 0,
      deliveredOf: () => 0,
    },
    settings: { receiveRate: 0, topics: ['served'] },
    heldEffects: 0,
    state: {
      topicNames,
      groupNames,
      topics: {
        forEachTopic: (visit: (topic: number) => void) => numbers(topics).forEach(visit),
        liveOf: (topic: number) => topic * 10,
      },
      bindings: { list: () => pairs, watermarkOf: (topic: number, group: number) => topic + group },
    },
  }
  return new StatPort({
    loop: loop as never,
    net: { stats: () => network } as never,
    health: () => ({ ok: true }),
  })
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const text = (name: string): Uint8Array => new TextEncoder().encode(name)

test('names whose bytes are no UTF-8, or that begin with a mark, keep their own counts and groups', () => {
  const alike = [bytes(0xff), bytes(0xfe), text('\ufffd'), text('\\xff')]
  const sampler = new RateSampler(portOf(alike, [...alike, text('\ufeff'), text('')]))
  const { kiteq } = JSON.parse(sampler.statBody()) as { kiteq: Record<string, unknown> }
  assert.deepEqual(kiteq['message_count'], {
    served: 0,
    '\\xff': 10,
    '\\xfe': 20,
    '\ufffd': 30,
    '\\x5cxff': 40,
  })
  assert.deepEqual(kiteq['groups'], {
    '\\xff': ['peer 1'],
    '\\xfe': ['peer 2'],
    '\ufffd': ['peer 3'],
    '\\x5cxff': ['peer 4'],
    '\ufeff': ['peer 5'],
    '': ['peer 6'],
  })
})

test('a line break in a name joins no two bindings', () => {
  const port = portOf([text('a'), text('a\nb')], [text('b\nc'), text('c')])
  const shown = port.binds().map(({ topic, group, watermark }) => [topic, group, watermark])
  assert.deepEqual(shown, [
    ['a', 'b\nc', 2],
    ['a', 'c', 3],
    ['a\nb', 'b\nc', 3],
    ['a\nb', 'c', 4],
  ])
})

function shown(bytes: Uint8Array): string {
  const names = new Dictionary()
  names.add(1, bytes)
  return names.textOf(1)
}

/** What somebody who reads the text does. */
function bytesShown(text: string): Uint8Array {
  const parts = text.split(/(\\x[0-9a-f]{2})/)
  const bytes = parts.map((part, n) =>
    n % 2 === 1 ? Buffer.from(part.slice(2), 'hex') : Buffer.from(part),
  )
  return Buffer.concat(bytes)
}

test('a name in UTF-8 is shown as it is', () => {
  for (const name of ['trade', '付款 💸', '\ufefftrade', 'a\\b', '\\', '\\x', '\ufffd', '#7', ''])
    assert.equal(shown(Buffer.from(name)), name)
})

test('bytes that are no UTF-8 are shown escaped', () => {
  assert.equal(shown(Uint8Array.of(0x61, 0xff, 0x62)), 'a\\xffb')
  assert.equal(shown(Uint8Array.of(0xe4, 0xbb)), '\\xe4\\xbb', 'an unfinished character')
  assert.equal(shown(Uint8Array.of(0xc0, 0x80)), '\\xc0\\x80', 'overlong')
  assert.equal(shown(Uint8Array.of(0xed, 0xa0, 0x80)), '\\xed\\xa0\\x80', 'a surrogate')
  assert.equal(shown(Uint8Array.of(0xff, 0xef, 0xbf, 0xbd)), '\\xff\ufffd')
})

test('a name that looks like an escape is told from the escape', () => {
  assert.equal(shown(Buffer.from('\\xff')), '\\x5cxff')
  assert.equal(shownText('\\xff'), '\\x5cxff')
  assert.equal(shown(Buffer.from('\\#7')), '\\x5c#7')
  assert.equal(new Dictionary().textOf(7), '\\#7')
})

test('the bytes of any name can be read from its text', () => {
  const pieces = ['\\', 'x', 'f', '5c', '#1', 'a', '\ufffd', '付', '\ufeff'].map((one) => [
    ...Buffer.from(one),
  ])
  pieces.push([0xff], [0xe4], [0xbb], [0xf0, 0x9f], [0xed, 0xa0, 0x80], [0xc1], [0xf4, 0x90])
  const visit = (bytes: readonly number[], depth: number): void => {
    assert.deepEqual([...bytesShown(shown(Uint8Array.from(bytes)))], [...bytes])
    if (depth < 4) for (const piece of pieces) visit([...bytes, ...piece], depth + 1)
  }
  visit([], 0)
})
