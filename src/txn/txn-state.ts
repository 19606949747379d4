// Transactions that are open, by the offset of their prepared record, and how the others ended. Must never decide one: that
// takes a record.

import type { GroupNumber, Offset, Row } from '../model/ids.ts'
import { type Digest, EntryHash } from '../model/mix.ts'
import type { SectionReader, SectionWriter } from '../model/section.ts'

export interface OpenTransaction {
  readonly prepared: Offset
  readonly row: Row
  /** The group that may decide. */
  readonly publisher: GroupNumber
  /** Broker time, ms. */
  readonly preparedAtMs: number
  /** Inquiries sent so far. */
  readonly inquiries: number
  /** Broker time, ms; 0 before the first. */
  readonly lastInquiryAtMs: number
}

interface Entry extends OpenTransaction {
  inquiries: number
  lastInquiryAtMs: number
}

/** How decisions ended, since the log began. */
export interface DecisionCounts {
  committed: number
  rolledBack: number
  /** Records that decided again what was decided: the same way, the other way. */
  repeated: number
  contrary: number
}

export class TxnState {
  private readonly counted: DecisionCounts = {
    committed: 0,
    rolledBack: 0,
    repeated: 0,
    contrary: 0,
  }
  private readonly entries = new Map<Offset, Entry>()

  get open(): number {
    return this.entries.size
  }

  get counts(): Readonly<DecisionCounts> {
    return this.counted
  }

  /** The open transaction, or undefined once it is decided. The object changes with the next inquiry. */
  get(prepared: Offset): OpenTransaction | undefined {
    return this.entries.get(prepared)
  }

  /** In the order they were prepared. */
  forEachOpen(visit: (prepared: Offset, transaction: OpenTransaction) => void): void {
    for (const [prepared, entry] of this.entries) visit(prepared, entry)
  }

  /** Fold move: a prepared message. */
  prepare(prepared: Offset, row: Row, publisher: GroupNumber, timeMs: number): void {
    this.put({ prepared, row, publisher, preparedAtMs: timeMs, inquiries: 0, lastInquiryAtMs: 0 })
  }

  /** Fold move: its publisher's group was asked. Nothing when it is decided. */
  inquire(prepared: Offset, attempt: number, timeMs: number): void {
    const entry = this.entries.get(prepared)
    if (entry === undefined) return
    entry.inquiries = attempt
    entry.lastInquiryAtMs = timeMs
  }

  /** Fold move: decided. False when it is not open. */
  decide(prepared: Offset, decision: 'committed' | 'rolledBack'): boolean {
    const entry = this.entries.get(prepared)
    if (entry === undefined) return false
    this.entries.delete(prepared)
    this.count(decision)
    return true
  }

  /** Fold move: a decision was recorded, or came again. */
  count(what: keyof DecisionCounts): void {
    this.counted[what]++
  }

  digestInto(into: Digest): void {
    countsHash(this.counted).addTo(into)
    for (const entry of this.entries.values()) entryHash(entry).addTo(into)
  }

  save(writer: SectionWriter): void {
    for (const name of countNames) writer.f64(this.counted[name])
    writer.u32(this.entries.size)
    for (const entry of this.entries.values()) {
      writer.f64(entry.prepared)
      writer.u32(entry.row)
      writer.u32(entry.publisher)
      writer.f64(entry.preparedAtMs)
      writer.u32(entry.inquiries)
      writer.f64(entry.lastInquiryAtMs)
    }
  }

  load(reader: SectionReader): void {
    for (const name of countNames) this.counted[name] = reader.f64()
    const count = reader.u32()
    for (let i = 0; i < count; i++) {
      this.put({
        prepared: reader.f64() as Offset,
        row: reader.u32() as Row,
        publisher: reader.u32() as GroupNumber,
        preparedAtMs: reader.f64(),
        inquiries: reader.u32(),
        lastInquiryAtMs: reader.f64(),
      })
    }
  }

  private put(entry: Entry): void {
    this.entries.set(entry.prepared, entry)
  }
}

const countNames = ['committed', 'rolledBack', 'repeated', 'contrary'] as const
const scratch = new EntryHash()

function entryHash(entry: OpenTransaction): EntryHash {
  return scratch
    .word(1)
    .whole(entry.prepared)
    .word(entry.publisher)
    .whole(entry.preparedAtMs)
    .word(entry.inquiries)
    .whole(entry.lastInquiryAtMs)
}

function countsHash(counts: DecisionCounts): EntryHash {
  return scratch
    .word(2)
    .whole(counts.committed)
    .whole(counts.rolledBack)
    .whole(counts.repeated)
    .whole(counts.contrary)
}
