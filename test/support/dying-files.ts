// A process that is killed between any two changes to the files of a folder, without a process: from one change on nothing in
// that folder is changed or read any more, whatever the program tries. The change it dies in may be half done.

import fs from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import path from 'node:path'

type AnyFunction = (this: unknown, ...given: unknown[]) => Promise<unknown>
type Functions = Record<string, AnyFunction>

/** With a path first. `open` counts where it makes a file. */
const ofPaths = ['open', 'rename', 'rm', 'unlink', 'mkdir', 'link', 'lstat', 'stat', 'readdir']
const ofHandles = ['write', 'writeFile', 'sync', 'datasync', 'truncate', 'read', 'readFile', 'stat']
const onlyLook = new Set(['lstat', 'stat', 'readdir', 'read', 'readFile'])
const onlyLasts = new Set(['sync', 'datasync'])

export class DyingFiles {
  /** Since it was told when to die. */
  changes = 0
  /** Written since it was told when to be full. */
  pieces = 0
  #diesAt = Infinity
  #fullAt = Infinity
  readonly #folder: string
  readonly #handles = new WeakSet<object>()
  readonly #undo: (() => void)[] = []

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** Takes over `node:fs/promises` for files below the folder. */
  static async over(folder: string): Promise<DyingFiles> {
    const files = new DyingFiles(folder)
    const handle = await fs.promises.open(import.meta.dirname, 'r')
    files.#takeOver(Object.getPrototypeOf(handle) as Functions, ofHandles)
    await handle.close()
    files.#takeOver(fs.promises as unknown as Functions, ofPaths)
    syncBuiltinESMExports()
    return files
  }

  restore(): void {
    for (const undo of this.#undo) undo()
    syncBuiltinESMExports()
  }

  /** Counts from here on, and dies in the n-th change. */
  dieAt(n: number): void {
    this.changes = 0
    this.#diesAt = n
  }

  /** From the n-th piece of a file on there is no space for another; notes are small enough. */
  fullAt(n: number): void {
    this.pieces = 0
    this.#fullAt = n
  }

  live(): void {
    this.#diesAt = this.#fullAt = Infinity
  }

  get isDead(): boolean {
    return this.changes >= this.#diesAt
  }

  #takeOver(functions: Functions, names: readonly string[]): void {
    for (const name of names) {
      const real = functions[name]!
      const instead = this.#instead(name, real)
      functions[name] = instead
      this.#undo.push(() => (functions[name] = real))
    }
  }

  #instead(name: string, real: AnyFunction): AnyFunction {
    const isOurs = (self: unknown, first: unknown): boolean =>
      this.#handles.has(Object(self) as object) ||
      (typeof first === 'string' && path.resolve(first).startsWith(this.#folder))
    const step = (self: unknown, given: unknown[]): Promise<void> =>
      this.#step(name, real, self, given)
    const keep = (handle: FileHandle): FileHandle => {
      this.#handles.add(handle)
      return handle
    }
    return async function instead(this: unknown, ...given: unknown[]): Promise<unknown> {
      if (!isOurs(this, given[0])) return real.apply(this, given)
      await step(this, given)
      if (onlyLasts.has(name)) return undefined // no power is cut here, and it takes time
      const result = await real.apply(this, given)
      return name === 'open' ? keep(result as FileHandle) : result
    }
  }

  async #step(name: string, real: AnyFunction, self: unknown, given: unknown[]): Promise<void> {
    const isLook =
      onlyLook.has(name) || (name === 'open' && ((given[1] as number) & fs.constants.O_CREAT) === 0)
    if (!this.isDead && !isLook && ++this.changes >= this.#diesAt) {
      if (name === 'writeFile') await real.call(self, (given[0] as string).slice(0, 20))
      if (name === 'write') await writeHalf(real, self, given)
    }
    if (this.isDead) throw new Error('killed')
    if (name !== 'write' || ++this.pieces < this.#fullAt) return
    await writeHalf(real, self, given)
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC', syscall: 'write' })
  }
}

async function writeHalf(real: AnyFunction, self: unknown, given: unknown[]): Promise<void> {
  const [bytes, from, length, at] = given as [Uint8Array, number, number, number]
  await real.call(self, bytes, from, Math.floor(length / 2), at)
}
