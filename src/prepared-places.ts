// Where prepared messages stand in the log, so that a commit finds its message: those read lately are known, one from far
// back is looked for, and what is seen on the way is kept for the next. Bounded; forgets the oldest.

import type { Log } from './log/log.ts'
import type { ResumePlace } from './log/recover.ts'
import { segmentHeaderBytes } from './log/segment.ts'
import type { Offset, Position } from './model/ids.ts'
import type { MessageFields, RecordPlace } from './model/record.ts'

const knownMax = 65_536

/** What is asked of the log. */
export type PreparedLog = Pick<Log, 'scan' | 'segments' | 'placeBefore'>

export class PreparedPlaces {
  readonly #log: PreparedLog
  /** In the order they were seen. */
  readonly #known = new Map<Offset, ResumePlace>()
  /** Behind the last one that was looked for. */
  #far: ResumePlace | undefined

  constructor(log: PreparedLog) {
    this.#log = log
  }

  note({ offset, segment, position }: RecordPlace): void {
    if (this.#known.size >= knownMax)
      for (const oldest of this.#known.keys()) {
        this.#known.delete(oldest)
        break
      }
    this.#known.set(offset, { offset, segment, position })
  }

  /** The message; undefined when it cannot be read. Looks through one segment at most. `own`: a copy of the fields. */
  async find(
    prepared: Offset,
    own: (record: MessageFields) => MessageFields,
  ): Promise<MessageFields | undefined> {
    let fields: MessageFields | undefined
    const known = this.#known.get(prepared)
    this.#known.delete(prepared)
    const from = known ?? this.#nearest(prepared)
    let last: ResumePlace | undefined
    await this.#log.scan(
      from,
      prepared + 1,
      (record, place) => {
        if (record.kind !== 'prepared') return
        if (place.offset === prepared) fields = own(record)
        else this.note(place)
        last = behind(place)
      },
      'prepared',
    )
    if (known === undefined && last !== undefined) this.#far = last
    return fields
  }

  /** A place at or before it in its segment: the log may know one, and so may the last look. */
  #nearest(prepared: Offset): Offset | ResumePlace {
    const { segments } = this.#log
    const header = segments.findLast(({ firstOffset }) => firstOffset <= prepared)
    if (header === undefined) return prepared
    const { number, firstOffset } = header
    let nearest: ResumePlace = {
      offset: firstOffset,
      segment: number,
      position: segmentHeaderBytes as Position,
    }
    for (const place of [this.#log.placeBefore(prepared), this.#far])
      if (place?.segment === number && place.offset <= prepared && place.offset > nearest.offset)
        nearest = place
    return nearest
  }
}

function behind({ offset, segment, position, length }: RecordPlace): ResumePlace {
  return { offset: (offset + 1) as Offset, segment, position: (position + length) as Position }
}
