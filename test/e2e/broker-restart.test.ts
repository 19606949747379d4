// One data folder, several lives: what the log says is what the broker was, to the last bit of its digest.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { apply } from '../../src/broker/apply.ts'
import { nodeDisk } from '../../src/log/disk-node.ts'
import { askOwner } from '../../src/log/folder-owner.ts'
import { Log } from '../../src/log/log.ts'
import { commands, encodeMessage } from '../../src/net/packet.ts'
import { emptyState } from '../../src/recover-state.ts'
import { temporaryFolder, type BrokerProcess } from '../support/broker-process.ts'
import { recovered } from '../fixtures/folder.ts'
import { KillLoad } from '../support/kill-load.ts'
import {
  brokerFor,
  bytesOf,
  DoorClient,
  headerOf,
  idIn,
  newId,
  readMessage,
  within,
} from './door.ts'

interface Status {
  readonly endOffset: number
  readonly durableOffset: number
  readonly live: number
  readonly deadLetters: number
  readonly inFlight: number
  readonly digest: string
}

const statusOf = async ({ dataDir }: BrokerProcess): Promise<Status> =>
  Object.assign(
    (await askOwner(dataDir, { op: 'status' })) as object,
    await askOwner(dataDir, { op: 'digest' }),
  ) as Status

function folderFor(t: TestContext, name: string): string {
  const dataDir = temporaryFolder(name)
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  return dataDir
}

/** Of the state that the records below `offset` make. */
async function digestAt(dataDir: string, offset: number): Promise<string> {
  const state = emptyState()
  const log = await Log.open({
    dir: dataDir,
    disk: nodeDisk,
    durability: { kind: 'memory' },
    random: () => 0,
  })
  await log.recover((record, place) => {
    if (place.offset < offset) apply(state, record, place)
  })
  await log.close()
  return state.digest()
}

/** Nothing is on its way any more: two looks in a row see the same durable end. */
async function quiet(broker: BrokerProcess): Promise<Status> {
  let before = await statusOf(broker)
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    const now = await statusOf(broker)
    if (now.endOffset === before.endOffset && now.durableOffset === now.endOffset) return now
    before = now
  }
}

test(
  'after load and a kill -9 the folder replays to the digest that the broker had, with checkpoints and without',
  within,
  async (t) => {
    const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9))
    console.log(`broker-restart: SEED=${seed}`)
    const dataDir = folderFor(t, 'digest')
    const config =
      '[log]\ncheckpointSeconds = 1\nidleCloseSeconds = 0.1\n[transactions]\ninquiryFirstSeconds = 3600\ninquiryMaxSeconds = 3600\n'
    for (let life = 0; life < 2; life++) {
      const broker = await brokerFor(t, { dataDir, config })
      const load = new KillLoad(seed + life)
      await load.start(broker.port)
      if (life === 0) await broker.line(/checkpoint written/)
      else await until(() => Promise.resolve(load.report().acked > 3000))
      load.pause()
      await until(() => Promise.resolve(load.unanswered === 0))
      const status = await quiet(broker)
      load.killed()
      await broker.kill9()
      await load.disconnect()
      const whole = await recovered(dataDir, true)
      const short = await recovered(dataDir, false)
      assert.equal(whole.checkpoint, undefined)
      assert.ok(short.checkpoint !== undefined && short.checkpoint > 0, 'a checkpoint was used')
      assert.ok(short.recovery.records < whole.recovery.records)
      assert.equal(short.state.digest(), whole.state.digest())
      // A retry or the closing record of an idle spell may have come between the look and the kill.
      assert.ok(whole.recovery.end.offset >= status.endOffset)
      assert.equal(await digestAt(dataDir, status.endOffset), status.digest, `life ${life}`)
      assert.equal(whole.recovery.degraded, false)
    }
  },
)

test(
  'a start that ignores the checkpoints replays everything and serves the same',
  within,
  async (t) => {
    const dataDir = folderFor(t, 'rebuild')
    const config = '[log]\ncheckpointSeconds = 1\n'
    const first = await brokerFor(t, { dataDir, config })
    const consumer = await DoorClient.join(first.port, 'c', { trade: [{}] })
    const publisher = await DoorClient.join(first.port, 'p')
    const settled = newId()
    await publisher.publish({ messageId: bytesOf(settled) })
    consumer.answer(await consumer.next(commands.bytesMessage))
    await consumer.heartBeat()
    consumer.close()
    await consumer.ended
    const waiting = Array.from({ length: 20 }, newId)
    for (const id of waiting)
      assert.ok((await publisher.publish({ messageId: bytesOf(id) })).status)
    await first.line(/checkpoint written/)
    await first.kill9()
    const replayed = async (broker: BrokerProcess): Promise<number> =>
      Number(/(\d+) records replayed/.exec(await broker.line(/records replayed/))![1])
    const second = await brokerFor(t, { dataDir, config })
    const few = await replayed(second)
    await second.kill9()
    const third = await brokerFor(t, { dataDir, config, args: ['--rebuild'] })
    assert.ok((await replayed(third)) > few)
    assert.equal((await statusOf(third)).live, 20)
    const again = await DoorClient.join(third.port, 'c')
    const got = (await again.until(commands.bytesMessage, 20)).map(idIn)
    assert.deepEqual(got, waiting, 'the binding was kept, and the order')
  },
)

