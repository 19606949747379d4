// One file as a disk that may lose its power sees it: what is durable, what the page cache shows, and in between the ordered
// changes that nobody has synced. Contents are never changed in place, so that an image of them costs nothing.

export interface Change {
  readonly kind: 'write' | 'cut'
  /** Bytes [start, end) get `bytes`, or zeros. */
  readonly start: number
  readonly end: number
  readonly bytes: Uint8Array | undefined
  /** Size of the file once it has happened. */
  readonly sizeAfter: number
  /** What the cache showed before it. */
  readonly before: Uint8Array
  /** Its caller was told; a sync covers only such. */
  isDone: boolean
  /** Durable by itself, although changes before it may not be. */
  isForced: boolean
}

/** How much of what nobody synced a crash keeps. Numbers in [0, 1) decide where nothing else does. */
export interface CrashChoice {
  readonly keep: 'nothing' | 'everything' | 'some'
  readonly random: () => number
  /** What one transfer to the disk carries at least: 512 or 4096. */
  readonly blockBytes: number
  /** What stands in blocks that the file got and that were never written. */
  readonly holes: 'zeros' | 'garbage' | 'stale'
  /** Bytes that lay on this disk before. */
  readonly stale: readonly Uint8Array[]
}

const nothing = new Uint8Array(0)

export class CrashFile {
  durable: Uint8Array
  shown: Uint8Array
  readonly changes: Change[] = []

  constructor(durable: Uint8Array = nothing, shown: Uint8Array = durable) {
    this.durable = durable
    this.shown = shown
  }

  write(bytes: Uint8Array, position: number): Change {
    return this.#change('write', position, position + bytes.length, bytes)
  }

  cut(size: number): Change {
    return this.#change('cut', size, this.shown.length, undefined)
  }

  /** What a sync that begins now will cover. */
  done(): Change[] {
    return this.changes.filter((change) => change.isDone)
  }

  force(covered: readonly Change[]): void {
    for (const change of covered) change.isForced = true
    while (this.changes[0]?.isForced === true) {
      const change = this.changes.shift()!
      this.durable = after(this.durable, change)
    }
  }

  /** A sync failed: these never reach the disk and count as clean, whether the cache still shows them or not. */
  drop(covered: readonly Change[], isShown: boolean): void {
    const left = this.changes.filter((change) => !covered.includes(change))
    this.changes.splice(0, this.changes.length, ...left)
    if (isShown) return
    this.shown = left.reduce(after, this.durable)
  }

  /** The process died: a write it was in is in the cache up to some page, or not at all. */
  abandon(random: () => number): void {
    const last = this.changes.at(-1)
    if (last?.isDone === false && last.bytes !== undefined) {
      const pages = Math.ceil(last.bytes.length / 4096)
      const kept = Math.min(last.bytes.length, Math.floor(random() * (pages + 1)) * 4096)
      this.changes.pop()
      this.shown = last.before
      if (kept > 0) this.write(last.bytes.subarray(0, kept), last.start)
    }
    for (const change of this.changes) change.isDone = true
  }

  /** What is there when the power comes back: each block at some version of its own, the size likewise. */
  image(choice: CrashChoice): Uint8Array {
    const { changes, durable } = this
    if (changes.length === 0) return durable
    const firm = changes.findLastIndex((change) => change.isForced)
    const sizes = [durable.length, ...changes.map((change) => change.sizeAfter)]
    const size = sizes[pick(choice, firm + 1, changes.length)]!
    const room = Math.max(...sizes)
    const bytes = new Uint8Array(room)
    bytes.set(durable)
    const versions = this.#versions(choice, room)
    changes.forEach((change, i) => {
      const { blockBytes } = choice
      for (let at = change.start; at < change.end;) {
        const end = Math.min(change.end, (Math.floor(at / blockBytes) + 1) * blockBytes)
        const isKept = versions.get(Math.floor(at / blockBytes))! > i
        if (isKept) put(bytes, change, at, end)
        else if (isZero(bytes, at, end)) fillHole(bytes, at, end, choice)
        at = end
      }
    })
    return bytes.slice(0, size)
  }

  #change(kind: Change['kind'], start: number, end: number, bytes: Uint8Array | undefined): Change {
    const before = this.shown
    const sizeAfter = kind === 'cut' ? start : Math.max(before.length, end)
    const span = Math.max(start, end)
    const common = { kind, start, end: span, bytes, sizeAfter, before }
    const change: Change = { ...common, isDone: false, isForced: false }
    this.shown = after(before, change)
    this.changes.push(change)
    return change
  }

  /** Block -> how many of the changes it has seen: all that are forced, and of the later ones as many as is chosen. */
  #versions(choice: CrashChoice, room: number): Map<number, number> {
    const touching = new Map<number, number[]>()
    const { blockBytes } = choice
    this.changes.forEach((change, i) => {
      const last = Math.ceil(Math.min(change.end, room) / blockBytes)
      for (let block = Math.floor(change.start / blockBytes); block < last; block++) {
        const list = touching.get(block)
        if (list === undefined) touching.set(block, [i])
        else list.push(i)
      }
    })
    const versions = new Map<number, number>()
    for (const [block, list] of touching) {
      const firm = list.findLastIndex((i) => this.changes[i]!.isForced)
      const chosen = pick(choice, firm + 1, list.length)
      versions.set(block, chosen === 0 ? 0 : list[chosen - 1]! + 1)
    }
    return versions
  }
}

/** A whole number from least to most. */
function pick({ keep, random }: CrashChoice, least: number, most: number): number {
  if (keep === 'nothing' || least === most) return least
  if (keep === 'everything') return most
  return least + Math.floor(random() * (most - least + 1))
}

function after(content: Uint8Array, change: Change): Uint8Array {
  const bytes = new Uint8Array(Math.max(content.length, change.sizeAfter, change.end))
  bytes.set(content)
  put(bytes, change, change.start, change.end)
  const size = change.kind === 'cut' ? change.sizeAfter : Math.max(content.length, change.end)
  return bytes.slice(0, size)
}

function put(target: Uint8Array, change: Change, start: number, end: number): void {
  const { bytes } = change
  if (bytes === undefined) target.fill(0, start, end)
  else target.set(bytes.subarray(start - change.start, end - change.start), start)
}

function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== 0) return false
  return true
}

/** Only where nothing but zeros stood: a disk that garbles bytes it was not given keeps no promise at all. */
function fillHole(bytes: Uint8Array, start: number, end: number, choice: CrashChoice): void {
  const { holes, random, stale } = choice
  if (choice.keep !== 'some' || holes === 'zeros') return
  if (holes === 'garbage') {
    for (let i = start; i < end; i++) bytes[i] = Math.floor(random() * 256)
    return
  }
  const old = stale[Math.floor(random() * stale.length)]
  if (old !== undefined) bytes.set(old.subarray(start, end), start)
}
