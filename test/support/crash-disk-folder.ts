// Which names there are: durable, shown, and in between the creations, renames and removals that no sync of the folder has
// covered. A name may be lost although its bytes are safe.

import { CrashFile, type CrashChoice } from './crash-disk-file.ts'

type Names = Map<string, CrashFile>

interface NameChange {
  /** Changes of another folder wait for another sync. */
  readonly folder: string
  readonly apply: (names: Names) => void
  isDone: boolean
}

export class CrashNames {
  readonly durable: Names
  readonly shown: Names
  #changes: NameChange[] = []

  constructor(durable: Names, shown: Names = new Map(durable)) {
    this.durable = durable
    this.shown = shown
  }

  get unsynced(): number {
    return this.#changes.length
  }

  create(path: string, file: CrashFile): NameChange {
    return this.#change(path, (names) => names.set(path, file))
  }

  /** Atomic: the old name goes where the new one comes. */
  rename(from: string, to: string, file: CrashFile): NameChange {
    return this.#change(to, (names) => {
      if (names.get(from) === file) names.delete(from)
      names.set(to, file)
    })
  }

  remove(path: string, file: CrashFile): NameChange {
    return this.#change(path, (names) => {
      if (names.get(path) === file) names.delete(path)
    })
  }

  /** What a sync of the folder that begins now will cover. */
  done(folder: string): NameChange[] {
    return this.#changes.filter((change) => change.isDone && change.folder === folder)
  }

  force(covered: readonly NameChange[]): void {
    for (const change of covered) change.apply(this.durable)
    this.#changes = this.#changes.filter((change) => !covered.includes(change))
  }

  /** A process died, the kernel did not: what it asked for has happened. */
  abandon(): void {
    for (const change of this.#changes) change.isDone = true
  }

  /** Any of the changes may be lost, also one before another that is kept. */
  image(choice: CrashChoice): Names {
    const names = new Map(this.durable)
    for (const change of this.#changes)
      if (choice.keep === 'everything' || (choice.keep === 'some' && choice.random() < 0.5))
        change.apply(names)
    return names
  }

  #change(path: string, apply: (names: Names) => unknown): NameChange {
    const folder = path.slice(0, path.lastIndexOf('/'))
    const change: NameChange = { folder, apply: (names) => void apply(names), isDone: false }
    change.apply(this.shown)
    this.#changes.push(change)
    return change
  }
}

export type { NameChange }
