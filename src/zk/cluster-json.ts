// What the nodes of a replica set hold, as JSON: read field by field, or refused in one line that names the field. What a newer
// version has added beside them is not read; a format that is not known is not guessed at.

import type {
  ClusterState,
  InSyncMember,
  LeaderNode,
  LiveMember,
  MemberId,
} from '../model/coordinator.ts'
import type { Epoch, Offset } from '../model/ids.ts'
import { clusterMembersMax } from '../model/limits.ts'
import { notAClusterName } from './zookeeper-cluster-paths.ts'

const decoder = new TextDecoder('utf-8', { fatal: true })
const hexPattern = /^[0-9a-f]{32}$/i
const addressPattern = /^[A-Za-z0-9._:[\]-]{1,255}:\d{1,5}$/

/** A line that says what is wrong. */
class Wrong extends Error {}

type Fields = Readonly<Record<string, unknown>>

export function clusterStateJson(state: ClusterState): string {
  const { format, logId, epoch, leader, minInSync, inSync, members } = state
  const entries = inSync.map(({ id, copy, bound }) => ({ id, copy, bound }))
  return JSON.stringify({ format, logId, epoch, leader, minInSync, inSync: entries, members })
}

/** Or one line: which field has what, and what was expected. */
export function readClusterState(data: Uint8Array | undefined): ClusterState | string {
  return reading(data, (fields) => {
    const { format } = fields
    if (typeof format === 'number' && format > 1)
      throw new Wrong(`format is ${format}, of a newer version; expected 1`)
    if (format !== 1) throw wrong('format', format, '1')
    const members = list(fields, 'members').map((id, i) => nameOf(id, `members[${i}]`))
    return {
      format: 1,
      logId: optional(fields['logId'], (value) => hexOf(value, 'logId')),
      epoch: wholeOf(fields['epoch'], 'epoch', 0) as Epoch,
      leader: optional(fields['leader'], (value) => nameOf(value, 'leader')),
      minInSync: wholeOf(fields['minInSync'], 'minInSync', 1),
      inSync: unique(list(fields, 'inSync').map(inSyncOf), ({ id }) => id, 'inSync'),
      members: unique(members, (id) => id, 'members'),
    }
  })
}

export function leaderJson({ id, epoch, address }: LeaderNode): string {
  return JSON.stringify({ id, epoch, address })
}

/** Or one line, as above. */
export function readLeader(data: Uint8Array | undefined): LeaderNode | string {
  return reading(data, ({ id, epoch, address }) => ({
    id: nameOf(id, 'id'),
    epoch: wholeOf(epoch, 'epoch', 1) as Epoch,
    address: addressOf(address),
  }))
}

export function liveJson({ id, copy, address }: LiveMember): string {
  return JSON.stringify({ id, copy, address })
}

/** Or one line, as above. */
export function readLive(data: Uint8Array | undefined): LiveMember | string {
  return reading(data, ({ id, copy, address }) => ({
    id: nameOf(id, 'id'),
    copy: hexOf(copy, 'copy'),
    address: addressOf(address),
  }))
}

function reading<Value>(
  data: Uint8Array | undefined,
  read: (fields: Fields) => Value,
): Value | string {
  if (data === undefined || data.length === 0) return 'it has no data; expected a JSON object'
  try {
    return read(fieldsOf(parsed(data), 'it'))
  } catch (error) {
    if (error instanceof Wrong) return error.message
    throw error
  }
}

function parsed(data: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(data)) as unknown
  } catch {
    const text = Buffer.from(data.subarray(0, 40)).toString('utf8')
    throw new Wrong(`${JSON.stringify(text)} is no JSON; expected an object`)
  }
}

function inSyncOf(value: unknown, i: number): InSyncMember {
  const at = `inSync[${i}]`
  const { id, copy, bound } = fieldsOf(value, at)
  return {
    id: nameOf(id, `${at}.id`),
    copy: hexOf(copy, `${at}.copy`),
    bound: wholeOf(bound, `${at}.bound`, 0) as Offset,
  }
}

function fieldsOf(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(field, value, 'an object')
  return value as Fields
}

function list(fields: Fields, field: string): readonly unknown[] {
  const value = fields[field]
  if (!Array.isArray(value)) throw wrong(field, value, 'a list')
  if (value.length > clusterMembersMax)
    throw new Wrong(`${field} has ${value.length} entries; expected at most ${clusterMembersMax}`)
  return value
}

function unique<Value>(
  values: readonly Value[],
  idOf: (value: Value) => string,
  field: string,
): readonly Value[] {
  const ids = values.map(idOf)
  const twice = ids.find((id, i) => ids.indexOf(id) !== i)
  if (twice !== undefined) throw new Wrong(`${field} has ${twice} twice; expected each once`)
  return values
}

function optional<Value>(value: unknown, read: (value: unknown) => Value): Value | undefined {
  return value === undefined || value === null ? undefined : read(value)
}

function nameOf(value: unknown, field: string): MemberId {
  if (typeof value !== 'string') throw wrong(field, value, 'a name')
  const why = notAClusterName(value)
  if (why !== undefined) throw new Wrong(`${field}: ${why}`)
  return value
}

function hexOf(value: unknown, field: string): string {
  if (typeof value !== 'string' || !hexPattern.test(value))
    throw wrong(field, value, '32 hex digits')
  return value
}

function wholeOf(value: unknown, field: string, min: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min)
    throw wrong(field, value, `a whole number from ${min} on`)
  return value
}

function addressOf(value: unknown): string {
  if (typeof value !== 'string' || !addressPattern.test(value))
    throw wrong('address', value, 'host:port')
  return value
}

function wrong(field: string, value: unknown, expected: string): Wrong {
  const found = value === undefined ? 'missing' : shown(value)
  return new Wrong(`${field} is ${found}; expected ${expected}`)
}

/** However deep or long it is. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60)).slice(0, 62)
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? 'a list' : 'an object'
  return String(value)
}
