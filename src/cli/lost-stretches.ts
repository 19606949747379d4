// Where a log has lost something, in words: for whoever looks for a message that is not there. Never says that it stood
// there, only that it may have.

import type { Hole } from '../log/scan-segment.ts'
import type { LogRecord } from '../model/record.ts'
import { counted } from './counted.ts'
import type { Tail } from './folder.ts'

const listedMax = 5

/** What a log told of holes when it was read before; a lost end is known from nothing else. */
export class HolesTold {
  readonly #holes: Hole[] = []

  visit(record: LogRecord): void {
    if (record.kind !== 'hole') return
    const { segment, position, length, firstOffset, count } = record
    this.#holes.push({ segment, position, length, firstOffset, count })
  }

  /** These and the ones found now, each once, in the order of the log; those that held no record are left out. */
  with(found: readonly Hole[]): Hole[] {
    const told = this.#holes.filter((hole) => !found.some((one) => isSame(one, hole)))
    return [...found, ...told]
      .filter(({ count }) => count > 0)
      .sort((a, b) => a.segment - b.segment || a.position - b.position)
  }
}

/** One clause, for example `segment 2 at byte 4096: 3 records, 512 bytes`; undefined when nothing is lost. */
export function lostText(holes: readonly Hole[], tail: Tail | undefined): string | undefined {
  const places = holes.slice(0, listedMax).map(holeText)
  if (holes.length > listedMax) {
    const more = holes.slice(listedMax)
    const records = more.reduce((sum, { count }) => sum + count, 0)
    places.push(`${more.length} more with ${counted(records, 'record')}`)
  }
  if (tail !== undefined && tail.bytes > 0)
    places.push(
      `segment ${tail.segment} at byte ${tail.position}: ${counted(tail.bytes, 'byte')} behind the last whole batch`,
    )
  return places.length === 0 ? undefined : places.join('; ')
}

function holeText({ segment, position, length, count }: Hole): string {
  const what = length > 0 ? counted(length, 'byte') : 'the end of the log was gone'
  return `segment ${segment} at byte ${position}: ${counted(count, 'record')}, ${what}`
}

function isSame(a: Hole, b: Hole): boolean {
  return a.segment === b.segment && a.position === b.position && a.firstOffset === b.firstOffset
}
