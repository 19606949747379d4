// What a redrive put back and nobody was sent since, read off the log: the record of the act, then all behind it. So it
// needs no memory of the broker's, and a restart in between does not matter.

import { KiteQError } from '../model/errors.ts'
import type { GroupNumber, Offset } from '../model/ids.ts'
import type { LetterWas, LogRecord } from '../model/record.ts'
import { deathReasons } from '../consumer-offsets/dead-letters.ts'
import { openLogFolder } from './folder.ts'

export interface UntriedLetter {
  readonly group: GroupNumber
  readonly message: Offset
  /** What the dead letter said; a redrive of an older program has kept its reason only. */
  readonly was: LetterWas | Pick<LetterWas, 'reason'>
}

export interface RedriveRead {
  readonly letters: readonly UntriedLetter[]
  /** How many it put back in all. */
  readonly redriven: number
  /** How many of them an undo has taken back already, and the offset of the last such act's record. */
  readonly returned: number
  readonly undoneBy: number | undefined
}

interface Entry extends UntriedLetter {
  wasSent: boolean
}

/** Rejects KITEQ_NOT_FOUND when the act is none, or before the log's beginning. */
export async function untriedOf(dir: string, act: number): Promise<RedriveRead> {
  const folder = await openLogFolder(dir)
  try {
    const first = folder.headers[0]?.firstOffset ?? 0
    const reading = new RedriveReading(act)
    if (act >= first && act < folder.end)
      await folder.log
        .scan(act as Offset, folder.end, (record, { offset }) => {
          if (offset > act || reading.begin(record)) reading.visit(record, offset)
          else throw stop
        })
        .catch((error: unknown) => {
          if (error !== stop) throw error
        })
    if (!reading.isFound)
      throw new KiteQError(
        'KITEQ_NOT_FOUND',
        `no redrive ${act} in ${dir}, whose log reaches from offset ${first} to ${folder.end}; kiteq dump --kind operator --data-dir ${dir} lists them`,
      )
    const { redriven, returned, undoneBy } = reading
    return { letters: reading.untried(), redriven, returned, undoneBy }
  } finally {
    await folder.log.close()
  }
}

class RedriveReading {
  isFound = false
  redriven = 0
  returned = 0
  undoneBy: number | undefined
  readonly #act: number
  readonly #suffix: string
  #undoing: number | undefined
  readonly #entries = new Map<string, Entry>()

  constructor(act: number) {
    this.#act = act
    this.#suffix = `, act ${act}, was `
  }

  /** False when the record is that of no redrive. */
  begin(record: LogRecord): boolean {
    return (this.isFound = record.kind === 'operator' && record.action === 'redrive')
  }

  visit(record: LogRecord, offset: number): void {
    switch (record.kind) {
      case 'operator':
        if (record.action === 'undo-redrive' && record.detail === `redrive ${this.#act}`)
          this.#undoing = offset
        return
      case 'redriven':
        this.#redriven(record)
        return
      case 'delivered':
        for (const message of record.messages) {
          const entry = this.#entries.get(key(record.group, message))
          if (entry !== undefined) entry.wasSent = true
        }
        return
      case 'failed': {
        const entry = this.#entries.get(key(record.group, record.message))
        if (entry !== undefined && record.cause === 'not-sent') entry.wasSent = false
        return
      }
      case 'dead-lettered':
        if (this.#entries.delete(key(record.group, record.message))) this.#buried(record)
        return
      case 'acked':
      case 'skipped':
        for (const message of record.messages) this.#entries.delete(key(record.group, message))
    }
  }

  untried(): UntriedLetter[] {
    return [...this.#entries.values()].filter(({ wasSent }) => !wasSent)
  }

  /** Back by an undo, or dead again by itself. */
  #buried({ feedback, back }: Extract<LogRecord, { kind: 'dead-lettered' }>): void {
    const isBack = back?.undone === this.#act || feedback === `redrive ${this.#act} undone`
    if (!isBack) return
    this.returned++
    this.undoneBy = this.#undoing
  }

  #redriven({ group, message, who, was }: Extract<LogRecord, { kind: 'redriven' }>): void {
    this.#entries.delete(key(group, message))
    const at = who.lastIndexOf(this.#suffix)
    if (at < 0) return
    this.redriven++
    const word = who.slice(at + this.#suffix.length)
    const reason = deathReasons.find((known) => known === word) ?? 'operator'
    this.#entries.set(key(group, message), {
      ...{ group, message, wasSent: false },
      was: was ?? { reason },
    })
  }
}

function key(group: number, message: number): string {
  return `${group} ${message}`
}

/** Ends a scan from within. */
const stop = new Error('enough')
