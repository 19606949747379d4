// A disk that fails one call: the k-th of those that change or secure something. After a failed sync the disk goes on
// as if nothing were wrong, which is what a kernel does; whoever syncs again and believes it is caught by the tests.

import type { CountCallback, Disk, DiskFile, DoneCallback, OpenMode } from '../../src/log/disk.ts'

export type Fault = 'EIO' | 'ENOSPC' | 'short'

export class FaultyDisk implements Disk {
  calls = 0
  /** Names of the calls so far, for messages. */
  readonly trace: string[] = []
  readonly #disk: Disk
  readonly #failAt: number
  readonly #fault: Fault
  /** Writes and syncs of the file that failed, after it did: there must be none. */
  readonly afterFailure: string[] = []
  #failed: string | undefined

  constructor(disk: Disk, failAt: number, fault: Fault) {
    this.#disk = disk
    this.#failAt = failAt
    this.#fault = fault
  }

  /** The error of this call, if it is the one. A short count is only possible for writes. */
  strike(what: string): Fault | undefined {
    this.calls++
    this.trace.push(what)
    const isOfSegment = /^(write|sync) .*\.segment$/.test(what)
    if (isOfSegment && what.split(' ')[1] === this.#failed) this.afterFailure.push(what)
    if (this.calls !== this.#failAt) return undefined
    if (isOfSegment) this.#failed = what.split(' ')[1]
    return this.#fault
  }

  error(): Error {
    const code = this.#fault === 'ENOSPC' ? 'ENOSPC' : 'EIO'
    return Object.assign(new Error(`${code} on purpose`), { code })
  }

  list(folder: string): Promise<string[]> {
    return this.#disk.list(folder)
  }

  exists(path: string): Promise<boolean> {
    return this.#disk.exists(path)
  }

  async open(
    path: string,
    mode: OpenMode,
    options?: { readonly create?: boolean },
  ): Promise<DiskFile> {
    if (mode !== 'read' && this.strike(`open ${path}`) !== undefined) throw this.error()
    return new FaultyFile(this, await this.#disk.open(path, mode, options), path)
  }

  async rename(from: string, to: string): Promise<void> {
    if (this.strike(`rename ${to}`) !== undefined) throw this.error()
    await this.#disk.rename(from, to)
  }

  async remove(path: string): Promise<void> {
    if (this.strike(`remove ${path}`) !== undefined) throw this.error()
    await this.#disk.remove(path)
  }

  async ensureFolder(folder: string): Promise<void> {
    if (this.strike(`ensureFolder ${folder}`) !== undefined) throw this.error()
    await this.#disk.ensureFolder(folder)
  }

  async syncFolder(folder: string): Promise<void> {
    if (this.strike(`sync folder ${folder}`) !== undefined) throw this.error()
    await this.#disk.syncFolder(folder)
  }

  freeBytes(folder: string): Promise<number> {
    return this.#disk.freeBytes(folder)
  }
}

class FaultyFile implements DiskFile {
  readonly #disk: FaultyDisk
  readonly #file: DiskFile
  readonly #path: string

  constructor(disk: FaultyDisk, file: DiskFile, path: string) {
    this.#disk = disk
    this.#file = file
    this.#path = path
  }

  write(
    source: Uint8Array,
    start: number,
    end: number,
    position: number,
    done: CountCallback,
  ): void {
    const fault = this.#disk.strike(`write ${this.#path}`)
    if (fault === undefined) this.#file.write(source, start, end, position, done)
    else if (fault === 'short') {
      const half = start + Math.floor((end - start) / 2)
      this.#file.write(source, start, half, position, done)
    } else queueMicrotask(() => done(this.#disk.error(), 0))
  }

  read(
    target: Uint8Array,
    start: number,
    length: number,
    position: number,
    done: CountCallback,
  ): void {
    this.#file.read(target, start, length, position, done)
  }

  sync(done: DoneCallback): void {
    if (this.#disk.strike(`sync ${this.#path}`) === undefined) this.#file.sync(done)
    else queueMicrotask(() => done(this.#disk.error()))
  }

  async truncate(bytes: number): Promise<void> {
    if (this.#disk.strike(`truncate ${this.#path}`) !== undefined) throw this.#disk.error()
    await this.#file.truncate(bytes)
  }

  size(): Promise<number> {
    return this.#file.size()
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
