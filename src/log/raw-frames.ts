// A stretch of frames in memory, walked from one to the next: is it what it claims to be, and where do batches end? Never looks
// into a body; a frame counts once its crc holds and its offset and place in the batch are the next ones.

import {
  frameDistance,
  frameFlags,
  frameHolds,
  frameLength,
  frameOffset,
  lastOfBatch,
  logFrameHeadBytes,
  looksLikeFrame,
} from './frame.ts'
import { runFrameBytesMax, runHolds } from './frame-run.ts'

export interface WalkRequest {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  readonly seed: number
  /** Of the frame at `start`. */
  readonly offset: number
  /** First offset that is not wanted; Infinity for all. */
  readonly below: number
  /** Batches past this many bytes are not wanted, but for the first one. */
  readonly bytesMax: number
}

export interface FrameWalk {
  /** Behind the last frame, and the offset that comes next. */
  readonly end: number
  readonly nextOffset: number
  /** Behind each frame that closes a batch, and the offset behind the last of them. */
  readonly batchEnds: readonly number[]
  readonly wholeOffset: number
  /** Where the batch of the first frame begins, maybe before `start`; and that of the last one, `end` when it is closed. */
  readonly firstBatch: number
  readonly lastBatch: number
  /** The bytes are used up, a frame does not hold, or no more are wanted. */
  readonly pause: 'more' | 'damage' | 'stop'
}

/** All frames before the first that does not hold, is not wanted, or is not all there. */
export function checkFrames(request: WalkRequest): FrameWalk {
  const walk = walkFrames(request)
  if (holdInRuns(request, walk.end)) return walk
  return walkFrames(request, true)
}

/** The same of bytes that were checked or are this process's own: no crc is asked, and damage is not noticed. */
export function walkFrames(request: WalkRequest, checksEach = false): FrameWalk {
  const { bytes, start, end: have, seed, offset, below, bytesMax } = request
  const batchEnds: number[] = []
  let at = start
  let expected = offset
  let wholeOffset = offset
  let batch = start
  let firstBatch = start
  let pause: FrameWalk['pause'] = 'damage'
  for (;;) {
    if (expected >= below) {
      pause = 'stop'
      break
    }
    if (at + logFrameHeadBytes > have) {
      pause = 'more'
      break
    }
    if (!looksLikeFrame(bytes, at) || frameOffset(bytes, at) !== expected) break
    const end = at + frameLength(bytes, at)
    if (end - start > bytesMax && batchEnds.length > 0) {
      pause = 'stop'
      break
    }
    if (end > have) {
      pause = 'more'
      break
    }
    const distance = frameDistance(bytes, at)
    if (at === start) batch = firstBatch = start - distance
    if (distance !== at - batch || (checksEach && !frameHolds(bytes, at, end, seed))) break
    expected++
    if (frameFlags(bytes, at) === lastOfBatch) {
      batchEnds.push(end)
      wholeOffset = expected
      batch = end
    }
    at = end
  }
  return {
    end: at,
    nextOffset: expected,
    batchEnds,
    wholeOffset,
    firstBatch,
    lastBatch: batch,
    pause,
  }
}

/** Short frames that follow each other are summed up at once. */
function holdInRuns({ bytes, start, seed }: WalkRequest, end: number): boolean {
  let run = start
  for (let at = start; at < end;) {
    const next = at + frameLength(bytes, at)
    if (next - at > runFrameBytesMax) {
      if (!runHolds(bytes, run, at, seed) || !frameHolds(bytes, at, next, seed)) return false
      run = next
    }
    at = next
  }
  return runHolds(bytes, run, end, seed)
}
