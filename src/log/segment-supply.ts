// Prepares the file of the next segment in the background: real zeros, one sync, because a write into zeros that are
// already there costs half of a write that grows a file. Knows how full the disk is and keeps a reserve. Running out
// of space, or of open files, here is a full disk, never a failed log; it never touches a segment in use.

import { KiteQError } from '../model/errors.ts'
import { reserveBytesMax } from '../model/limits.ts'
import { isNoSpace, syncFile, writeAll, type Disk, type DiskFile } from './disk.ts'
import { segmentHeaderBytes } from './segment.ts'

export const preparedName = 'next.prepared'
export const preparingName = 'preparing.tmp'
export const reserveName = 'reserve'

/** Zeros per write, and how much may be dirty before a sync: what one sync has to write stands before the log's writes. */
const pieceBytes = 1024 * 1024
const dirtyBytesMax = 8 * 1024 * 1024
/** The zeros keep pace with the log so that they are all there when this share of its segment has been used. */
const readyAtShare = 0.75

export interface SupplyOptions {
  readonly disk: Disk
  readonly dir: string
  readonly segmentBytes: number
  /** Header and the largest batch. */
  readonly segmentBytesMin: number
}

/** A segment that will be: batches already have positions in it while its file is still being prepared. */
export interface SegmentNeed {
  /** Positions below this may be given away. */
  capacity: number
  /** Positions below this have been given away. */
  readonly assignedEnd: number
}

export class SegmentSupply {
  /** Size the next file will have at least, as far as known. */
  plannedBytes: number

  readonly #options: SupplyOptions
  readonly #zeros: Uint8Array
  #work: Promise<void> | undefined
  #readyBytes = 0
  #share = Infinity
  #file: DiskFile | undefined
  #filled = 0
  #targetBytes = 0
  /** How far the zeros may be, and how much one appended byte adds to it. */
  #allowed = Infinity
  #perByte = 0
  #goOn: (() => void) | undefined
  #spaceEnded = false
  /** What could open no file, to be done again, and the error. */
  #stopped: { readonly job: () => Promise<void>; readonly error: Error } | undefined
  #closing = false
  /** What is to be named or opened could open no file. */
  #lacksFile = false
  #hasReserve = false
  #waiting: (() => void) | undefined
  /** Settles once what `take` gave has a name of its own. */
  #lent: Promise<void> | undefined
  #giveBack: () => void = () => undefined
  #failure: Error | undefined
  /** Free bytes when last looked at, less what was written here since. */
  #spaceLeft = Infinity
  #written = 0
  #looking: Promise<void> | undefined

  constructor(options: SupplyOptions) {
    this.#options = options
    this.plannedBytes = options.segmentBytesMin
    this.#zeros = new Uint8Array(Math.min(pieceBytes, options.segmentBytes))
  }

  /** What an earlier run left: a prepared file is used, a half prepared one is not. */
  async open(): Promise<void> {
    const { disk, dir, segmentBytesMin } = this.#options
    await disk.remove(`${dir}/${preparingName}`)
    this.#share = Math.floor((await this.#look()) / 4)
    this.#hasReserve = await disk.exists(`${dir}/${reserveName}`)
    if (!(await disk.exists(`${dir}/${preparedName}`))) return
    const file = await disk.open(`${dir}/${preparedName}`, 'read')
    const bytes = await file.size()
    await file.close()
    if (bytes >= segmentBytesMin) this.#setReady(bytes)
    else await disk.remove(`${dir}/${preparedName}`)
  }

  /** A preparation failed for want of space, or of open files, and has not succeeded since. */
  get outOfSpace(): boolean {
    return this.#spaceEnded || this.#stopped !== undefined || this.#lacksFile
  }

  /** The log cannot go on before a file may be opened. */
  get lacksFile(): boolean {
    return this.#lacksFile
  }

  /** A `take` waits for space or for a file that may be opened. */
  get isStuck(): boolean {
    return this.#waiting !== undefined
  }

