// A file system in memory that can lose its power. Until something is synced it may be lost, torn or reordered, bytes apart
// from sizes and both apart from names; a process may also die alone and leave its page cache behind. Calls come back in an
// order that a seed decides, and one of them may fail.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { CountCallback, Disk, DiskFile, DoneCallback, OpenMode } from '../../src/log/disk.ts'
import { CrashFile, type CrashChoice } from './crash-disk-file.ts'
import { CrashNames } from './crash-disk-folder.ts'
import { type CallFault, diskError } from './crash-disk-fault.ts'

export type Image = ReadonlyMap<string, Uint8Array>

export interface CrashDiskOptions {
  readonly names?: CrashNames
  /** Decides which of the calls under way comes back next; without it each comes back at once. */
  readonly random?: () => number
  /** Calls it when a call may come back, instead of choosing by `random`. */
  readonly schedule?: (back: () => void) => void
  /** Run before each step: before a call that changes something begins, and before it comes back. */
  readonly onStep?: (step: string) => void
  readonly fault?: CallFault
  /** Bytes of all files together. */
  readonly capacityBytes?: number | (() => number)
}

export class CrashDisk implements Disk {
  readonly names: CrashNames
  /** Steps so far. */
  steps = 0
  /** Calls so far that change or secure something. */
  readonly calls: string[] = []
  /** Settles when the process was stopped. */
  readonly stopped: Promise<void>
  readonly #options: CrashDiskOptions
  readonly #waiting: (() => void)[] = []
  readonly #removed: Uint8Array[] = []
  #isStopped = false
  #isPumping = false
  #tellStopped = (): void => undefined

