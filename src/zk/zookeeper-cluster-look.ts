// One look at a replica set: its state, who leads, who is alive, all as they stood at one moment. What cannot be read is said
// with its path and field, and never taken for nothing: a set that looks empty would be made anew.

import type { ClusterState, ClusterView, LiveMember } from '../model/coordinator.ts'
import { KiteQError } from '../model/errors.ts'
import { clusterLiveMax } from '../model/limits.ts'
import { readClusterState, readLeader, readLive } from './cluster-json.ts'
import {
  leaderPath,
  liveNode,
  livePath,
  notAClusterName,
  statePath,
} from './zookeeper-cluster-paths.ts'
import type { NodeData, Watch, ZooKeeperLink } from './zookeeper-link.ts'

export interface Sighting {
  readonly view: ClusterView
  /** The session that has the node of each live member. */
  readonly owners: ReadonlyMap<string, string | undefined>
  /** Of live nodes that are left out, since they cannot be read. */
  readonly complaints: readonly string[]
}

/** What is left of the time, ms: never nothing, for that would end the connection. */
export type TimeLeft = () => number

export function timeLeft(ms: number): TimeLeft {
  const until = performance.now() + ms
  return () => Math.max(20, until - performance.now())
}

/** The state is written a few times a second at most. */
const triesMax = 4

/** Rejects KITEQ_REGISTRY, also for what is not to be read. `watch` is told of the next change of anything of it. */
export async function lookAtSet(
  link: ZooKeeperLink,
  set: string,
  watch: Watch | undefined,
  left: TimeLeft,
): Promise<Sighting> {
  for (let tries = 0; tries < triesMax; tries++) {
    const [state, leader, ids] = await Promise.all([
      nodeOf(link, statePath(set), watch, left),
      nodeOf(link, leaderPath(set), watch, left),
      namesOf(link, livePath(set), watch, left),
    ])
    const parsed = state && read(statePath(set), readClusterState(state.data))
    const names = ids.filter((id) => notAClusterName(id) === undefined)
    names.sort((a, b) => rank(a, parsed) - rank(b, parsed) || (a < b ? -1 : 1))
    const [again, ...live] = await Promise.all([
      link.data(statePath(set), undefined, left()),
      ...names
        .slice(0, clusterLiveMax)
        .map((id) => link.data(liveNode(set, id), undefined, left())),
    ])
    if (again?.version !== state?.version || again?.stat.mark !== state?.stat.mark) continue
    const view = {
      state: parsed,
      version: state?.version ?? -1,
      leader: leader && read(leaderPath(set), readLeader(leader.data)),
    }
    const { members, ...others } = liveOf(set, names, live)
    return { view: { ...view, live: members }, ...others }
  }
  throw refused(`${statePath(set)} changes faster than it can be read`)
}

/** Those of the set before whatever else stands there. */
function rank(id: string, state: ClusterState | undefined): number {
  return state?.members.includes(id) === true ? 0 : 1
}

function liveOf(
  set: string,
  names: readonly string[],
  nodes: readonly (NodeData | undefined)[],
): Pick<Sighting, 'owners' | 'complaints'> & { readonly members: readonly LiveMember[] } {
  const members: LiveMember[] = []
  const owners = new Map<string, string | undefined>()
  const complaints: string[] = []
  for (const [i, node] of nodes.entries()) {
    const id = names[i]!
    if (node === undefined) continue // gone since
    const member = readLive(node.data)
    if (typeof member === 'string') complaints.push(`${liveNode(set, id)}: ${member}`)
    else if (member.id !== id)
      complaints.push(`${liveNode(set, id)}: id is ${member.id}; expected ${id}`)
    else {
      members.push(member)
      owners.set(id, node.stat.owner)
    }
  }
  return { members, owners, complaints }
}

/** A node that is not there is watched, too. */
async function nodeOf(
  link: ZooKeeperLink,
  path: string,
  watch: Watch | undefined,
  left: TimeLeft,
): Promise<NodeData | undefined> {
  for (let tries = 0; tries < triesMax; tries++) {
    const node = await link.data(path, watch, left())
    if (node !== undefined || watch === undefined) return node
    if (!(await link.exists(path, watch, left()))) return undefined
  }
  throw refused(`${path} comes and goes faster than it can be read`)
}

async function namesOf(
  link: ZooKeeperLink,
  path: string,
  watch: Watch | undefined,
  left: TimeLeft,
): Promise<readonly string[]> {
  for (let tries = 0; tries < triesMax; tries++) {
    const names = await link.children(path, watch, left())
    if (names !== undefined || watch === undefined) return names ?? []
    if (!(await link.exists(path, watch, left()))) return []
  }
  throw refused(`${path} comes and goes faster than it can be read`)
}

function read<Value extends object>(path: string, value: Value | string): Value {
  if (typeof value === 'string') throw refused(`${path}: ${value}`)
  return value
}

function refused(why: string): KiteQError {
  return new KiteQError('KITEQ_REGISTRY', `ZooKeeper: ${why}`)
}