  /** A size between the smallest and the largest, and at most a quarter of what was free when last looked at. */
  boundBytes(bytes: number): number {
    const { segmentBytes, segmentBytesMin } = this.#options
    return Math.max(segmentBytesMin, Math.min(bytes, segmentBytes, this.#share))
  }

  get isBusyOrReady(): boolean {
    return this.#readyBytes > 0 || this.#work !== undefined || this.#file !== undefined
  }

  /** Begins preparing a file of about `bytes` in the background, to be ready well before `room` more bytes are appended. */
  prepare(bytes: number, room: number): void {
    if (this.isBusyOrReady || this.#closing) return
    this.plannedBytes = this.boundBytes(bytes)
    this.#perByte = this.plannedBytes / Math.max(1, room * readyAtShare)
    this.#allowed = 0
    this.#run(() => this.#begin(bytes))
  }

  /** So much more of the segment in use has been used: as many zeros may follow. */
  used(bytes: number): void {
    this.#allowed += bytes * this.#perByte
    this.#goOn?.()
  }

  /**
   * To be called every few seconds: looks how much is free, and goes on where the space ended if there is some again.
   * `isFull`: nothing is appended meanwhile, so nothing sets the pace.
   */
  checkSpace(isFull: boolean): void {
    if (isFull) this.#hurry()
    if (this.#lacksFile) this.#waiting?.()
    if (this.#stopped !== undefined) {
      this.#hurry() // what is used of the segment meanwhile sets no pace
      this.#run(this.#stopped.job)
    } else if (this.#spaceEnded) this.#run(() => this.#resume())
    if (this.#looking !== undefined || this.#closing) return
    const done = (): void => {
      this.#looking = undefined
    }
    // What cannot be asked is answered by the next preparation.
    this.#looking = this.#look().then(done, done)
  }

  /**
   * Bytes that may still be appended before the disk is full, the reserve included; negative when too much was. `left`
   * is the room of the segment that gathers, if its file is there; `unplaced` are the segments without one, in order.
   */
  roomBytes(left: number, unplaced: readonly SegmentNeed[]): number {
    const { segmentBytesMin } = this.#options
    const placed = this.#readyBytes > 0 ? this.#readyBytes : this.#filled
    const promised = this.#readyBytes > 0 ? this.#readyBytes : this.#promised()
    const next = unplaced[0]
    let room = this.#spaceLeft + placed - Math.max(promised, next?.assignedEnd ?? 0)
    if (this.#hasReserve) room += this.#reserveBytes
    if (next === undefined) return room + left + promised
    for (let i = 1; i < unplaced.length; i++) {
      room -= Math.max(unplaced[i]!.assignedEnd, segmentBytesMin)
    }
    if (unplaced.length > 1) return room
    return room + Math.max(0, Math.min(next.capacity, promised) - next.assignedEnd)
  }

  /**
   * Bytes that may surely be appended behind what was, with `left` in the segment that gathers: in what is prepared and the
   * reserve, and while space has not run out in what is free, too.
   */
  sureBytes(left: number, unplaced: readonly SegmentNeed[]): number {
    if (!this.outOfSpace) return this.roomBytes(left, unplaced)
    if (unplaced.length > 0 || this.#lacksFile) return 0
    const isLongEnough = this.#filled >= this.#options.segmentBytesMin
    const placed = this.#readyBytes > 0 ? this.#readyBytes : isLongEnough ? this.#filled : 0
    return left + placed + (this.#hasReserve ? this.#reserveBytes : 0)
  }

  /**
   * Resolves once `next.prepared` holds `need.assignedEnd` bytes or more and sets `need.capacity` to its size.
   * On a full disk it takes what is there, then the reserve, then waits for `checkSpace` (or rejects KITEQ_DISK_FULL
   * when it is not to wait). Where no more files may be opened, it waits likewise (or rejects with that error).
   * Until `taken` no other file gets that name.
   */
  async take(need: SegmentNeed, wantedBytes: number, wait: boolean): Promise<void> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure
      if (this.#readyBytes >= need.assignedEnd && this.#readyBytes > 0) break
      this.#hurry()
      if (this.#work !== undefined) await this.#work
      else if (this.#stopped !== undefined) {
        if (!wait) throw this.#stopped.error
        await this.#wakened()
      } else if (this.#readyBytes > 0) this.#growTo(need)
      else if (!this.outOfSpace) this.prepare(wantedBytes, 0)
      else if (!this.#makeDo(need)) {
        if (!wait) throw new KiteQError('KITEQ_DISK_FULL', this.#noSpaceText())
        await this.#wakened()
      }
    }
    need.capacity = this.#readyBytes
    this.#readyBytes = 0
    this.plannedBytes = this.#options.segmentBytesMin
    this.#lent = new Promise((resolve) => (this.#giveBack = resolve))
  }

  /** What `take` gave was renamed, or never will be: the next one may have its name. */
  taken(): void {
    this.#lent = undefined
    this.#giveBack()
  }

  /**
   * Does what opens a file and may be done again when that failed: where no more files may be opened, with each `checkSpace`
   * (or it rejects with that error, when it is not to wait).
   */
  async opening<T>(job: () => Promise<T>, wait: boolean): Promise<T> {
    try {
      for (;;) {
        try {
          return await job()
        } catch (error) {
          if (!wait || !isNoFile(error)) throw error
        }
        this.#lacksFile = true
        if (this.#failure === undefined) await this.#wakened()
        if (this.#failure !== undefined) throw this.#failure
      }
    } finally {
      this.#lacksFile = false
    }
  }

  async #wakened(): Promise<void> {
    await new Promise<void>((resolve) => (this.#waiting = resolve))
    this.#waiting = undefined
  }

  /** Waits for the background; a `take` that still waits is rejected. */
  async close(): Promise<void> {
    this.#closing = true
    this.#hurry()
    this.#failure ??= new KiteQError('KITEQ_DISK_FULL', this.#noSpaceText())
    this.#waiting?.()
    await this.#work
    await this.#looking
    await this.#file?.close()
    this.#file = undefined
  }

  #run(job: () => Promise<void>): void {
    if (this.#work !== undefined || this.#closing) return
    this.#work = job()
      .then(() => {
        this.#stopped = undefined
      })
      .catch(async (error: unknown) => {
        this.#stopped = isNoFile(error) ? { job, error } : undefined
        if (isNoSpace(error)) await this.#noSpace()
        else if (this.#stopped === undefined) throw error
      })
      .catch((error: unknown) => {
        this.#failure = error instanceof Error ? error : new Error(String(error))
      })
      .finally(() => {
        this.#work = undefined
        this.#waiting?.()
      })
  }

  /** A file that is being filled will have this size. */
  #promised(): number {
    return this.#file === undefined && this.#filled === 0 ? 0 : this.#targetBytes
  }

  get #reserveBytes(): number {
    return Math.min(reserveBytesMax, this.#options.segmentBytesMin + segmentHeaderBytes)
  }

  /** What is written between the question and the answer counts as not yet seen. */
  async #look(): Promise<number> {
    const { disk, dir } = this.#options
    const before = this.#written
    const free = await disk.freeBytes(dir)
    this.#spaceLeft = free - (this.#written - before)
    return free
  }

  #noSpaceText(): string {
    const { dir, segmentBytesMin } = this.#options
    return `no space for the next segment in ${dir}: ${segmentBytesMin} bytes are needed at least`
  }

  /** What is too short for a segment gives its space back: a checkpoint may need it. */
  async #noSpace(): Promise<void> {
    const { disk, dir, segmentBytesMin } = this.#options
    this.#spaceEnded = true
    this.plannedBytes = Math.max(segmentBytesMin, this.#filled)
    this.#spaceLeft = 0
    const file = this.#file
    if (file === undefined || this.#filled >= segmentBytesMin) return
    this.#file = undefined
    this.#filled = 0
    await file.close()
    await disk.remove(`${dir}/${preparingName}`)
    await this.#look()
  }

  async #begin(bytes: number): Promise<void> {
    const { disk, dir } = this.#options
    this.#share = Math.floor((await this.#look()) / 4)
    this.#targetBytes = this.boundBytes(bytes)
    this.plannedBytes = this.#targetBytes
    this.#filled = 0
    this.#file = await disk.open(`${dir}/${preparingName}`, 'write', { create: true })
    await this.#fill(this.#file)
    await this.#finish()
    await this.#keepReserve()
  }

  async #resume(): Promise<void> {
    const { segmentBytes, segmentBytesMin } = this.#options
    this.#hurry() // publishes are refused meanwhile, so nothing is used that could set the pace
    const free = await this.#look()
    if (this.#file === undefined) {
      if (free >= segmentBytesMin * 2) await this.#begin(segmentBytes)
      return
    }
    if (free < this.#targetBytes - this.#filled) {
      // Less than hoped for: a smaller segment is better than none, once a quarter of the space stays free.
      const reachable = this.#filled + Math.floor((free * 3) / 4)
      if (reachable < segmentBytesMin) return
      this.#targetBytes = reachable
      this.plannedBytes = reachable
    }
    await this.#fill(this.#file)
    await this.#finish()
    await this.#keepReserve()
  }

  /** The segment is needed now and the disk is full. True when there is something to look at again. */
  #makeDo(need: SegmentNeed): boolean {
    const { disk, dir, segmentBytesMin } = this.#options
    const enough = Math.max(need.assignedEnd, segmentBytesMin)
    if (this.#filled >= enough && this.#file !== undefined) {
      need.capacity = this.#filled
      this.#targetBytes = this.#filled
      this.#run(() => this.#finish())
      return true
    }
    if (!this.#hasReserve) return false
    need.capacity = enough
    this.#targetBytes = enough
    this.#hasReserve = false
    this.#run(async () => {
      await disk.remove(`${dir}/${reserveName}`)
      await disk.syncFolder(dir)
      await this.#look()
      this.#file ??= await disk.open(`${dir}/${preparingName}`, 'write', { create: true })
      await this.#fill(this.#file)
      await this.#finish()
    })
    return true
  }

  /** What is ready is smaller than what was promised: more zeros behind it. */
  #growTo(need: SegmentNeed): void {
    const { disk, dir } = this.#options
    need.capacity = need.assignedEnd
    this.#targetBytes = need.assignedEnd
    this.#filled = this.#readyBytes
    this.#readyBytes = 0
    let isRenamed = false
    this.#run(async () => {
      if (!isRenamed) await disk.rename(`${dir}/${preparedName}`, `${dir}/${preparingName}`)
      isRenamed = true
      this.#file = await disk.open(`${dir}/${preparingName}`, 'write')
      await this.#fill(this.#file)
      await this.#finish()
    })
  }

  /** Somebody waits: no more keeping pace. */
  #hurry(): void {
    this.#allowed = Infinity
    this.#goOn?.()
  }

  async #fill(file: DiskFile): Promise<void> {
    let dirty = 0
    while (this.#filled < this.#targetBytes && !this.#closing) {
      if (this.#filled >= this.#allowed) {
        await new Promise<void>((resolve) => (this.#goOn = resolve))
        this.#goOn = undefined
        continue
      }
      const bytes = Math.min(this.#zeros.length, this.#targetBytes - this.#filled)
      await writeZeros(file, this.#zeros, bytes, this.#filled)
      this.#filled += bytes
      this.#wrote(bytes)
      dirty += bytes
      if (dirty >= dirtyBytesMax) {
        await syncFile(file)
        dirty = 0
      }
    }
  }

  async #finish(): Promise<void> {
    const { disk, dir } = this.#options
    const file = this.#file
    if (file === undefined || this.#closing) return
    await file.truncate(this.#targetBytes)
    await syncFile(file)
    await file.close()
    this.#file = undefined
    await this.#lent
    await disk.rename(`${dir}/${preparingName}`, `${dir}/${preparedName}`)
    this.#setReady(this.#targetBytes)
  }

  #wrote(bytes: number): void {
    this.#written += bytes
    this.#spaceLeft -= bytes
  }

  #setReady(bytes: number): void {
    this.#readyBytes = bytes
    this.plannedBytes = bytes
    this.#filled = 0
  }

  /** Space set aside while there is plenty; a full disk is over once it is there again. */
  async #keepReserve(): Promise<void> {
    const bytes = this.#reserveBytes
    if (!this.#hasReserve && !this.#closing && (await this.#look()) >= bytes * 4) {
      this.#hasReserve = await this.#makeReserve(bytes)
      await this.#look()
    }
    this.#spaceEnded = false
  }

  async #makeReserve(bytes: number): Promise<boolean> {
    const { disk, dir } = this.#options
    let file: DiskFile | undefined
    try {
      file = await disk.open(`${dir}/${reserveName}`, 'write', { create: true })
      for (let at = 0; at < bytes && !this.#closing; at += this.#zeros.length) {
        await writeZeros(file, this.#zeros, Math.min(this.#zeros.length, bytes - at), at)
      }
      await syncFile(file)
      return true
    } catch (error) {
      if (!isNoSpace(error) && !isNoFile(error)) throw error
      await disk.remove(`${dir}/${reserveName}`)
      return false
    } finally {
      await file?.close()
    }
  }
}

/** No file may be opened now, by this process or by any: it passes, and nothing has been written. */
function isNoFile(error: unknown): error is Error {
  const code = (error as { code?: unknown } | null)?.code
  return code === 'EMFILE' || code === 'ENFILE'
}

/** Unlike a log write, a short count here only says that the space ended. */
async function writeZeros(
  file: DiskFile,
  zeros: Uint8Array,
  bytes: number,
  position: number,
): Promise<void> {
  try {
    await writeAll(file, bytes === zeros.length ? zeros : zeros.subarray(0, bytes), position)
  } catch (error) {
    if ((error as { code?: string }).code !== 'KITEQ_LOG_FAILED') throw error
    throw Object.assign(new Error('no space for zeros', { cause: error }), { code: 'ENOSPC' })
  }
}
