// The folds side by side: all durable state of a broker. Changed by `apply` and by nothing else; everything in it is
// digested, but for what is rebuilt from the rest.

import { DeadLetters } from '../consumer-offsets/dead-letters.ts'
import { DeliveryState } from '../consumer-offsets/delivery-state.ts'
import { BindingIndex } from '../index/binding-index.ts'
import { Dictionary } from '../index/dictionary.ts'
import { ExpiryIndex } from '../index/expiry-index.ts'
import { MessageIndex } from '../index/message-index.ts'
import { MessageTable, statusLive, statusPrepared } from '../index/message-table.ts'
import { OffsetIndex } from '../index/offset-index.ts'
import { SettledWindow } from '../index/settled-window.ts'
import { TopicIndex } from '../index/topic-index.ts'
import { KiteQError } from '../model/errors.ts'
import type { Epoch, GroupNumber, Offset, TopicNumber, TypeNumber } from '../model/ids.ts'
import { settledIdsMax, settledWindowMs } from '../model/limits.ts'
import type { SectionReader, SectionWriter } from '../model/section.ts'
import { TxnState } from '../txn/txn-state.ts'
import { digestOf } from './digest.ts'
import { Journal } from './journal.ts'

export interface BrokerStateOptions {
  /** Seed of the id index; any number, drawn anew at every start. It never shows in the digest. */
  readonly indexSeed: number
}

export class BrokerState {
  readonly topicNames: Dictionary<TopicNumber> = new Dictionary()
  readonly typeNames: Dictionary<TypeNumber> = new Dictionary()
  readonly groupNames: Dictionary<GroupNumber> = new Dictionary()
  readonly messages: MessageTable = new MessageTable()
  readonly ids: MessageIndex
  readonly offsets: OffsetIndex = new OffsetIndex()
  readonly topics: TopicIndex = new TopicIndex(this.messages)
  readonly expiry: ExpiryIndex = new ExpiryIndex(this.messages)
  readonly settled: SettledWindow
  readonly bindings: BindingIndex = new BindingIndex(this.typeNames)
  readonly queues: DeliveryState = new DeliveryState()
  readonly dead: DeadLetters = new DeadLetters()
  readonly transactions: TxnState = new TxnState()
  /** What happened to the broker itself: starts, holes, operators. */
  readonly journal: Journal = new Journal()

  /** Of the last `started` record; 0 before the first. */
  epoch: Epoch = 0 as Epoch
  logId = ''
  /** Format version of the last `started` record. */
  formatVersion = 0
  /** The offset the next record gets. */
  nextOffset: Offset = 0 as Offset
  /** Broker time of the last record, ms. */
  lastTimeMs = 0
  /** Messages some group holds, and prepared ones. */
  liveCount = 0

  constructor(options: BrokerStateOptions) {
    this.ids = new MessageIndex(this.messages, options.indexSeed)
    this.settled = new SettledWindow(this.messages, settledWindowMs, settledIdsMax)
  }

  /** 16 hex digits over all durable state. Walks all of it: nothing for a running loop with many messages. */
  digest(): string {
    return digestOf(this)
  }

  /** Returns the digest, which is saved with the rest. */
  save(writer: SectionWriter): string {
    const digest = this.digest()
    writer.string(digest)
    writer.f64(this.settled.windowMs)
    writer.f64(this.settled.idsMax)
    writer.u32(this.epoch)
    writer.string(this.logId)
    writer.u32(this.formatVersion)
    writer.f64(this.nextOffset)
    writer.f64(this.lastTimeMs)
    this.journal.save(writer)
    this.topicNames.save(writer)
    this.typeNames.save(writer)
    this.groupNames.save(writer)
    this.bindings.save(writer)
    this.messages.save(writer)
    this.topics.save(writer)
    this.settled.save(writer)
    this.queues.save(writer)
    this.dead.save(writer)
    this.transactions.save(writer)
    this.queues.paused.save(writer)
    this.journal.saveDropped(writer)
    this.journal.saveAccepted(writer)
    return digest
  }

  /**
   * Into a state just made. Returns its digest; throws KITEQ_LOG_CORRUPT when what was loaded is not what was saved: drop the
   * state then.
   */
  load(reader: SectionReader): string {
    const digest = reader.string()
    this.settled.windowMs = reader.f64()
    this.settled.idsMax = reader.f64()
    this.epoch = reader.u32() as Epoch
    this.logId = reader.string()
    this.formatVersion = reader.u32()
    this.nextOffset = reader.f64() as Offset
    this.lastTimeMs = reader.f64()
    this.journal.load(reader)
    this.topicNames.load(reader)
    this.typeNames.load(reader)
    this.groupNames.load(reader)
    this.bindings.load(reader)
    this.messages.load(reader)
    this.topics.load(reader)
    this.settled.load(reader)
    this.queues.load(reader)
    this.dead.load(reader)
    this.transactions.load(reader)
    if (reader.left() > 0) this.queues.paused.load(reader) // older checkpoints end here
    if (reader.left() > 0) this.journal.loadDropped(reader)
    if (reader.left() > 0) this.journal.loadAccepted(reader)
    this.rebuild()
    const found = this.digest()
    if (found !== digest) {
      const message = `a checkpoint says digest ${digest}, its content ${found}`
      throw new KiteQError('KITEQ_LOG_CORRUPT', message)
    }
    return found
  }

  /** The indexes that are not saved, from the table. */
  private rebuild(): void {
    const { messages } = this
    messages.forEach((row) => {
      this.offsets.add(messages.offsetOf(row), row)
      const status = messages.statusOf(row)
      if (status !== statusLive && status !== statusPrepared) return
      this.liveCount++
      this.expiry.note(row, messages.expiresAtOf(row))
      if (status === statusLive)
        this.topics.add(messages.topicOf(row), this.topics.ordinalOf(row), row)
    })
  }
}
