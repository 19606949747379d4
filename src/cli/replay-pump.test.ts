import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from '../client/client.ts'
import type { StoredMessage } from '../client/outgoing.ts'
import type { Settle } from '../client/pending.ts'
import { KiteQError } from '../model/errors.ts'
import { encodeMessage } from '../net/packet.ts'
import { ReplayPump, type PumpOptions } from './replay-pump.ts'
import { ReplaySelection, type Selected } from './replay-selection.ts'

/** Keeps what is sent, answers when told. */
class FakeClient {
  readonly sent: { readonly message: StoredMessage; readonly settle: Settle }[] = []
  onSend: () => void = () => undefined

  room(): Promise<void> {
    return Promise.resolve()
  }

  /** Resolves when all is answered. */
  async settled(): Promise<void> {
    while (this.#answered < this.sent.length) await new Promise((resolve) => setImmediate(resolve))
  }

  #answered = 0
  sendStored(message: StoredMessage, settle: Settle): string {
    this.sent.push({ message, settle })
    this.onSend()
    return message.id ?? ''
  }

  answer(at: number, error?: KiteQError): void {
    const { settle } = this.sent[at]!
    this.#answered++
    if (error === undefined) settle(undefined, { id: '', feedback: '' })
    else settle(error, undefined)
  }
}

function pumpFor(client: FakeClient, more: Partial<PumpOptions> = {}): ReplayPump {
  return new ReplayPump({
    selection: new ReplaySelection({ from: 0, until: Infinity }, () => undefined),
    reader: {
      load: () => Promise.reject(new KiteQError('KITEQ_LOG_CORRUPT', 'damaged')),
      readRecord: () => Promise.resolve(undefined),
    },
    client: client as unknown as Client,
    rate: Infinity,
    limit: Infinity,
    stableIdsOf: undefined,
    expiredSeconds: undefined,
    ...more,
  })
}

function selected(offset: number): Selected {
  const header = {
    messageId: Buffer.from('0'.repeat(32)),
    topic: Buffer.from('trade'),
    messageType: Buffer.from('pay'),
    expiredTime: -1,
    deliverLimit: 100,
    group: Buffer.from('shop'),
    commit: true,
    fly: false,
    properties: [],
  }
  const bytes = encodeMessage(header, Buffer.from(`${offset}`))
  const expiresAt = Math.floor(Date.now() / 1000) + 60
  return { offset, identity: offset, form: 0x12, expiresAt, deliverLimit: 100, bytes }
}

const gone = new KiteQError('KITEQ_CLOSED', 'gone')
const refused = new KiteQError('KITEQ_REFUSED', 'no')

test('all are dealt with once they are stored or refused, in any order', async () => {
  const client = new FakeClient()
  const pump = pumpFor(client)
  for (const offset of [5, 7, 9]) pump.take(selected(offset))
  await pump.idle()
  assert.equal(pump.next, 5)
  client.answer(2)
  client.answer(0, refused)
  assert.equal(pump.next, 7)
  client.answer(1, refused)
  assert.equal(pump.next, undefined)
  const { stored, refused: count, refusals, firstOffset, lastOffset } = pump.tally
  assert.deepEqual([stored, count, firstOffset, lastOffset], [1, 2, 5, 9])
  assert.deepEqual(refusals, [{ reason: 'no', count: 2, offset: 5 }])
})

test('a broker that goes away ends it, and what had no answer is where to go on', async () => {
  const client = new FakeClient()
  const pump = pumpFor(client)
  for (const offset of [5, 7, 9]) pump.take(selected(offset))
  await pump.idle()
  client.answer(0)
  client.answer(2, gone)
  client.answer(1, gone)
  assert.deepEqual([pump.failure, pump.isOver, pump.next], [gone, true, 7])
  pump.take(selected(11))
  assert.equal(await pump.idle(), undefined)
  assert.deepEqual([client.sent.length, pump.next], [3, 7])
})

test('stopped, it sends no more, and goes on with the first it did not send', async () => {
  const client = new FakeClient()
  const pump = pumpFor(client)
  client.onSend = () => {
    if (client.sent.length === 2) pump.stop()
  }
  for (const offset of [5, 7, 9, 11]) pump.take(selected(offset))
  await pump.idle()
  client.answer(0)
  client.answer(1)
  assert.deepEqual([client.sent.length, pump.next, pump.tally.sent], [2, 9, 2])
})

test('a reading that ended early is where to go on, once all it showed is dealt with', async () => {
  const client = new FakeClient()
  const pump = pumpFor(client)
  pump.take(selected(5))
  await pump.idle()
  pump.fail(gone)
  pump.cutAt(8)
  assert.equal(pump.next, 5)
  client.answer(0)
  assert.deepEqual([pump.next, pump.failure], [8, gone])
})

test('what is sent follows the rate, from the first message on', async () => {
  const client = new FakeClient()
  const pump = pumpFor(client, { rate: 100 })
  const startedMs = performance.now()
  for (let n = 0; n < 16; n++) pump.take(selected(n))
  await pump.idle()
  const tookMs = performance.now() - startedMs
  assert.equal(client.sent.length, 16)
  assert.ok(tookMs >= 140, `16 messages at 100 a second took ${tookMs} ms`)
})

test('what cannot be read any more is skipped and counted', async () => {
  const client = new FakeClient()
  const pump = pumpFor(client)
  pump.take({ offset: 4, identity: 2, form: undefined })
  const stored = { identity: 6, form: 0x12, expiresAt: 2 ** 32, deliverLimit: 100 }
  pump.take({ ...stored, offset: 6, segment: 1, position: 64 } as unknown as Selected)
  pump.take(selected(8))
  await pump.idle()
  client.answer(0, undefined)
  assert.deepEqual([pump.tally.skipped.lost, pump.tally.stored, pump.next], [2, 1, undefined])
})

test('stable ids are the same each time, and others for another log or record', async () => {
  const idsOf = async (log: string): Promise<(string | undefined)[]> => {
    const client = new FakeClient()
    const pump = pumpFor(client, { stableIdsOf: log })
    for (const offset of [5, 7]) pump.take(selected(offset))
    await pump.idle()
    return client.sent.map(({ message }) => message.id)
  }
  const ids = await idsOf('log 1')
  assert.deepEqual(await idsOf('log 1'), ids)
  assert.equal(new Set([...ids, ...(await idsOf('log 2'))]).size, 4)
  for (const id of ids) assert.match(id!, /^[0-9a-f]{32}$/)
})

const busy = new KiteQError('KITEQ_REFUSED', 'Store Result false Cost:0 disk full, retry later')
const quick = { minMs: 1, maxMs: 4, patienceMs: 10_000 }

test('what is refused for a time is sent again until it is stored, and counted once', async () => {
  const client = new FakeClient()
  const times = new Map<string, number>()
  client.onSend = () => {
    const at = client.sent.length - 1
    const text = Buffer.from(client.sent[at]!.message.body.bytes).toString()
    const before = times.get(text) ?? 0
    times.set(text, before + 1)
    const isEarly = before < (text === '7' ? 5 : 1)
    setImmediate(() => client.answer(at, isEarly ? busy : undefined))
  }
  const pump = pumpFor(client, { refusalWait: quick, limit: 3 })
  for (const offset of [5, 7, 9]) pump.take(selected(offset))
  await pump.settled()
  const { sent, stored, refused: lost, passing } = pump.tally
  assert.deepEqual([sent, stored, lost, passing], [3, 3, 0, 7])
  assert.deepEqual([...times], [['5', 2], ['7', 6], ['9', 2]]) // prettier-ignore
  assert.deepEqual([pump.next, pump.failure], [undefined, undefined])
})

test('a broker that refuses for too long ends it, at the first message it did not take', async () => {
  const client = new FakeClient()
  client.onSend = () => {
    const at = client.sent.length - 1
    setImmediate(() => client.answer(at, at === 0 ? undefined : busy))
  }
  const pump = pumpFor(client, { refusalWait: { ...quick, patienceMs: 30 } })
  for (const offset of [5, 7, 9]) pump.take(selected(offset))
  await pump.settled()
  const { sent, stored, refused: lost } = pump.tally
  assert.deepEqual([pump.failure, pump.next, stored, lost], [busy, 7, 1, 0])
  assert.equal(sent, 1)
})

test('stopped while it waits for the broker, it ends at once', async () => {
  const client = new FakeClient()
  const pump = pumpFor(client, { refusalWait: { ...quick, minMs: 60_000, maxMs: 60_000 } })
  client.onSend = () => setImmediate(() => client.answer(0, busy))
  pump.take(selected(5))
  await pump.idle()
  await client.settled()
  pump.take(selected(7))
  pump.stop()
  await pump.settled()
  assert.deepEqual([client.sent.length, pump.next], [1, 5])
})

test('while the connection is lost nothing more is given to it, and what has no answer is counted', async () => {
  const client = new FakeClient()
  const pump = pumpFor(client)
  client.onSend = () => {
    if (client.sent.length === 2) pump.hold()
  }
  for (const offset of [5, 7, 9, 11]) pump.take(selected(offset))
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([client.sent.length, pump.unanswered], [2, 2])
  client.answer(0)
  assert.equal(pump.unanswered, 1)
  client.onSend = () => undefined
  pump.release()
  await pump.idle()
  assert.equal(client.sent.length, 4)
  pump.hold()
  pump.take(selected(13))
  pump.fail(gone)
  await pump.idle()
  assert.deepEqual([client.sent.length, pump.unanswered, pump.next], [4, 3, 7])
})
