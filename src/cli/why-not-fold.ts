// What `why-not` learns from one reading of the log: the lives of the message, what became of the group meanwhile, and how
// the group was bound when the message was routed. Judges nothing: that is why-not-answer.ts.

import type { MessageId, TopicNumber, TypeNumber } from '../model/ids.ts'
import type { LogRecord, RecordPlace } from '../model/record.ts'
import type { Beginning } from '../recover-state.ts'
import { GroupHistory, unplaced } from './group-history.ts'
import { namedRecords } from './log-horizon.ts'
import { MessageLife } from './message-life.ts'
import { routeOf, type Route } from './nearest-binding.ts'

export class WhyNotFold {
  readonly life: MessageLife
  readonly history: GroupHistory
  /** By the offset of a life. */
  readonly routes: Map<number, Route> = new Map()
  /** Time of the last record, ms. */
  lastTimeMs = 0
  #beginning: Beginning | undefined
  readonly #types = new Map<number, { readonly topic: TopicNumber; readonly type: TypeNumber }>()

  constructor(id: MessageId, text: string, group: string) {
    this.life = new MessageLife(id, text)
    this.history = new GroupHistory(group)
  }

  /** The log begins later: names and, from there on, bindings are those of the oldest image in it. */
  before(beginning: Beginning): void {
    for (const name of namedRecords(beginning.state)) this.history.visit(name, unplaced)
    this.history.knownFrom = beginning.resume.offset
    this.#beginning = beginning
  }

  /** The life has been shown the record already. */
  visit(record: LogRecord, place: RecordPlace): void {
    this.lastTimeMs = place.timeMs
    if (this.#beginning !== undefined && place.offset >= this.history.knownFrom) {
      this.history.begin(this.#beginning.state)
      this.#beginning = undefined
    }
    this.history.visit(record, place)
    switch (record.kind) {
      case 'published':
      case 'prepared': {
        if (this.life.lives.at(-1)?.offset !== place.offset) return
        const { topic, type } = record
        this.#types.set(place.offset, { topic, type })
        if (record.kind === 'published') this.#route(place.offset, place)
        return
      }
      case 'committed':
        if (this.#types.has(record.prepared) && !this.routes.has(record.prepared))
          this.#route(record.prepared, place)
        return
      case 'bindings-changed':
        if (record.group === this.history.group) this.#rebound()
    }
  }

  #route(life: number, { offset, timeMs }: RecordPlace): void {
    const { topic, type } = this.#types.get(life)!
    this.routes.set(life, routeOf(this.history, topic, type, { offset, timeMs }))
  }

  /** The first binding that matches after the moment that counted. */
  #rebound(): void {
    for (const [life, route] of this.routes) {
      const { topic, type } = this.#types.get(life)!
      const match = this.history.match(topic, type)
      if (match !== undefined && match.offset > route.told.offset) route.later ??= match
    }
  }
}
