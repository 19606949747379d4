// Does what a plan says: first everything that will be changed is kept and the report of it synced, then one step after the
// other, each of which may be the last. Never deletes, never writes over what was not kept.

import { syncFile, writeAll, type Disk } from '../log/disk.ts'
import { postingsName } from '../log/postings-format.ts'
import {
  encodeSegmentHeader,
  segmentHeaderBytes,
  segmentNumberOf,
  type SegmentHeader,
} from '../log/segment.ts'
import { copyBytes, hashBytes, partSuffix } from './file-copy.ts'
import { findIds } from './lost-ids.ts'
import type { RepairPlan, RepairStep } from './repair-plan.ts'
import { makeQuarantine, writeReport, type QuarantineItem } from './repair-quarantine.ts'
import { versionOf } from './version.ts'

const idsMax = 1000

/** Resolves with the path of the quarantine in the data folder. The folder must be the caller's. */
export async function applyRepair(disk: Disk, plan: RepairPlan, now: Date): Promise<string> {
  const { dir, steps, report } = plan
  const time = now.toISOString()
  const name = await makeQuarantine(disk, dir, time.slice(0, 10))
  const folder = `${dir}/${name}`
  const items: QuarantineItem[] = []
  for (const [n, step] of steps.entries()) {
    const item = await keep(disk, dir, folder, step, `${n + 1}`)
    if (item !== undefined) items.push(item)
  }
  await writeReport(disk, folder, {
    format: 1,
    kiteq: versionOf(),
    time,
    logId: report.logId,
    items,
  })
  for (const step of steps) {
    await setPostingsAside(disk, dir, folder, step)
    await act(disk, dir, folder, step)
  }
  return name
}

/** Copies what will be written over or stays damaged; of what will be moved it only says so. */
async function keep(
  disk: Disk,
  dir: string,
  folder: string,
  step: RepairStep,
  n: string,
): Promise<QuarantineItem | undefined> {
  const { kind, file, why } = step
  const from = `${dir}/${file}`
  switch (kind) {
    case 'header': {
      const savedAs = `${n}-${file}-header`
      const to = `${folder}/${savedAs}`
      const copied = await copyBytes({ disk, from, to, bytes: segmentHeaderBytes, tolerant: true })
      const { header } = step
      const { number: segment, firstOffset } = header
      const place = { kind, file, position: 0, ...copied, savedAs, segment, firstOffset }
      return { ...place, how: 'copied', why, replacedBy: header }
    }
    case 'copy': {
      const { position, bytes, fault } = step
      const savedAs = `${n}-${file}-${position}`
      const to = `${folder}/${savedAs}`
      const copied = await copyBytes({ disk, from, to, position, bytes, tolerant: true })
      const isCheckpoint = file.endsWith('.checkpoint')
      const what = isCheckpoint ? 'checkpoint' : 'bytes'
      return { kind: what, file, position, ...copied, savedAs, how: 'copied', why, ...fault }
    }
    case 'checkpoint':
      return moved(disk, from, { kind, file, savedAs: file, how: 'moved', why })
    case 'fill':
      if (!step.isThere) return undefined
      return moved(disk, from, {
        kind: 'segment',
        file,
        savedAs: file,
        how: 'moved',
        why,
        segment: step.header.number,
        replacedBy: step.header,
      })
    case 'remove':
      return moved(disk, from, { kind: 'segment', file, savedAs: file, how: 'moved', why })
    case 'rename':
      return undefined
  }
}

async function moved(
  disk: Disk,
  from: string,
  item: Omit<QuarantineItem, 'position' | 'bytes' | 'sha256'>,
): Promise<QuarantineItem> {
  const all = { position: 0 }
  try {
    const { bytes, sha256 } = await hashBytes({ disk, from, bytes: Infinity })
    const ids = item.kind === 'segment' ? await findIds(disk, from, 0, bytes, idsMax) : []
    return { ...item, ...all, bytes, sha256, ...(ids.length === 0 ? {} : { ids }) }
  } catch {
    return { ...item, ...all, bytes: 0, sha256: null } // a folder, or what cannot be read: it is moved as it is
  }
}

/** Of a segment that changes: they tell of it as it was, and the next run makes others. */
async function setPostingsAside(
  disk: Disk,
  dir: string,
  folder: string,
  step: RepairStep,
): Promise<void> {
  if (step.kind === 'copy' || step.kind === 'checkpoint') return
  for (const name of step.kind === 'rename' ? [step.file, step.to] : [step.file]) {
    const number = segmentNumberOf(name)
    if (number === undefined || !(await disk.exists(`${dir}/${postingsName(number)}`))) continue
    await setAside(disk, dir, folder, postingsName(number))
  }
}

async function act(disk: Disk, dir: string, folder: string, step: RepairStep): Promise<void> {
  const path = `${dir}/${step.file}`
  switch (step.kind) {
    case 'header':
      await writeHeader(disk, path, step.header, false)
      return
    case 'fill': {
      const part = `${path}${partSuffix}`
      await disk.remove(part)
      await writeHeader(disk, part, step.header, true)
      if (step.isThere) await setAside(disk, dir, folder, step.file)
      await disk.rename(part, path)
      await disk.syncFolder(dir)
      return
    }
    case 'checkpoint':
    case 'remove':
      await setAside(disk, dir, folder, step.file)
      return
    case 'rename':
      await disk.rename(path, `${dir}/${step.to}`)
      await disk.syncFolder(dir)
      return
    case 'copy':
      return
  }
}

async function writeHeader(
  disk: Disk,
  path: string,
  header: SegmentHeader,
  create: boolean,
): Promise<void> {
  const file = await disk.open(path, 'write', { create })
  try {
    await writeAll(file, encodeSegmentHeader(header), 0)
    await syncFile(file)
  } finally {
    await file.close()
  }
}

async function setAside(disk: Disk, dir: string, folder: string, file: string): Promise<void> {
  await disk.rename(`${dir}/${file}`, `${folder}/${file}`)
  await disk.syncFolder(folder)
  await disk.syncFolder(dir)
}
