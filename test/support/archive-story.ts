// A log in which a few messages went through what an auditor asks about, always the same to the millisecond: what docs/archive.md
// shows is what comes out of it.

import { nodeDisk } from '../../src/log/disk-node.ts'
import { Log } from '../../src/log/log.ts'
import { idFromText } from '../../src/model/id-text.ts'
import type {
  ConnectionNumber,
  GroupNumber,
  Offset,
  TopicNumber,
  TypeNumber,
} from '../../src/model/ids.ts'
import type { DictionaryName, LogRecord, MessageFields } from '../../src/model/record.ts'
import { encodeMessage } from '../../src/net/packet.ts'
import { bytesOf, headerOf } from '../e2e/door.ts'
import { durable } from './log-history.ts'

const dayMs = Date.UTC(2026, 10, 20)
/** `11:58:00.100` of that day. */
const at = (time: string): number => Date.parse(`2026-11-20T${time}Z`)

class Story {
  readonly #log: Log
  readonly #known = new Map<string, number>()
  #nowMs = dayMs

  constructor(log: Log) {
    this.#log = log
  }

  now(time: string): this {
    this.#nowMs = at(time)
    return this
  }

  async append(record: LogRecord): Promise<Offset> {
    const { offset } = this.#log.append(record, this.#nowMs)
    await durable(this.#log)
    return offset
  }

  async name(dictionary: DictionaryName, name: string): Promise<number> {
    const key = `${dictionary} ${name}`
    const number = this.#known.get(key) ?? this.#known.size + 1
    if (!this.#known.has(key))
      await this.append({ kind: 'named', dictionary, number, name: bytesOf(name) })
    this.#known.set(key, number)
    return number
  }

  async group(name: string): Promise<GroupNumber> {
    return (await this.name('group', name)) as GroupNumber
  }

  async message(id: string, type: string, body: string): Promise<MessageFields> {
    const text = id.padEnd(32, '0')
    const [topic, publisher] = [await this.name('topic', 'trade'), await this.group('shop')]
    const header = headerOf({
      messageId: bytesOf(text),
      topic: bytesOf('trade'),
      messageType: bytesOf(type),
      group: bytesOf('shop'),
    })
    const source = encodeMessage(header, bytesOf(body))
    return {
      ...idFromText(text)!,
      topic: topic as TopicNumber,
      type: (await this.name('type', type)) as TypeNumber,
      publisher,
      form: 0x12,
      content0: 1,
      content1: 2,
      expiresAt: Math.floor((dayMs + 7 * 86_400_000) / 1000),
      deliverLimit: 2,
      message: { source, start: 0, end: source.length },
    }
  }

  async deliver(
    group: string,
    message: Offset,
    attempt: number,
    connection: number,
  ): Promise<void> {
    await this.append({
      kind: 'delivered',
      group: await this.group(group),
      connection: connection as ConnectionNumber,
      messages: [message],
      attempts: [attempt],
    })
  }

  async ack(group: string, message: Offset): Promise<void> {
    await this.append({ kind: 'acked', group: await this.group(group), messages: [message] })
  }
}

/** Makes the log of a folder. */
export async function writeStory(dir: string): Promise<void> {
  const log = await Log.open({
    dir,
    disk: nodeDisk,
    durability: { kind: 'memory' },
    segmentBytes: 1 << 20,
    firstSegmentBytes: 1 << 20,
    random: () => 7,
  })
  await log.recover(() => undefined)
  await log.startWriting()
  const story = new Story(log)
  await payment(story)
  await orders(story)
  await deaths(story)
  await log.close({ clean: true })
}

/** Acked by one group at once, by the other one at the second try. */
async function payment(story: Story): Promise<void> {
  story.now('11:58:00.100')
  const [billing, ledger] = [await story.group('billing'), await story.group('ledger')]
  const fields = await story.message('a1', 'pay', 'pay 100 to anna')
  const routing = { durable: [billing, ledger], transient: [] }
  const message = await story.append({ kind: 'published', ...fields, routing })
  story.now('11:58:00.104')
  await story.deliver('billing', message, 1, 3)
  await story.deliver('ledger', message, 1, 4)
  await story.now('11:58:00.150').ack('billing', message)
  await story.now('11:58:00.300').append({
    kind: 'failed',
    group: ledger,
    message,
    cause: 'nack',
    feedback: 'no such account',
    retryAtMs: at('11:58:05.300'),
  })
  await story.now('11:58:05.301').deliver('ledger', message, 2, 4)
  await story.now('11:58:05.420').ack('ledger', message)
}

/** One that was in doubt at noon, one that was decided just before. */
async function orders(story: Story): Promise<void> {
  story.now('11:59:30.000')
  const doubtful = await story.append({
    kind: 'prepared',
    ...(await story.message('b2', 'order', 'order 7')),
  })
  story.now('11:59:50.000')
  const decided = await story.append({
    kind: 'prepared',
    ...(await story.message('c3', 'order', 'order 8')),
  })
  await story.now('11:59:59.900').append({
    ...{ kind: 'rolled-back', prepared: decided, reason: 'client', feedback: 'price has changed' },
  })
  story.now('12:00:30.000')
  await story.append({
    ...{ kind: 'inquired', prepared: doubtful, attempt: 1, connection: 5 as ConnectionNumber },
  })
  await story.now('12:00:31.250').append({
    kind: 'committed',
    prepared: doubtful,
    reason: 'inquiry',
    feedback: '',
    routing: { durable: [await story.group('billing')], transient: [] },
  })
  await story.now('12:00:31.252').deliver('billing', doubtful, 1, 3)
  await story.now('12:00:31.300').ack('billing', doubtful)
}

/** One that the ledger could not take, and one for a group that never came. */
async function deaths(story: Story): Promise<void> {
  story.now('12:05:00.000')
  const [billing, ledger, risk] = [
    await story.group('billing'),
    await story.group('ledger'),
    await story.group('risk'),
  ]
  const fields = await story.message('d4', 'pay', 'pay 5 to nobody')
  const message = await story.append({
    ...{ kind: 'published', ...fields, routing: { durable: [ledger], transient: [] } },
  })
  await story.deliver('ledger', message, 1, 4)
  const failed = { kind: 'failed', group: ledger, message, feedback: '' } as const
  story.now('12:05:05.000')
  await story.append({ ...failed, cause: 'timeout', retryAtMs: at('12:05:10.000') })
  await story.now('12:05:10.000').deliver('ledger', message, 2, 4)
  story.now('12:05:10.080')
  const feedback = 'account is closed'
  await story.append({ ...failed, cause: 'nack', feedback, retryAtMs: at('12:05:10.080') })
  await story.append({
    ...{ kind: 'dead-lettered', group: ledger, message, reason: 'limit', feedback },
  })
  story.now('12:06:00.000')
  const last = await story.append({
    kind: 'published',
    ...(await story.message('e5', 'pay', 'pay 9 to bob')),
    routing: { durable: [billing, risk], transient: [] },
  })
  await story.deliver('billing', last, 1, 3)
  await story.now('12:06:00.041').ack('billing', last)
}
