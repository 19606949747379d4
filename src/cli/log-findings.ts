// What a check of a log finds: one list of faults, each with its place. A fault is something a healthy broker never leaves
// behind, whatever crashes; a torn tail is none. Only collects.

/** Where something is wrong, what, and what is lost by it. */
export interface Fault {
  /**
   * `lost`: a stretch that holds no whole records. `unread`: records behind a header that does not hold; made again by
   * `kiteq repair`, it may give them back. `header`: of a segment. `order`, `batch`, `time`: whole records that
   * cannot follow each other so. `body`: the crc holds, the content does not. `fold`: the records make no state, or another
   * one than their sums say. `checkpoint`: only a cache (or postings), the log is not touched by it. `unreadable`: a checkpoint that the
   * system does not hand over; nobody knows whether it is damaged. `base`: an image of the state inside the log.
   */
  readonly kind:
    | 'lost'
    | 'unread'
    | 'header'
    | 'order'
    | 'batch'
    | 'time'
    | 'body'
    | 'fold'
    | 'base'
    | 'checkpoint'
    | 'unreadable'
  /** Name in the folder. */
  readonly file: string
  readonly text: string
  readonly segment?: number
  /** Bytes. */
  readonly position?: number
  readonly length?: number
  readonly firstOffset?: number
  /** Records lost; undefined where nobody can say. */
  readonly count?: number
  /** Of messages whose header can still be read in a stretch that is lost; they may be damaged themselves. */
  readonly ids?: readonly string[]
  /** So many more of this kind in the same file, which are not listed. */
  more?: number
}

/** A damaged disk can give millions; what is past this is only counted. */
const listedMax = 1000

export class Findings {
  readonly faults: Fault[] = []
  count = 0
  readonly #lost = new OffsetRanges()
  readonly #unread = new OffsetRanges()
  #time: Fault | undefined

  /** Records in lost stretches, each once: two checkpoints behind a lost end tell of the same ones. */
  get recordsLost(): number {
    return this.#lost.size
  }

  /** Records that nobody can read before a header is made again. */
  get recordsUnread(): number {
    return this.#unread.size
  }

  add(fault: Fault): void {
    const { kind, file, firstOffset = 0, count = 0 } = fault
    // Out of place, every record of a segment is: one line of them says it.
    if (kind === 'time' && this.#time?.file === file) {
      this.#time.more = (this.#time.more ?? 0) + 1
      return
    }
    this.count++
    if (kind === 'lost' || kind === 'header') this.#lost.add(firstOffset, count)
    if (kind === 'unread') this.#unread.add(firstOffset, count)
    if (kind === 'time') this.#time = fault
    if (this.faults.length < listedMax) this.faults.push(fault)
  }
}

/** How many offsets some stretches hold that may overlap. */
class OffsetRanges {
  readonly #ranges: { readonly from: number; to: number }[] = []

  add(from: number, count: number): void {
    if (count === 0) return
    const last = this.#ranges.at(-1)
    if (last !== undefined && from >= last.from && from <= last.to)
      last.to = Math.max(last.to, from + count)
    else this.#ranges.push({ from, to: from + count })
  }

  get size(): number {
    let size = 0
    let end = 0
    for (const { from, to } of this.#ranges.toSorted((a, b) => a.from - b.from)) {
      size += Math.max(0, to - Math.max(from, end))
      end = Math.max(end, to)
    }
    return size
  }
}
