// Questions and answers come back as they went; what is no packet is said to be none, whatever it is.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import protobuf from 'protobufjs/minimal.js'
import { copy, place, pull, records, status } from '../../test/support/member-bench.ts'
import { numbersFrom } from '../../test/support/numbers.ts'
import type { Epoch, Offset } from '../model/ids.ts'
import {
  decodeAnswer,
  decodeIntroduction,
  decodeRequest,
  encodeAnswer,
  encodeIntroduction,
  encodeRequest,
  type Answer,
} from './member-packet.ts'
import type { ReplicaRequest } from './ports.ts'

const epoch = 9 as Epoch
const bytes = Uint8Array.from({ length: 300 }, (_, index) => index)

const questions: ReplicaRequest[] = [
  pull(),
  pull({ place: place(0, 0, 0), synced: 0 as Offset, waitMs: 0, epoch: 0 as Epoch }),
  pull({ synced: Number.MAX_SAFE_INTEGER as Offset }),
  { kind: 'status' },
]
const answers: Answer[] = [
  records(bytes),
  records(bytes, new Uint8Array(4096).fill(3)),
  records(new Uint8Array(0), new Uint8Array(4096).fill(3)),
  { kind: 'records', epoch, watermark: 3 as Offset, end: 5 as Offset, records: undefined },
  { kind: 'diverged', epoch, common: { epoch: 2 as Epoch, end: (2 ** 41) as Offset } },
  { kind: 'diverged', epoch, common: { epoch: 0 as Epoch, end: 0 as Offset } },
  { kind: 'dropped', epoch, first: place(10, 2, 4096) },
  { kind: 'not-leader', epoch },
  { kind: 'not-leader', epoch: 0 as Epoch },
  status(2 ** 50),
  { kind: 'refused', why: 'because' },
]

test('questions and answers come back as they went', () => {
  for (const question of questions)
    assert.deepEqual(decodeRequest(encodeRequest(question)), question)
  for (const answer of answers) {
    const { head, raw } = encodeAnswer(answer)
    assert.deepEqual(decodeAnswer(head, new Uint8Array(Buffer.concat(raw))), answer)
  }
})

test('record bytes are neither copied when they go nor when they come', () => {
  const header = new Uint8Array(4096)
  const { head, raw } = encodeAnswer(records(bytes, header))
  assert.ok(raw[0] === header && raw[1] === bytes, 'the very same arrays go')
  const came = new Uint8Array(Buffer.concat(raw))
  const answer = decodeAnswer(head, came)
  assert.ok(answer.kind === 'records' && answer.records?.bytes.buffer === came.buffer, 'views come')
})

test('fields of a newer version are passed over, its questions are refused by name', () => {
  const writer = protobuf.Writer.create()
    .uint32((99 << 3) | 2)
    .string('newer')
  const more = writer.finish()
  const question = decodeRequest(Buffer.concat([encodeRequest(pull()), more]))
  assert.deepEqual(question, pull())
  assert.throws(() => decodeRequest(more), { code: 'KITEQ_PACKET', message: /does not know it/ })
  const who = { member: 'b1', formatReads: 2, formatWrites: 1, refused: '' }
  assert.deepEqual(decodeIntroduction(Buffer.concat([encodeIntroduction(who), more])), who)
})

test('names, copies, numbers and lengths that cannot be are refused', () => {
  const bad = [
    pull({ member: 'b/2' }),
    pull({ member: '' }),
    pull({ copy: copy.toUpperCase() }),
    pull({ synced: (2 ** 60) as Offset }),
  ]
  for (const question of bad) {
    assert.throws(() => decodeRequest(encodeRequest(question)), { code: 'KITEQ_PACKET' })
  }
  const { head, raw } = encodeAnswer(records(bytes))
  const shorter = raw[0]!.subarray(1)
  assert.throws(() => decodeAnswer(head, shorter), { code: 'KITEQ_PACKET', message: /recordBytes/ })
  const other = encodeAnswer({ kind: 'not-leader', epoch }).head
  assert.throws(() => decodeAnswer(other, bytes), { code: 'KITEQ_PACKET' })
})

test('20,000 random and damaged packets are read or refused, and nothing else', () => {
  const seed = Number(process.env['SEED'] ?? 4711)
  const next = numbersFrom(seed)
  const heads = [...questions.map(encodeRequest), ...answers.map((one) => encodeAnswer(one).head)]
  let refused = 0
  for (let run = 0; run < 20_000; run++) {
    const packet = Buffer.from(
      run % 4 === 0 ? heads[0]!.slice(next() % 40) : heads[run % heads.length]!,
    )
    if (run % 4 === 0) for (let at = 0; at < packet.length; at++) packet[at] = next()
    for (let flips = next() % 3; flips > 0 && packet.length > 0; flips--) {
      packet[next() % packet.length] = next()
    }
    for (const read of [decodeRequest, decodeIntroduction, decodeAnyAnswer]) {
      try {
        read(packet)
      } catch (error) {
        refused++
        assert.equal(
          (error as { code?: string }).code,
          'KITEQ_PACKET',
          `SEED=${seed}: ${String(error)}`,
        )
      }
    }
  }
  assert.ok(refused > 10_000, `only ${refused} were refused`)
})

function decodeAnyAnswer(packet: Uint8Array): Answer {
  return decodeAnswer(packet, bytes)
}
