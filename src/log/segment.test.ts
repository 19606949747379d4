import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checksum } from './checksum.ts'
import { writeU32 } from './frame.ts'
import {
  decodeSegmentHeader,
  encodeSegmentHeader,
  segmentHeaderBytes,
  segmentName,
  segmentNumberOf,
  type SegmentHeader,
} from './segment.ts'

const header = {
  number: 7,
  firstOffset: 2 ** 40 + 3,
  epoch: 4,
  logId: '00ff102030405060708090a0b0c0d0e0',
  seed: 0xfedcba98,
  previousEnd: 123456,
} as SegmentHeader

test('a header survives a round trip', () => {
  const bytes = encodeSegmentHeader(header)
  assert.equal(bytes.length, segmentHeaderBytes)
  assert.deepEqual(decodeSegmentHeader(bytes, 'x'), header)
})

test('a flip of any byte of a header is noticed', () => {
  for (let at = 0; at < segmentHeaderBytes; at++) {
    const bytes = encodeSegmentHeader(header)
    bytes[at]! ^= 1 << (at % 8)
    assert.throws(() => decodeSegmentHeader(bytes, 'x'), { code: 'KITEQ_LOG_CORRUPT' })
  }
})

test('a header that is cut off is damaged', () => {
  const bytes = encodeSegmentHeader(header).subarray(0, 4095)
  assert.throws(() => decodeSegmentHeader(bytes, 'x'), { code: 'KITEQ_LOG_CORRUPT' })
})

test('a newer format is refused with both versions named', () => {
  const bytes = encodeSegmentHeader(header)
  writeU32(bytes, 8, 3)
  writeU32(bytes, segmentHeaderBytes - 4, checksum(bytes, 0, segmentHeaderBytes - 4, 0))
  assert.throws(() => decodeSegmentHeader(bytes, 'data/x'), {
    code: 'KITEQ_LOG_VERSION',
    message: 'data/x has log format 3; this version reads up to format 1',
  })
})

test('file names tell segment numbers and sort by them', () => {
  assert.equal(segmentName(1), '0000000001.segment')
  assert.equal(segmentNumberOf('0000000042.segment'), 42)
  for (const name of ['1.segment', '0000000001.segment.bak', 'next.prepared', 'reserve']) {
    assert.equal(segmentNumberOf(name), undefined)
  }
})
