// Reads frames back from segment files through a cache of pages. Every frame that comes from disk has its crc checked,
// each time it is handed out; a frame that fails is never handed out.

import { LRUCache } from 'lru-cache'
import type { KiteQError } from '../model/errors.ts'
import { logFrameBytesMax } from '../model/limits.ts'
import type { MessageBytes } from '../model/record.ts'
import { readInto, type Disk, type DiskFile } from './disk.ts'
import { frameHolds, frameLength, logFrameHeadBytes, looksLikeFrame } from './frame.ts'
import { messageSpan } from './record-codec.ts'
import { corruptFile, segmentHeaderBytes, segmentName, type SegmentHeader } from './segment.ts'

export interface PageReaderOptions {
  readonly disk: Disk
  readonly dir: string
  readonly pageBytes: number
  readonly cacheBytes: number
  readonly headerOf: (segment: number) => SegmentHeader | undefined
  /** Whether [0, end) of a segment will not change any more. */
  readonly isSettled: (segment: number, end: number) => boolean
}

const openFilesMax = 64
const pagesPerSegmentMax = 2 ** 24

interface OpenFile {
  readonly file: Promise<DiskFile>
  users: number
  evicted: boolean
}

export class PageReader {
  cachedReads = 0
  diskReads = 0
  readonly #options: PageReaderOptions
  readonly #pages: LRUCache<number, Uint8Array>
  readonly #loading = new Map<number, Promise<Uint8Array>>()
  readonly #files: LRUCache<number, OpenFile>

  constructor(options: PageReaderOptions) {
    this.#options = options
    this.#pages = new LRUCache({
      maxSize: options.cacheBytes,
      sizeCalculation: (page) => page.length + 64,
    })
    this.#files = new LRUCache({
      max: openFilesMax,
      dispose: (open) => {
        open.evicted = true
        if (open.users === 0) closeQuietly(open)
      },
    })
  }

  /** The message of a frame that lies whole in a cached page and holds; undefined otherwise. */
  peek(segment: number, position: number): MessageBytes | undefined {
    const { pageBytes } = this.#options
    const page = this.#pages.get(pageKey(segment, Math.floor(position / pageBytes)))
    if (page === undefined) return undefined
    const message = this.#messageIn(page, position % pageBytes, segment)
    if (message !== undefined) this.cachedReads++
    return message
  }

  /** Rejects KITEQ_LOG_CORRUPT when there is no whole message at this place. */
  async load(segment: number, position: number): Promise<MessageBytes> {
    const { pageBytes } = this.#options
    const key = pageKey(segment, Math.floor(position / pageBytes))
    const page = await this.#page(segment, key, Math.floor(position / pageBytes) * pageBytes)
    const inPage = this.#messageIn(page, position % pageBytes, segment)
    if (inPage !== undefined) return inPage
    // Across two pages, or damaged in the page: the frame alone, fresh from the disk.
    this.#pages.delete(key)
    const frame = await this.#frame(segment, position)
    const message = messageSpan(frame, 0, frame.length)
    if (message === undefined) throw this.#corrupt(segment, position, 'the record is no message')
    return message
  }

  /** The segments up to this one are gone: their files are let go of, which gives the space back. */
  forget(last: number): void {
    for (const segment of [...this.#files.keys()]) if (segment <= last) this.#files.delete(segment)
    for (const key of [...this.#pages.keys()])
      if (key < pageKey(last + 1, 0)) this.#pages.delete(key)
  }

  async close(): Promise<void> {
    const open = [...this.#files.values()]
    this.#pages.clear()
    this.#files.clear()
    await Promise.allSettled(open.map((entry) => entry.file.then((file) => file.close())))
  }

  #messageIn(page: Uint8Array, at: number, segment: number): MessageBytes | undefined {
    if (at + logFrameHeadBytes > page.length || !looksLikeFrame(page, at)) return undefined
    const end = at + frameLength(page, at)
    const header = this.#options.headerOf(segment)
    if (end > page.length || header === undefined) return undefined
    return frameHolds(page, at, end, header.seed) ? messageSpan(page, at, end) : undefined
  }

  #page(segment: number, key: number, position: number): Promise<Uint8Array> {
    const cached = this.#pages.get(key)
    if (cached !== undefined) return Promise.resolve(cached)
    const loading = this.#loading.get(key)
    if (loading !== undefined) return loading
    const { pageBytes, isSettled } = this.#options
    const settled = isSettled(segment, position + pageBytes)
    const promise = this.#read(segment, position, pageBytes)
      .then((page) => {
        if (settled) this.#pages.set(key, page)
        return page
      })
      .finally(() => this.#loading.delete(key))
    this.#loading.set(key, promise)
    return promise
  }

  async #frame(segment: number, position: number): Promise<Uint8Array> {
    const head = await this.#read(segment, position, logFrameHeadBytes)
    const header = this.#options.headerOf(segment)
    if (
      position < segmentHeaderBytes ||
      head.length < logFrameHeadBytes ||
      header === undefined ||
      !looksLikeFrame(head, 0)
    ) {
      throw this.#corrupt(segment, position, 'no record begins here')
    }
    const frame = await this.#read(
      segment,
      position,
      Math.min(frameLength(head, 0), logFrameBytesMax),
    )
    if (frame.length !== frameLength(head, 0) || !frameHolds(frame, 0, frame.length, header.seed)) {
      throw this.#corrupt(segment, position, 'the checksum of the record does not hold')
    }
    return frame
  }

  async #read(segment: number, position: number, length: number): Promise<Uint8Array> {
    const open = this.#open(segment)
    open.users++
    try {
      const target = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer)
      this.diskReads++
      const count = await readInto(await open.file, target, 0, length, position)
      return count === length ? target : target.subarray(0, count)
    } catch (error) {
      throw this.#corrupt(segment, position, error instanceof Error ? error.message : String(error))
    } finally {
      open.users--
      if (open.users === 0 && open.evicted) closeQuietly(open)
    }
  }

  #open(segment: number): OpenFile {
    const known = this.#files.get(segment)
    if (known !== undefined) return known
    const { disk, dir } = this.#options
    const file = disk.open(`${dir}/${segmentName(segment)}`, 'read')
    const open: OpenFile = { file, users: 0, evicted: false }
    this.#files.set(segment, open)
    file.catch(() => this.#files.delete(segment))
    return open
  }

  #corrupt(segment: number, position: number, why: string): KiteQError {
    return corruptFile(`${this.#options.dir}/${segmentName(segment)}`, position, why)
  }
}

const pageKey = (segment: number, page: number): number => segment * pagesPerSegmentMax + page

/** Only ever read from: nothing is lost when its close fails. */
function closeQuietly(open: OpenFile): void {
  open.file.then((file) => file.close()).catch(() => undefined)
}