  constructor(options: CrashDiskOptions = {}) {
    this.#options = options
    this.names = options.names ?? new CrashNames(new Map())
    this.stopped = new Promise((resolve) => (this.#tellStopped = resolve))
  }

  static of(image: Image, options: CrashDiskOptions = {}): CrashDisk {
    const files = [...image].map(([path, bytes]) => [path, new CrashFile(bytes)] as const)
    return new CrashDisk({ ...options, names: new CrashNames(new Map(files)) })
  }

  /** The process ends here: no call begins, none comes back. */
  stop(): void {
    this.#isStopped = true
    this.#tellStopped()
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  /** What the next start finds after the power was lost now. */
  powerLost(choice: Omit<CrashChoice, 'stale'>): Image {
    const stale = [...this.#removed, ...[...this.names.shown.values()].map((file) => file.shown)]
    const image = new Map<string, Uint8Array>()
    for (const [path, file] of this.names.image({ ...choice, stale }))
      image.set(path, file.image({ ...choice, stale }))
    return image
  }

  /** The disk of the next process after this one was killed: the cache is as it was, nothing of it is safer for that. */
  killed(random: () => number, options: CrashDiskOptions = {}): CrashDisk {
    this.stop()
    for (const file of this.names.shown.values()) file.abandon(random)
    this.names.abandon()
    return new CrashDisk({ ...options, names: this.names })
  }

  list(folder: string): Promise<string[]> {
    const paths = [...this.names.shown.keys()].filter((path) => path.startsWith(`${folder}/`))
    return this.#answer(() => paths.map((path) => path.slice(folder.length + 1)).sort())
  }

  exists(path: string): Promise<boolean> {
    return this.#answer(() => this.names.shown.has(path))
  }

  async open(
    path: string,
    mode: OpenMode,
    options?: { readonly create?: boolean },
  ): Promise<DiskFile> {
    const known = this.names.shown.get(path)
    if (known !== undefined || options?.create !== true || mode === 'read') {
      await this.#answer(() => undefined)
      if (known === undefined) throw diskError('ENOENT', path)
      return new OpenCrashFile(this, known, path, mode === 'synced')
    }
    const file = new CrashFile()
    await this.#name(`create ${path}`, () => this.names.create(path, file))
    return new OpenCrashFile(this, file, path, mode === 'synced')
  }

  async rename(from: string, to: string): Promise<void> {
    const file = this.names.shown.get(from)
    if (file === undefined) throw diskError('ENOENT', from)
    await this.#name(`rename ${to}`, () => this.names.rename(from, to, file))
  }

  async remove(path: string): Promise<void> {
    const file = this.names.shown.get(path)
    if (file === undefined) return this.#answer(() => undefined)
    await this.#name(`remove ${path}`, () => this.names.remove(path, file))
    this.#removed.push(file.shown)
  }

  /** Folders are there in this model: the port makes them durable itself. */
  ensureFolder(): Promise<void> {
    return this.#answer(() => undefined)
  }

  syncFolder(folder: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const fault = this.begin(`sync folder ${folder}`)
      if (fault !== undefined) return this.later(() => reject(fault.error), 'failed sync folder')
      const covered = this.names.done(folder)
      this.later(() => {
        this.names.force(covered)
        resolve()
      }, `synced folder ${folder}`)
    })
  }

  freeBytes(): Promise<number> {
    return this.#answer(() => this.free)
  }

  get free(): number {
    let used = 0
    for (const file of this.names.shown.values()) used += file.shown.length
    const { capacityBytes = 2 ** 40 } = this.#options
    return (typeof capacityBytes === 'number' ? capacityBytes : capacityBytes()) - used
  }

  /** A step, and the fault that this call has, if it is the one. */
  begin(what: string): CallFault | undefined {
    this.step(what)
    this.calls.push(what)
    const { fault } = this.#options
    if (fault?.at !== this.calls.length) return undefined
    fault.struck = what
    return fault
  }

  step(what: string): void {
    if (this.#isStopped) return
    this.#options.onStep?.(what)
    this.steps++
  }

  /** Comes back later, unless the process is gone by then. `what` names a step; without it nothing changes by it. */
  later(back: () => void, what?: string): void {
    const run = (): void => {
      if (what !== undefined) this.step(what)
      if (!this.#isStopped) back()
    }
    if (this.#options.schedule !== undefined) this.#options.schedule(run)
    else if (this.#options.random === undefined) queueMicrotask(run)
    else {
      this.#waiting.push(run)
      this.#pump()
    }
  }

  #pump(): void {
    if (this.#isPumping) return
    this.#isPumping = true
    setImmediate(() => {
      this.#isPumping = false
      const { random } = this.#options
      const [run] = this.#waiting.splice(Math.floor(random!() * this.#waiting.length), 1)
      if (this.#waiting.length > 0) this.#pump()
      run?.()
    })
  }

  #answer<T>(value: () => T): Promise<T> {
    return new Promise((resolve) => this.later(() => resolve(value())))
  }

  #name(what: string, change: () => { isDone: boolean }): Promise<void> {
    return new Promise((resolve, reject) => {
      const fault = this.begin(what)
      if (this.#isStopped) return
      if (fault !== undefined) return this.later(() => reject(fault.error), `failed ${what}`)
      const made = change()
      this.later(() => {
        made.isDone = true
        resolve()
      }, `done ${what}`)
    })
  }
}

class OpenCrashFile implements DiskFile {
  readonly #disk: CrashDisk
  readonly #file: CrashFile
  readonly #path: string
  readonly #isSynced: boolean

  constructor(disk: CrashDisk, file: CrashFile, path: string, isSynced: boolean) {
    this.#disk = disk
    this.#file = file
    this.#path = path
    this.#isSynced = isSynced
  }

  write(
    source: Uint8Array,
    start: number,
    end: number,
    position: number,
    done: CountCallback,
  ): void {
    const fault = this.#disk.begin(`write ${this.#path}`)
    if (this.#disk.isStopped) return
    const count = this.#room(end - start, position, fault)
    if (count < 0) {
      const error = fault?.error ?? diskError('ENOSPC', this.#path)
      this.#disk.later(() => done(error, 0), `failed write ${this.#path}`)
      return
    }
    const bytes = source.slice(start, start + count)
    const change = this.#file.write(bytes, position)
    this.#disk.later(() => {
      const isUntouched = Buffer.compare(bytes, source.subarray(start, start + count)) === 0
      assert.ok(isUntouched, `the bytes of a write to ${this.#path} changed before it came back`)
      if (fault !== undefined && fault.kind !== 'short') {
        this.#file.drop([change], fault.kind === 'EIO shown')
        done(fault.error, 0)
        return
      }
      change.isDone = true
      if (this.#isSynced) this.#file.force([change])
      done(null, count)
    }, `wrote ${this.#path}`)
  }

  read(
    target: Uint8Array,
    start: number,
    length: number,
    position: number,
    done: CountCallback,
  ): void {
    const found = this.#file.shown.subarray(position, position + length)
    target.set(found, start)
    this.#disk.later(() => done(null, found.length))
  }

  sync(done: DoneCallback): void {
    const fault = this.#disk.begin(`sync ${this.#path}`)
    const covered = this.#file.done()
    this.#disk.later(() => {
      if (fault === undefined) this.#file.force(covered)
      else this.#file.drop(covered, fault.kind === 'EIO shown')
      done(fault?.error ?? null)
    }, `synced ${this.#path}`)
  }

  truncate(bytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const fault = this.#disk.begin(`cut ${this.#path}`)
      if (this.#disk.isStopped) return
      if (fault !== undefined) {
        this.#disk.later(() => reject(fault.error), `failed cut ${this.#path}`)
        return
      }
      const change = this.#file.cut(bytes)
      this.#disk.later(() => {
        change.isDone = true
        resolve()
      }, `was cut ${this.#path}`)
    })
  }

  size(): Promise<number> {
    return new Promise((resolve) => this.#disk.later(() => resolve(this.#file.shown.length)))
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#disk.later(resolve))
  }

  /** Bytes that are taken of so many; -1 for an error that takes none. */
  #room(wanted: number, position: number, fault: CallFault | undefined): number {
    if (fault?.kind === 'ENOSPC') return -1
    if (fault?.kind === 'short') return Math.floor(wanted / 2)
    const grows = Math.max(0, position + wanted - this.#file.shown.length)
    const { free } = this.#disk
    if (grows <= free) return wanted
    const fits = wanted - grows + free
    return fits > 0 ? fits : -1
  }
}

/** The same for the same files. */
export function imageHash(image: Image): string {
  const hash = createHash('sha1')
  for (const path of [...image.keys()].sort()) {
    const bytes = image.get(path)!
    hash.update(`${path} ${bytes.length}\n`)
    hash.update(contentHash(bytes))
  }
  return hash.digest('base64')
}

/** Contents are never changed in place: one hash is enough for each. */
const hashes = new WeakMap<Uint8Array, string>()

function contentHash(bytes: Uint8Array): string {
  const known = hashes.get(bytes)
  if (known !== undefined) return known
  const hash = createHash('sha1').update(bytes).digest('base64')
  hashes.set(bytes, hash)
  return hash
}
