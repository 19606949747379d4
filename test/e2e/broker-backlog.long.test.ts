// A backlog nobody takes lies on disk, not in memory. BACKLOG= says how many messages of 1 KiB; 1,000,000 take a GiB.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { commands, encodeMessage } from '../../src/net/packet.ts'
import { frameBytes } from '../../src/net/frame.ts'
import { brokerFor, bytesOf, DoorClient, headerOf, residentBytes } from './door.ts'

const messages = Number(process.env['BACKLOG'] ?? '1000000')
const chunk = 500
const inFlightMax = 4

test(
  `${messages} messages of 1 KiB that nobody takes stay below 512 MiB of memory`,
  { timeout: 600_000 },
  async (t) => {
    const broker = await brokerFor(t)
    await DoorClient.join(broker.port, 'absent', { trade: [{}] }).then((client) => client.close())
    const publisher = await DoorClient.join(broker.port, 'p')
    const header = headerOf({ expiredTime: Math.floor(Date.now() / 1000) + 86_400, createTime: 1 })
    const frame = frameBytes(
      1,
      commands.bytesMessage,
      encodeMessage(header, new Uint8Array(1024)),
      'bare',
    )
    const idAt = Buffer.from(frame).indexOf(header.messageId)
    let sent = 0
    let highest = 0
    const sendChunk = (): void => {
      const out = Buffer.alloc(frame.length * Math.min(chunk, messages - sent))
      for (let at = 0; at < out.length; at += frame.length) {
        out.set(frame, at)
        out.set(bytesOf((sent++).toString(16).padStart(32, '0')), at + idAt)
      }
      publisher.socket.write(out)
    }
    for (let n = 0; n < inFlightMax; n++) sendChunk()
    for (let answered = 0; answered < messages;) {
      answered += (await publisher.until(commands.storeAck, 1)).length
      publisher.frames.length = 0
      while (sent < messages && sent - answered < inFlightMax * chunk) sendChunk()
      if (answered % 10_000 < chunk)
        highest = Math.max(
          highest,
          residentBytes(readFileSync(`/proc/${broker.pid}/status`, 'utf8')),
        )
    }
    highest = Math.max(highest, residentBytes(readFileSync(`/proc/${broker.pid}/status`, 'utf8')))
    console.log(
      `backlog: ${messages} messages, ${Math.round(highest / 2 ** 20)} MiB resident at most`,
    )
    assert.ok(highest < 512 * 2 ** 20)
    const consumer = await DoorClient.join(broker.port, 'absent')
    await consumer.until(commands.bytesMessage, 32)
  },
)
