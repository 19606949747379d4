// What must hold in the end: all members have the same log and the same state, that state is what the log folds to, nothing that was
// promised is missing, and everything has one outcome.

import assert from 'node:assert/strict'
import { apply } from '../../src/broker/apply.ts'
import { Log } from '../../src/log/log.ts'
import { idText } from '../../src/model/id-text.ts'
import type { LogRecord, RecordPlace } from '../../src/model/record.ts'
import { beginningOf, emptyState } from '../../src/recover-state.ts'
import { CrashDisk } from '../support/crash-disk.ts'
import type { SimClients } from './sim-clients.ts'
import { simFolder, type SimMember } from './sim-member.ts'
import type { SimOracle } from './sim-oracle.ts'
import type { SimTime } from './sim-time.ts'

export async function checkEnd(
  members: readonly SimMember[],
  clients: SimClients,
  oracle: SimOracle,
  time: SimTime,
): Promise<void> {
  const leader = clients.leader!
  const digest = leader.leading!.state.digest()
  for (const { id, disk, life } of members) {
    assert.equal(oracle.lacks(disk), undefined, `${id} lacks a record that was safe`)
    const folded = life!.host.folded
    if (folded !== undefined) assert.equal(folded.state.digest(), digest, `digest of ${id}`)
  }
  const logs = members.map(bytesOf)
  for (const other of logs.slice(1)) expectSame(logs[0]!, other)
  const whole = members.find(({ disk }) => disk.names.shown.has(`${simFolder}/${firstSegment}`))
  const found = await fold(whole ?? leader)
  assert.equal(found.digest, digest, 'what the log folds to is the state')
  assert.deepEqual(found.wrong, [], 'what the log tells')
  if (whole !== undefined) {
    const lost = [...clients.acked].filter((id) => !found.ids.has(id))
    assert.deepEqual(lost, [], `acked and not in the log: ${lost.slice(0, 10).join(' ')}`)
  }
  for (const [path, bytes] of logs[0]!) time.note(path.length, checksumOf(bytes))
}

const firstSegment = '0000000001.segment'

interface Fold {
  readonly digest: string
  readonly ids: ReadonlySet<number>
  readonly wrong: readonly string[]
}

/** Reads the log of a member from its beginning. */
async function fold({ disk: own }: SimMember): Promise<Fold> {
  const disk = CrashDisk.of(new Map([...own.names.shown].map(([path, { shown }]) => [path, shown])))
  const options = { dir: simFolder, disk, durability: { kind: 'fsync' }, random: () => 1 } as const
  const log = await Log.open(options)
  const beginning = await beginningOf(log, simFolder, Infinity)
  const state = beginning?.state ?? emptyState()
  const ids = new Set<number>()
  const outcomes = new Outcomes()
  await log.recover((record, place) => {
    if (record.kind === 'published' || record.kind === 'prepared')
      ids.add(Number.parseInt(idText(record).slice(-12), 16))
    outcomes.take(record, place)
    apply(state, record, place)
  }, beginning?.resume)
  await log.close()
  return { digest: state.digest(), ids, wrong: outcomes.wrong }
}

/** One decision for what was prepared, and nothing is delivered behind its ack. */
class Outcomes {
  readonly wrong: string[] = []
  readonly #decided = new Set<number>()
  readonly #acked = new Map<number, Set<number>>()

  take(record: LogRecord, { offset }: RecordPlace): void {
    if (record.kind === 'committed' || record.kind === 'rolled-back') {
      if (this.#decided.has(record.prepared))
        this.wrong.push(`record ${offset} decides ${record.prepared} again`)
      this.#decided.add(record.prepared)
    } else if (record.kind === 'acked') {
      const acked = this.#ackedBy(record.group)
      for (const message of record.messages) acked.add(message)
    } else if (record.kind === 'delivered') {
      const acked = this.#ackedBy(record.group)
      for (const message of record.messages)
        if (acked.has(message)) this.wrong.push(`record ${offset} delivers ${message} again`)
    }
  }

  #ackedBy(group: number): Set<number> {
    let acked = this.#acked.get(group)
    if (acked === undefined) this.#acked.set(group, (acked = new Set()))
    return acked
  }
}

/** Segment -> its bytes without the zeros behind. */
function bytesOf({ disk }: SimMember): Map<string, Buffer> {
  const found = new Map<string, Buffer>()
  for (const [path, { shown }] of disk.names.shown) {
    if (!path.endsWith('.segment')) continue
    let end = shown.length
    while (end > 0 && shown[end - 1] === 0) end--
    found.set(path, Buffer.from(shown.subarray(0, end)))
  }
  return found
}

/** One of them may have let old segments go. */
function expectSame(one: Map<string, Buffer>, other: Map<string, Buffer>): void {
  const first = (log: Map<string, Buffer>): string => [...log.keys()].sort()[0] ?? ''
  const from = first(one) > first(other) ? first(one) : first(other)
  const kept = (log: Map<string, Buffer>): string[] =>
    [...log.keys()].filter((path) => path >= from).sort()
  assert.deepEqual(kept(one), kept(other), 'the same segments')
  for (const path of kept(one))
    assert.ok(one.get(path)!.equals(other.get(path)!), `${path} differs`)
}

function checksumOf(bytes: Buffer): number {
  let sum = 0
  for (let i = 0; i < bytes.length; i += 7) sum = (Math.imul(sum, 31) + bytes[i]!) | 0
  return sum >>> 0
}
