// A disk in memory for tests of the log: it keeps every byte and loses none. `image` and `restore` let a test damage
// what is there; `calls` counts what a fault can hit.

import type { CountCallback, Disk, DiskFile, DoneCallback, OpenMode } from '../../src/log/disk.ts'

interface Content {
  bytes: Uint8Array
  size: number
}

export class MemoryDisk implements Disk {
  readonly files: Map<string, Content> = new Map<string, Content>()
  free: number = 1024 * 1024 * 1024

  image(path: string): Uint8Array {
    const content = this.#content(path)
    return content.bytes.slice(0, content.size)
  }

  restore(path: string, bytes: Uint8Array): void {
    this.files.set(path, { bytes: bytes.slice(), size: bytes.length })
  }

  /** Another disk with the same contents. */
  copy(): MemoryDisk {
    const disk = new MemoryDisk()
    disk.free = this.free
    for (const path of this.files.keys()) disk.restore(path, this.image(path))
    return disk
  }

  list(folder: string): Promise<string[]> {
    const names = [...this.files.keys()].filter((path) => path.startsWith(`${folder}/`))
    return Promise.resolve(names.map((path) => path.slice(folder.length + 1)).sort())
  }

  exists(path: string): Promise<boolean> {
    return Promise.resolve(this.files.has(path))
  }

  open(path: string, mode: OpenMode, options?: { readonly create?: boolean }): Promise<DiskFile> {
    if (!this.files.has(path)) {
      if (options?.create !== true || mode === 'read') return Promise.reject(noEntry(path))
      this.files.set(path, { bytes: new Uint8Array(4096), size: 0 })
    }
    return Promise.resolve(new MemoryFile(this, this.#content(path)))
  }

  rename(from: string, to: string): Promise<void> {
    const content = this.files.get(from)
    if (content === undefined) return Promise.reject(noEntry(from))
    this.files.delete(from)
    this.files.set(to, content)
    return Promise.resolve()
  }

  remove(path: string): Promise<void> {
    const content = this.files.get(path)
    if (content !== undefined) this.free += content.size
    this.files.delete(path)
    return Promise.resolve()
  }

  ensureFolder(): Promise<void> {
    return Promise.resolve()
  }

  syncFolder(): Promise<void> {
    return Promise.resolve()
  }

  freeBytes(): Promise<number> {
    return Promise.resolve(this.free)
  }

  #content(path: string): Content {
    const content = this.files.get(path)
    if (content === undefined) throw noEntry(path)
    return content
  }
}

class MemoryFile implements DiskFile {
  readonly #disk: MemoryDisk
  readonly #content: Content

  constructor(disk: MemoryDisk, content: Content) {
    this.#disk = disk
    this.#content = content
  }

  write(
    source: Uint8Array,
    start: number,
    end: number,
    position: number,
    done: CountCallback,
  ): void {
    const grows = Math.max(0, position + end - start - this.#content.size)
    if (grows > this.#disk.free) {
      queueMicrotask(() => done(Object.assign(new Error('no space'), { code: 'ENOSPC' }), 0))
      return
    }
    this.#resize(Math.max(this.#content.size, position + end - start))
    this.#content.bytes.set(source.subarray(start, end), position)
    queueMicrotask(() => done(null, end - start))
  }

  read(
    target: Uint8Array,
    start: number,
    length: number,
    position: number,
    done: CountCallback,
  ): void {
    const end = Math.min(this.#content.size, position + length)
    const count = Math.max(0, end - position)
    target.set(this.#content.bytes.subarray(position, position + count), start)
    queueMicrotask(() => done(null, count))
  }

  sync(done: DoneCallback): void {
    queueMicrotask(() => done(null))
  }

  truncate(bytes: number): Promise<void> {
    this.#resize(bytes)
    return Promise.resolve()
  }

  size(): Promise<number> {
    return Promise.resolve(this.#content.size)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #resize(size: number): void {
    const content = this.#content
    this.#disk.free -= size - content.size
    if (size > content.bytes.length) {
      const bytes = new Uint8Array(Math.max(size, content.bytes.length * 2))
      bytes.set(content.bytes.subarray(0, content.size))
      content.bytes = bytes
    }
    if (size < content.size) content.bytes.fill(0, size, content.size)
    content.size = size
  }
}

function noEntry(path: string): Error {
  return Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' })
}
