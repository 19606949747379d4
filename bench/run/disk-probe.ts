// What the disk does at this moment: 200 appends of 4 KiB, each with its own fdatasync.
// A figure that depends on syncs means nothing without the probe before and after it.

import { closeSync, fdatasyncSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { percentile } from './statistics.ts'

export interface DiskProbe {
  readonly p50Us: number
  readonly p99Us: number
  /** fast: p50 below 250 us. Compare figures only within one regime. */
  readonly regime: 'fast' | 'slow'
}

const appends = 200
const appendBytes = 4096
const fastBelowUs = 250

/** Blocks for the length of the probe, some 30 ms in the fast regime. */
export function probeDisk(dir: string): DiskProbe {
  const path = join(dir, 'disk-probe')
  const fd = openSync(path, 'w')
  const bytes = Buffer.alloc(appendBytes, 0x5a)
  const took: number[] = []
  for (let i = 0; i < appends; i++) {
    const begun = performance.now()
    writeSync(fd, bytes, 0, appendBytes, i * appendBytes)
    fdatasyncSync(fd)
    took.push((performance.now() - begun) * 1000)
  }
  closeSync(fd)
  unlinkSync(path)
  const p50Us = Math.round(percentile(took, 0.5))
  const p99Us = Math.round(percentile(took, 0.99))
  return { p50Us, p99Us, regime: p50Us < fastBelowUs ? 'fast' : 'slow' }
}

export function probeText(probe: DiskProbe): string {
  return `${probe.p50Us} / ${probe.p99Us} us (${probe.regime})`
}
