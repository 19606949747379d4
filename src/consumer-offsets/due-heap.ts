// What is due when: a binary heap of (time, value, tag) in typed arrays. Cancelling is lazy: whoever takes an entry checks
// whether it still means anything.

export class DueHeap {
  size = 0
  #due = new Float64Array(64)
  #value = new Float64Array(64)
  #tag = new Uint32Array(64)

  /** Due time of the first entry, or Infinity. */
  next(): number {
    return this.size === 0 ? Infinity : this.#due[0]!
  }
  get firstValue(): number {
    return this.#value[0]!
  }
  get firstTag(): number {
    return this.#tag[0]!
  }

  push(dueMs: number, value: number, tag: number): void {
    if (this.size === this.#due.length) this.#grow()
    let at = this.size++
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (this.#due[parent]! <= dueMs) break
      this.#move(parent, at)
      at = parent
    }
    this.#put(at, dueMs, value, tag)
  }

  pop(): void {
    const last = --this.size
    if (last <= 0) return
    const due = this.#due[last]!
    const value = this.#value[last]!
    const tag = this.#tag[last]!
    let at = 0
    for (;;) {
      let child = at * 2 + 1
      if (child >= last) break
      if (child + 1 < last && this.#due[child + 1]! < this.#due[child]!) child += 1
      if (this.#due[child]! >= due) break
      this.#move(child, at)
      at = child
    }
    this.#put(at, due, value, tag)
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#due[from]!, this.#value[from]!, this.#tag[from]!)
  }

  #put(at: number, due: number, value: number, tag: number): void {
    this.#due[at] = due
    this.#value[at] = value
    this.#tag[at] = tag
  }

  #grow(): void {
    const capacity = this.#due.length * 2
    const due = new Float64Array(capacity)
    const value = new Float64Array(capacity)
    const tag = new Uint32Array(capacity)
    due.set(this.#due)
    value.set(this.#value)
    tag.set(this.#tag)
    this.#due = due
    this.#value = value
    this.#tag = tag
  }
}
