import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acked, published } from '../../test/support/disk-log.ts'
import { decodeRecord, RecordEncoder } from './record-codec.ts'

function bodyOf(record: Parameters<RecordEncoder['prepare']>[0]): Uint8Array {
  const encoder = new RecordEncoder()
  const target = new Uint8Array(encoder.prepare(record))
  return target.slice(0, encoder.write(record, target, 0))
}

test('the bytes of a published record stand as record.proto says', () => {
  const hex = Buffer.from(bodyOf(published(Buffer.from('hi'), 0x01020304))).toString('hex')
  assert.equal(
    hex,
    '0a1001020304000000020000000300000004' + // id
      '1001' + // topic
      '1801' + // type
      '2001' + // publisher
      '2811' + // form
      '310500000006000000' + // content
      '3880e2cfaa06' + // expires at
      '4064' + // deliver limit
      '4a0101' + // durable groups
      '7a026869', // message
  )
})

test('a list of offsets is written as differences', () => {
  const hex = Buffer.from(bodyOf(acked([1000, 1001, 1005, 1003], 2))).toString('hex')
  assert.equal(hex, '0802' + '1205' + 'd00f' + '02' + '08' + '03')
})

test('a kind from the future is refused by version, a body that is none by damage', () => {
  assert.throws(() => decodeRecord(26, new Uint8Array(4), 0, 4), { code: 'KITEQ_LOG_VERSION' })
  assert.throws(() => decodeRecord(0, new Uint8Array(4), 0, 4), { code: 'KITEQ_LOG_VERSION' })
  assert.throws(() => decodeRecord(1, Buffer.from('ffffff'), 0, 6), { code: 'KITEQ_LOG_CORRUPT' })
})

test('a fraction where the disk keeps whole numbers is a broken invariant', () => {
  const failed = { kind: 'failed', group: 1, message: 1, cause: 'nack', feedback: '' } as const
  const record = { ...failed, retryAtMs: 12.5 } as unknown as Parameters<typeof bodyOf>[0]
  assert.throws(() => bodyOf(record), /invariant broken: a record asks for a whole number/)
})