test(
  'order holds across a kill: what waited comes first, in its order, and unchanged',
  within,
  async (t) => {
    const dataDir = folderFor(t, 'order')
    const first = await brokerFor(t, { dataDir })
    await DoorClient.join(first.port, 'c', { trade: [{}] }).then((consumer) => consumer.close())
    const publisher = await DoorClient.join(first.port, 'p')
    const expiredTime = Math.floor(Date.now() / 1000) + 3600
    const fields = { expiredTime, createTime: 1_700_000_000 }
    const sent = new Map<string, Uint8Array>()
    const opaques: number[] = []
    for (let n = 0; n < 300; n++) {
      const id = newId()
      const bytes = encodeMessage(headerOf({ ...fields, messageId: bytesOf(id) }), randomBytes(n))
      sent.set(id, bytes)
      opaques.push(publisher.send(commands.bytesMessage, bytes))
    }
    for (const opaque of opaques) assert.ok((await publisher.answerTo(opaque)).status)
    await first.kill9()

    const second = await brokerFor(t, { dataDir })
    const later = await DoorClient.join(second.port, 'p')
    for (let n = 0; n < 50; n++) {
      const id = newId()
      const bytes = encodeMessage(headerOf({ ...fields, messageId: bytesOf(id) }), randomBytes(n))
      sent.set(id, bytes)
      assert.ok((await later.answerTo(later.send(commands.bytesMessage, bytes))).status)
    }
    const consumer = await DoorClient.join(second.port, 'c')
    const got: string[] = []
    while (got.length < sent.size) {
      const delivery = await consumer.next(commands.bytesMessage)
      const id = idIn(delivery)
      assert.ok(Buffer.from(delivery.body).equals(sent.get(id)!), 'every byte')
      got.push(id)
      consumer.answer(delivery)
    }
    const wanted = [...sent.keys()]
    assert.ok(
      got.every((id, at) => id === wanted[at]),
      'in order, nothing twice',
    )
  },
)

test(
  'what the broker knew of ids, dead letters and decisions it knows after a kill',
  within,
  async (t) => {
    const dataDir = folderFor(t, 'knows')
    const config = '[delivery]\nbackOff = [[1, 0]]\n'
    const first = await brokerFor(t, { dataDir, config })
    const consumer = await DoorClient.join(first.port, 'c', { trade: [{}] })
    const publisher = await DoorClient.join(first.port, 'p')
    const id = bytesOf(newId())
    assert.ok((await publisher.publish({ messageId: id })).status)
    consumer.answer(await consumer.next(commands.bytesMessage))
    assert.ok((await publisher.publish({ deliverLimit: 1 })).status)
    consumer.answer(await consumer.next(commands.bytesMessage), false, 'no')
    await until(async () => (await statusOf(first)).deadLetters === 1)
    await quiet(first)
    await first.kill9()

    const second = await brokerFor(t, { dataDir, config })
    assert.equal((await statusOf(second)).deadLetters, 1)
    const again = await DoorClient.join(second.port, 'c')
    const heir = await DoorClient.join(second.port, 'p')
    assert.ok((await heir.publish({ messageId: id })).status, 'a known id is acked again')
    const other = await heir.publish({ messageId: id }, bytesOf('other content'))
    assert.match(other.feedback, /taken by another message/)
    const last = newId()
    assert.ok((await heir.publish({ messageId: bytesOf(last) })).status)
    assert.equal(
      idIn(await again.next(commands.bytesMessage)),
      last,
      'and nothing was delivered twice',
    )
  },
)

test('a delivery out at the kill comes again and has used up no attempt', within, async (t) => {
  const dataDir = folderFor(t, 'attempts')
  const config = '[delivery]\nbackOff = [[1, 0]]\n'
  const id = newId()
  for (let life = 0; life < 4; life++) {
    const broker = await brokerFor(t, { dataDir, config })
    const consumer = await DoorClient.join(broker.port, 'c', { trade: [{}] })
    const publisher = await DoorClient.join(broker.port, 'p')
    if (life === 0) {
      const header = { messageId: bytesOf(id), deliverLimit: 1 }
      assert.ok((await publisher.publish(header)).status)
    }
    const delivery = await consumer.next(commands.bytesMessage)
    assert.equal(idIn(delivery), id)
    assert.ok(readMessage(delivery).idValid)
    assert.equal((await statusOf(broker)).deadLetters, 0)
    await broker.kill9()
  }
})

/** Polls what has no events: the owner's door and counters. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const late = performance.now() + 20_000
  while (!(await holds())) {
    assert.ok(performance.now() < late, 'it never came to be')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
