// The thread of frame-check.ts: reads a file in order and hands over runs of whole frames whose crc holds, a few ahead. It
// stops at the first that does not hold, or that cannot be read, and says no more than that.

import { open, type FileHandle } from 'node:fs/promises'
import { parentPort } from 'node:worker_threads'
import { logFrameBytesMax } from '../model/limits.ts'
import { runFrameBytesMax, runHolds } from './frame-run.ts'
import { frameHolds, frameLength, logFrameHeadBytes, looksLikeFrame } from './frame.ts'

/** What the thread is asked: the frames of a file, from one that begins at `position` on. */
export interface CheckRequest {
  readonly path: string
  readonly seed: number
  readonly position: number
  /** First byte that is not looked at. */
  readonly limit: number
}

/** Whole frames that hold: bytes[start, end) are those from `position` of the file on. */
export interface CheckedFrames {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  readonly position: number
}

/** To the thread: what to read, or a buffer that is free again. */
export type CheckOrder =
  | { readonly kind: 'read'; readonly run: number; readonly request: CheckRequest }
  | { readonly kind: 'free'; readonly bytes: Uint8Array }

/** From the thread; without frames where they end, for any reason. */
export interface CheckAnswer {
  readonly run: number
  readonly frames: CheckedFrames | undefined
}

/** Read at once: what is checked on one core is then still in a cache when the other one folds it. */
const chunkBytes = 1024 * 1024
/** Each may be on its way, or in the hands of the one who folds. */
const buffersMax = 8

const free: Uint8Array[] = []
let made = 0
let current = 0
let wake: (() => void) | undefined

parentPort?.on('message', (order: CheckOrder) => {
  if (order.kind === 'free') free.push(order.bytes)
  else {
    current = order.run
    void read(order.run, order.request)
  }
  wake?.()
})

async function read(run: number, request: CheckRequest): Promise<void> {
  let file: FileHandle | undefined
  try {
    file = await open(request.path, 'r')
    await readFile(file, run, request)
  } catch {
    // Whoever asked reads it himself, and tells what is wrong.
  } finally {
    await file?.close().catch(() => undefined)
  }
  send({ run, frames: undefined })
}

interface Ahead {
  readonly bytes: Uint8Array
  readonly count: Promise<number>
}

/** While the frames of one buffer are checked, the next bytes are on their way. */
async function readFile(file: FileHandle, run: number, request: CheckRequest): Promise<void> {
  const { seed, limit } = request
  let { position } = request
  let from = position
  let left: Uint8Array = new Uint8Array(0)
  let ahead: Ahead | undefined
  const begin = (bytes: Uint8Array | undefined): Ahead | undefined => {
    if (bytes === undefined) return undefined
    const wanted = Math.min(chunkBytes, limit - from)
    const count = file.read(bytes, logFrameBytesMax, wanted, from).then((read) => read.bytesRead)
    count.catch(() => undefined)
    return { bytes, count }
  }
  try {
    while (from < limit) {
      ahead ??= begin(await buffer(run))
      if (ahead === undefined) return
      const { bytes } = ahead
      const count = await ahead.count
      ahead = undefined
      from += count
      if (from < limit && count > 0) ahead = begin(spare())
      // What was left of the bytes before stands in front, so that a frame is never in two pieces.
      const start = logFrameBytesMax - left.length
      bytes.set(left, start)
      const have = logFrameBytesMax + count
      const end = checked(bytes, start, have, seed)
      left = bytes.slice(end, have)
      if (end > start) send({ run, frames: { bytes, start, end, position } })
      else free.push(bytes)
      position += end - start
      if (left.length > logFrameBytesMax || current !== run) return
    }
  } finally {
    await ahead?.count.catch(() => undefined)
    if (ahead !== undefined) free.push(ahead.bytes)
  }
}

/** Behind the last of the frames from `start` on that are whole and hold. */
function checked(bytes: Uint8Array, start: number, have: number, seed: number): number {
  let at = start
  for (;;) {
    const end = endOfRun(bytes, at, have)
    if (!runHolds(bytes, at, end, seed)) return endOfHolding(bytes, at, end, seed)
    const next = endOfWhole(bytes, end, have)
    if (next === undefined || !frameHolds(bytes, end, next, seed)) return end
    at = next
  }
}

/** Behind the last of the frames from `start` on that are whole and short enough for a run. */
function endOfRun(bytes: Uint8Array, start: number, have: number): number {
  for (let at = start; ;) {
    const end = endOfWhole(bytes, at, have)
    if (end === undefined || end - at > runFrameBytesMax) return at
    at = end
  }
}

/** Behind the last frame before the first that does not hold. */
function endOfHolding(bytes: Uint8Array, start: number, have: number, seed: number): number {
  for (let at = start; ;) {
    const end = endOfWhole(bytes, at, have)
    if (end === undefined || !frameHolds(bytes, at, end, seed)) return at
    at = end
  }
}

/** Behind the frame at `at`; undefined where none could be, or not all of it. */
function endOfWhole(bytes: Uint8Array, at: number, have: number): number | undefined {
  if (at + logFrameHeadBytes > have || !looksLikeFrame(bytes, at)) return undefined
  const end = at + frameLength(bytes, at)
  return end > have ? undefined : end
}

function spare(): Uint8Array | undefined {
  const known = free.pop()
  if (known !== undefined || made === buffersMax) return known
  made++
  return new Uint8Array(Buffer.allocUnsafeSlow(logFrameBytesMax + chunkBytes).buffer)
}

/** Waits until one is free; undefined when nobody wants this run any more. */
async function buffer(run: number): Promise<Uint8Array | undefined> {
  while (current === run) {
    const known = spare()
    if (known !== undefined) return known
    await new Promise<void>((resolve) => (wake = resolve))
  }
  return undefined
}

function send(answer: CheckAnswer): void {
  const frames: CheckedFrames | undefined = answer.frames
  parentPort?.postMessage(answer, frames === undefined ? [] : [frames.bytes.buffer as ArrayBuffer])
}
