// A file system of its own in a file, behind a loop device: for tests that cut the power of a real ext4 or xfs. What a
// test leaves mounted, because it failed or was killed, the next one takes away. Needs root.

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export const fileSystems = ['ext4', 'xfs'] as const
export type FileSystem = (typeof fileSystems)[number]

/** xfs takes no less than 300 MiB; the file has holes where nothing was written. */
const imageBytes = 512 * 1024 * 1024
const prefix = 'kiteq-loop-'
const makers: Record<FileSystem, readonly string[]> = {
  ext4: ['mkfs.ext4', '-q', '-F'],
  xfs: ['mkfs.xfs', '-q', '-f'],
}

/** Why there can be no such disk here; undefined when there can. `missing` is a package that would help. */
export function whyNoLoopDisk(kind: FileSystem): { why: string; missing?: string } | undefined {
  if (process.platform !== 'linux') return { why: `a loop-mounted ${kind} takes Linux` }
  if (process.getuid?.() !== 0) return { why: `mounting an ${kind} takes root` }
  for (const [tool, missing] of [
    [makers[kind][0]!, kind === 'ext4' ? 'e2fsprogs' : 'xfsprogs'],
    ['xfs_io', 'xfsprogs'],
    ['losetup', 'mount'],
  ] as const)
    if (spawnSync(tool, ['-V']).error !== undefined) return { why: `${tool} is missing`, missing }
  removeLeftovers()
  let disk: LoopDisk | undefined
  try {
    disk = new LoopDisk(kind)
    return undefined
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    return { why: `an ${kind} cannot be mounted on a loop device here: ${said}` }
  } finally {
    disk?.remove()
  }
}

export class LoopDisk {
  /** Where it is mounted. */
  readonly folder: string
  readonly #kind: FileSystem
  readonly #top: string
  readonly #image: string

  /** Makes the file system and mounts it. */
  constructor(kind: FileSystem) {
    this.#kind = kind
    this.#top = mkdtempSync(path.join(tmpdir(), `${prefix}${process.pid}-`))
    this.#image = path.join(this.#top, 'image')
    this.folder = path.join(this.#top, 'mounted')
    try {
      mkdirSync(this.folder)
      writeFileSync(this.#image, '')
      truncateSync(this.#image, imageBytes)
      run([...makers[kind], this.#image])
      this.mount()
    } catch (error) {
      this.remove()
      throw error
    }
  }

  mount(): void {
    run(['mount', '-t', this.#kind, '-o', 'loop', this.#image, this.folder])
  }

  /** From now on nothing reaches the disk any more, and what it had not synced is gone: no flush of the journal either. */
  cut(): void {
    run(['xfs_io', '-x', '-c', 'shutdown', this.folder])
  }

  unmount(): void {
    run(['umount', this.folder])
  }

  /** Unmounted, detached, deleted; also when a process still has a file in it. */
  remove(): void {
    remove(this.#top)
  }
}

function run(command: readonly string[]): void {
  const [program, ...args] = command
  const { status, stderr, error } = spawnSync(program!, args, { encoding: 'utf8' })
  if (status === 0) return
  throw new Error(`${command.join(' ')}: ${error?.message ?? stderr.trim()} (${status})`)
}

/** Folders of processes that are no more. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) remove(path.join(tmpdir(), name))
  }
}

function remove(top: string): void {
  spawnSync('umount', ['-l', path.join(top, 'mounted')])
  const image = path.join(top, 'image')
  const found = spawnSync('losetup', ['-n', '-O', 'NAME', '-j', image], { encoding: 'utf8' })
  for (const device of found.stdout.split('\n').filter((line) => line.startsWith('/dev/')))
    spawnSync('losetup', ['-d', device.trim()])
  rmSync(top, { recursive: true, force: true })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
