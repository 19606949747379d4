// What clients of either framing see of a broker that dies and comes back on the same data folder.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import { startBroker, temporaryFolder } from '../support/broker-process.ts'
import { registryText } from '../support/file-registry-text.ts'
import { JavaClient } from './java-framing/java-client.ts'
import type { Header } from './java-framing/packets.ts'

const config = '[transactions]\ninquiryFirstSeconds = 0.5\n'
const registry = registryText([{ group: 'restart-sub', topic: 'restart' }])

function newHeader(commit: boolean): Header {
  return {
    messageId: randomBytes(16).toString('hex'),
    topic: 'restart',
    messageType: 't',
    expiredTime: -1n,
    deliverLimit: 100,
    groupId: 'restart-pub',
    commit,
    fly: false,
    properties: [],
  }
}

test('what was acked before a kill -9 is delivered after the restart, and a prepared message asked about', async (t) => {
  const dataDir = temporaryFolder('restart')
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const first = await startBroker({ dataDir, registry, config })
  t.after(() => first.stop())
  const { host, port } = first
  const publisher = await JavaClient.connect({ host, port, group: 'restart-pub' })
  const acked = new Set<string>()
  const headers = Array.from({ length: 300 }, () => newHeader(true))
  const prepared = newHeader(false)
  for (const header of [...headers, prepared]) {
    const ack = await publisher.publish(header, `body of ${header.messageId}`)
    assert.ok(ack.status, ack.feedback)
    if (header.commit) acked.add(header.messageId)
  }
  assert.equal((await first.kill9()).signal, 'SIGKILL')
  await publisher.closed

  const second = await startBroker({ dataDir, registry, config })
  t.after(() => second.stop())
  const place = { host: second.host, port: second.port }
  const consumer = await JavaClient.connect({
    ...place,
    group: 'restart-sub',
    warmingUpSeconds: 0,
    prefixed: false,
  })
  t.after(() => consumer.close())
  const heir = await JavaClient.connect({
    ...place,
    group: 'restart-pub',
    onInquiry: () => 'commit',
  })
  t.after(() => heir.close())
  await consumer.until(
    'all that was acked, and the committed one',
    () => consumer.deliveries.length === acked.size + 1,
  )
  for (const delivery of consumer.deliveries) {
    const id = delivery.header.messageId
    assert.equal(delivery.body.toString(), `body of ${id}`)
    assert.ok(acked.delete(id) || id === prepared.messageId, `${id} came twice or from nowhere`)
  }
  assert.equal(heir.inquiries.length, 1)
  assert.equal((await second.stop()).code, 0)
})

test('a second broker on a folder in use refuses to start and says why', async (t) => {
  const dataDir = temporaryFolder('in-use')
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const first = await startBroker({ dataDir })
  t.after(() => first.stop())
  await assert.rejects(startBroker({ dataDir }), /KITEQ_FOLDER_OWNED/)
})
