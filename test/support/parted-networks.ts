// Two network namespaces with a line between them that can be cut, and a line of each to the tests, which stays: for a broker
// and a ZooKeeper that lose each other while their clients lose neither. What a killed test left, the next one takes away.
// Needs root and iproute2.

import { spawnSync } from 'node:child_process'

/** Of addresses that are set aside for tests of networks. */
const network = '198.18'
const prefix = 'kiteq-net-'
/** Of no interface: what is sent there arrives and is dropped. */
const nobody = '02:00:00:00:de:ad'

/** Why there can be none here; undefined when there can. `missing` is a package that would help. */
export function whyNoNetworks(): { why: string; missing?: string } | undefined {
  if (process.platform !== 'linux') return { why: 'network namespaces take Linux' }
  if (process.getuid?.() !== 0) return { why: 'network namespaces take root' }
  if (spawnSync('ip', ['-V']).error !== undefined)
    return { why: 'ip is missing', missing: 'iproute2' }
  removeLeftovers()
  let networks: PartedNetworks | undefined
  try {
    networks = new PartedNetworks()
    return undefined
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    return { why: `no network namespaces with lines between them here: ${said}` }
  } finally {
    networks?.remove()
  }
}

/** One of the two. */
export interface Side {
  /** What a command begins with that is to run there. */
  readonly command: readonly string[]
  /** As the tests reach it. */
  readonly outer: string
  /** As the other one reaches it. */
  readonly inner: string
}

let made = 0

export class PartedNetworks {
  readonly left: Side
  readonly right: Side
  readonly #names: readonly [string, string]
  readonly #lines: readonly [string, string]

  constructor() {
    const tag = `${process.pid}-${++made}`
    const third = (process.pid * 7 + made) % 256
    this.#names = [`${prefix}${tag}-l`, `${prefix}${tag}-r`]
    const short = `kq${tag}`
    this.#lines = [`${short}l`, `${short}r`]
    const at = (last: number): string => `${network}.${third}.${last}`
    const [left, right] = this.#names
    this.left = { command: inside(left), inner: at(1), outer: at(6) }
    this.right = { command: inside(right), inner: at(2), outer: at(10) }
    try {
      for (const name of this.#names) ip('netns', 'add', name)
      ip('link', 'add', this.#lines[0], 'type', 'veth', 'peer', 'name', this.#lines[1])
      this.#place(left, this.#lines[0], this.left.inner)
      this.#place(right, this.#lines[1], this.right.inner)
      this.#outerLine(left, `${short}a`, at(5), this.left.outer)
      this.#outerLine(right, `${short}b`, at(9), this.right.outer)
    } catch (error) {
      this.remove()
      throw error
    }
  }

  /** The line between them is down, and both are told. */
  takeDown(): void {
    ip('-n', this.#names[0], 'link', 'set', this.#lines[0], 'down')
  }

  bringUp(): void {
    ip('-n', this.#names[0], 'link', 'set', this.#lines[0], 'up')
  }

  /** What one of them sends to the other is lost, and nobody is told; the way back is open. */
  swallow(from: 'left' | 'right'): void {
    const at = from === 'left' ? 0 : 1
    const to = from === 'left' ? this.right.inner : this.left.inner
    const entry = [to, 'lladdr', nobody, 'dev', this.#lines[at], 'nud', 'permanent']
    ip('-n', this.#names[at], 'neigh', 'replace', ...entry)
  }

  deliver(from: 'left' | 'right'): void {
    const at = from === 'left' ? 0 : 1
    const to = from === 'left' ? this.right.inner : this.left.inner
    ip('-n', this.#names[at], 'neigh', 'del', to, 'dev', this.#lines[at])
  }

  /** Behind the last process in them: their lines go with them. Idempotent. */
  remove(): void {
    for (const name of this.#names) spawnSync('ip', ['netns', 'del', name])
  }

  #place(name: string, line: string, address: string): void {
    ip('link', 'set', line, 'netns', name)
    ip('-n', name, 'addr', 'add', `${address}/30`, 'dev', line)
    ip('-n', name, 'link', 'set', 'lo', 'up')
    ip('-n', name, 'link', 'set', line, 'up')
  }

  #outerLine(name: string, line: string, here: string, there: string): void {
    ip('link', 'add', line, 'type', 'veth', 'peer', 'name', `${line}x`)
    this.#place(name, `${line}x`, there)
    ip('addr', 'add', `${here}/30`, 'dev', line)
    ip('link', 'set', line, 'up')
  }
}

function inside(name: string): readonly string[] {
  return ['ip', 'netns', 'exec', name]
}

function ip(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr.trim()}`)
}

/** Of test processes that are no more. */
function removeLeftovers(): void {
  const { stdout } = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' })
  for (const line of stdout.split('\n')) {
    const name = line.split(' ', 1)[0]!
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) spawnSync('ip', ['netns', 'del', name])
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
