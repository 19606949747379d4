// A log with messages of any bytes, delivered and acked, for tests of what reads it: names that are no UTF-8, bodies of all
// forms, small segments or large ones.

import { nodeDisk } from '../../src/log/disk-node.ts'
import { Log } from '../../src/log/log.ts'
import type { ConnectionNumber, GroupNumber, Offset, TopicNumber } from '../../src/model/ids.ts'
import type { DictionaryName, LogRecord, MessageForm } from '../../src/model/record.ts'
import { encodeMessage, type MessageHeader } from '../../src/net/packet.ts'
import { durable } from './log-history.ts'

export interface AnyMessage {
  readonly topic: Uint8Array
  readonly type: Uint8Array
  readonly form: MessageForm
  readonly snappy: boolean
  readonly properties: MessageHeader['properties']
  readonly body: Uint8Array
}

export interface WrittenLog {
  /** Of the messages, in their order. */
  readonly offsets: readonly number[]
  /** Behind the last record. */
  readonly end: number
}

/** Of the record at offset 0; each later one is 1 ms later. */
export const startMs = 1_790_000_000_000
/** Each message is published for one group, delivered, and acked, a batch at a time. */
export async function writeLog(
  dir: string,
  messages: readonly AnyMessage[],
  segmentBytes: number = 8 << 20,
  /** Messages of one write. */
  batch = 50,
): Promise<WrittenLog> {
  const log = await Log.open({
    dir,
    disk: nodeDisk,
    durability: { kind: 'memory' },
    segmentBytes,
    firstSegmentBytes: segmentBytes,
    batchBytesMax: Math.min(4 << 20, segmentBytes / 2),
    random: () => 7,
  })
  await log.recover(() => undefined)
  await log.startWriting()
  const writer = new MessageWriter(log)
  for (let first = 0; first < messages.length; first += batch) {
    const offsets = messages.slice(first, first + batch).map((message) => writer.publish(message))
    writer.settle(offsets)
    await durable(log)
  }
  const { endOffset: end } = log
  await log.close()
  return { offsets: writer.offsets, end }
}

class MessageWriter {
  readonly offsets: number[] = []
  readonly #log: Log
  readonly #known = new Map<string, number>()

  constructor(log: Log) {
    this.#log = log
  }

  publish({ topic, type, form, snappy, properties, body }: AnyMessage): number {
    const n = this.offsets.length
    const group = this.#name('group', Buffer.from('ledger')) as GroupNumber
    const header: MessageHeader = {
      messageId: Buffer.from(n.toString(16).padStart(32, '0')),
      topic,
      messageType: type,
      expiredTime: startMs / 1000 + 3600,
      deliverLimit: 7,
      group: Buffer.from('ledger'),
      commit: true,
      fly: false,
      properties,
      createTime: startMs / 1000 - n,
      ...(snappy ? { snappy } : {}),
    }
    const source = encodeMessage(header, body)
    const offset = this.#append({
      kind: 'published',
      ...{ id0: 0, id1: 0, id2: 0, id3: n },
      topic: this.#name('topic', topic) as TopicNumber,
      type: this.#name('type', type) as never,
      publisher: group,
      form,
      ...{ content0: 1, content1: n },
      expiresAt: header.expiredTime,
      deliverLimit: 7,
      message: { source, start: 0, end: source.length },
      routing: { durable: [group], transient: [] },
    })
    this.offsets.push(offset)
    return offset
  }

  settle(offsets: readonly number[]): void {
    const group = this.#name('group', Buffer.from('ledger')) as GroupNumber
    const messages = offsets as readonly Offset[]
    const attempts = messages.map(() => 1)
    const connection = 1 as ConnectionNumber
    this.#append({ kind: 'delivered', group, connection, messages, attempts })
    this.#append({ kind: 'acked', group, messages })
  }

  #name(dictionary: DictionaryName, name: Uint8Array): number {
    const key = `${dictionary} ${Buffer.from(name).toString('latin1')}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const number = 1 + [...this.#known.keys()].filter((one) => one.startsWith(dictionary)).length
    this.#append({ kind: 'named', dictionary, number, name })
    this.#known.set(key, number)
    return number
  }

  #append(record: LogRecord): number {
    return this.#log.append(record, startMs + this.#log.endOffset).offset
  }
}
