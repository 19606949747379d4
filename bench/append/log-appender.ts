// The log room behind the same loop: whole published records, its own format and rolling, nothing of the broker.

import { randomInt } from 'node:crypto'
import { nodeDisk } from '../../src/log/disk-node.ts'
import { Log } from '../../src/log/log.ts'
import type { GroupNumber, TopicNumber, TypeNumber } from '../../src/model/ids.ts'
import type { PublishedRecord } from '../../src/model/record.ts'
import { headBytes } from '../wire/frames.ts'
import { publishTemplate } from '../wire/packets.ts'
import type { Appender } from './closed-loop.ts'

/** Rejects when the log room cannot be opened. */
export async function openLogAppender(dir: string, bodyBytes: number): Promise<Appender> {
  const log = await Log.open({
    dir,
    disk: nodeDisk,
    durability: { kind: 'fsync' },
    random: () => randomInt(2 ** 32),
    monotonicMs: () => performance.now(),
  })
  await log.recover(() => undefined)
  await log.startWriting()
  return new LogAppender(log, bodyBytes)
}

class LogAppender implements Appender {
  onDurable: (count: number) => void = () => undefined
  private readonly log: Log
  private readonly record: { -readonly [K in keyof PublishedRecord]: PublishedRecord[K] }
  private durable: number
  private timeMs = Date.now()

  constructor(log: Log, bodyBytes: number) {
    this.log = log
    this.durable = log.endOffset
    this.record = recordOf(bodyBytes)
    log.onFailure = (error) => {
      throw error
    }
    log.onDurable = () => {
      const count = log.durableOffset - this.durable
      this.durable += count
      this.timeMs = Date.now()
      if (count > 0) this.onDurable(count)
    }
  }

  append(): void {
    this.record.id3 = (this.record.id3 + 1) >>> 0
    this.log.append(this.record, this.timeMs)
  }

  flush(): void {
    this.log.flush()
  }

  close(): Promise<void> {
    return this.log.close({ clean: true })
  }
}

function recordOf(bodyBytes: number): PublishedRecord {
  const shape = { topic: 'bench-topic', type: 'bench-type', group: 'bench-pub', bodyBytes }
  const source = Uint8Array.from(publishTemplate(shape).bytes.subarray(headBytes))
  return {
    kind: 'published',
    id0: 0x01234567,
    id1: 0x89abcdef,
    id2: 0x76543210,
    id3: 0,
    topic: 1 as TopicNumber,
    type: 1 as TypeNumber,
    publisher: 1 as GroupNumber,
    form: 0x11,
    content0: 0x13572468,
    content1: 0x24681357,
    expiresAt: Math.floor(Date.now() / 1000) + 86_400,
    deliverLimit: 100,
    message: { source, start: 0, end: source.length },
    routing: { durable: [2 as GroupNumber], transient: [] },
  }
}
