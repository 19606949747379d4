// Where a replica set stands in ZooKeeper, beside what clients of the original read: one node for its state, one for whoever
// leads it, one for each member that is alive. Nothing else stands below.

import { clusterNameCharsMax } from '../model/limits.ts'

export const clusterRoot = '/kiteq/cluster'

export const setPath = (set: string): string => `${clusterRoot}/${set}`
/** Persistent. */
export const statePath = (set: string): string => `${setPath(set)}/state`
/** Ephemeral. */
export const leaderPath = (set: string): string => `${setPath(set)}/leader`
/** Persistent, and empty. */
export const livePath = (set: string): string => `${setPath(set)}/live`
/** Ephemeral. */
export const liveNode = (set: string, id: string): string => `${livePath(set)}/${id}`

/** Those above state and members, from the top. */
export const parentsOf = (set: string): readonly string[] => [
  '/kiteq',
  clusterRoot,
  setPath(set),
  livePath(set),
]

const namePattern = /^[A-Za-z0-9_.-]+$/

/** What is wrong with the name of a set or a member; undefined when nothing is. */
export function notAClusterName(text: string): string | undefined {
  const isName =
    text.length <= clusterNameCharsMax && namePattern.test(text) && text !== '.' && text !== '..'
  if (isName) return undefined
  const shown = JSON.stringify(text.slice(0, clusterNameCharsMax + 1))
  return `${shown} is no name; expected 1 to ${clusterNameCharsMax} letters, digits, "-", "_" or "."`
}
