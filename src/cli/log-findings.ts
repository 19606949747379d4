// What a check of a log finds: one list of faults, each with its place. A fault is something a healthy broker never leaves
// behind, whatever crashes; a torn tail is none. Only collects.

/** Where something is wrong, what, and what is lost by it. */
export interface Fault {
  /**
   * `lost`: a stretch that holds no whole records. `header`: of a segment. `order`, `batch`, `time`: whole records that
   * cannot follow each other so. `body`: the crc holds, the content does not. `fold`: the records make no state, or another
   * one than their sums say. `checkpoint`: only a cache, the log is not touched by it. `unreadable`: a checkpoint that the
   * system does not hand over; nobody knows whether it is damaged. `base`: an image of the state inside the log.
   */
  readonly kind:
    | 'lost'
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
}

/** A damaged disk can give millions; what is past this is only counted. */
const listedMax = 1000

export class Findings {
  readonly faults: Fault[] = []
  count = 0
  /** Records in lost stretches. */
  recordsLost = 0

  add(fault: Fault): void {
    this.count++
    if (fault.kind === 'lost' || fault.kind === 'header') this.recordsLost += fault.count ?? 0
    if (this.faults.length < listedMax) this.faults.push(fault)
  }
}
