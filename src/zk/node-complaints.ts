// What is wrong with binding nodes, on its way to the log: told once each, when it is still there after a while, and no more
// lines than somebody reads. Anybody may make nodes, under any names.

import { cutText } from '../model/cut-text.ts'
import { nodeNameCharsMax, registryComplaintMs, registryNotesMax } from '../model/limits.ts'

interface Problem {
  readonly text: string
  readonly sinceMs: number
  isTold: boolean
}

/** Of one topic, by node. */
type Problems = Map<string, Problem>

/** A Java client makes its node with other data first, and writes the bindings a moment later. */
const patienceMs = 1000

export class NodeComplaints {
  readonly #tell: (message: string) => void
  readonly #topics = new Map<string, Problems>()
  #lines = 0
  #sinceMs = -Infinity

  constructor(tell: (message: string) => void) {
    this.#tell = tell
  }

  /** What one reading of a topic finds goes in here; then it is the reading's. */
  reading(): Problems {
    return new Map()
  }

  /** True: it is too early to tell, look again. */
  note(
    topic: string,
    reading: Problems,
    node: string,
    text: string,
    meanwhile: () => string,
  ): boolean {
    const nowMs = performance.now()
    const known = this.#topics.get(topic)?.get(node)
    const problem = known?.text === text ? known : { text, sinceMs: nowMs, isTold: false }
    reading.set(node, problem)
    if (problem.isTold) return false
    if (nowMs - problem.sinceMs < patienceMs) return true
    problem.isTold = this.say(`${shown(node)}: ${shown(text)}; ${shown(meanwhile())}`)
    return false
  }

  /** False: there were too many lines lately. */
  say(line: string): boolean {
    const nowMs = performance.now()
    if (nowMs - this.#sinceMs >= registryComplaintMs) {
      this.#sinceMs = nowMs
      this.#lines = 0
    }
    this.#lines += 1
    const isRoom = this.#lines <= registryNotesMax
    if (isRoom) this.#tell(line)
    else if (this.#lines === registryNotesMax + 1)
      this.#tell('more nodes of bindings have problems or went; some are told later')
    return isRoom
  }

  read(topic: string, reading: Problems): void {
    this.#topics.set(topic, reading)
  }
}

function shown(text: string): string {
  return text.length > nodeNameCharsMax ? `${cutText(text, nodeNameCharsMax)}…` : text
}
