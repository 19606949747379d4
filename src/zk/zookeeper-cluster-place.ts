// A member's own node among those that are alive. One that an earlier run of this very folder has left is replaced at once; one
// of another folder, or one that was taken from this run, is somebody else's with the same id, and is never taken away.

import type { LiveMember } from '../model/coordinator.ts'
import { liveJson, readLive } from './cluster-json.ts'
import type { NodeAcl } from './zookeeper-acl.ts'
import type { NodeChange } from './zookeeper-changes.ts'
import type { TimeLeft } from './zookeeper-cluster-look.ts'
import { liveNode } from './zookeeper-cluster-paths.ts'
import type { NodeData, ZooKeeperLink } from './zookeeper-link.ts'

export interface LivePlaceOptions {
  readonly set: string
  readonly acl: NodeAcl
  /** How long the session of a run that has ended may stand, ms. */
  readonly sessionMs: () => number
  readonly problem: (message: string) => void
}

/** A session ends up to a tick later than its time, which the ensemble rounds up. */
const patience = 1.5

export class LivePlace {
  readonly #options: LivePlaceOptions
  /** The session in which the own node was made. */
  #session: string | undefined
  #stranger: { readonly session: string; readonly sinceMs: number } | undefined

  constructor(options: LivePlaceOptions) {
    this.#options = options
  }

  /** False when somebody else has it, for now or for good. Rejects as the link does. */
  async take(link: ZooKeeperLink, member: LiveMember, left: TimeLeft): Promise<boolean> {
    const path = liveNode(this.#options.set, member.id)
    const node = await link.data(path, undefined, left())
    if (node !== undefined && this.#isOwn(link, node, member)) {
      if (node.stat.owner === link.sessionId && textOf(node) === liveJson(member))
        return this.#taken(link)
    } else if (node !== undefined) return this.#isStrange(node, member)
    const { acl } = this.#options
    const made: NodeChange = {
      kind: 'create',
      path,
      data: liveJson(member),
      isEphemeral: true,
      acl,
    }
    const changes: NodeChange[] = node === undefined ? [made] : [{ kind: 'remove', path }, made]
    const result = await link.change(changes, left())
    return result.kind === 'done' ? this.#taken(link) : false
  }

  /** It was taken in this session, and now it is not there, or another's. */
  isLost(link: ZooKeeperLink, owner: string | undefined): boolean {
    return this.#session === link.sessionId && owner !== link.sessionId
  }

  #taken(link: ZooKeeperLink): true {
    this.#session = link.sessionId
    this.#stranger = undefined
    return true
  }

  /** One that belongs to no session was made by hand. */
  #isOwn(link: ZooKeeperLink, { stat: { owner }, data }: NodeData, member: LiveMember): boolean {
    if (owner === undefined || owner === link.sessionId) return true
    if (this.#session === link.sessionId) return false
    const other = readLive(data)
    return typeof other !== 'string' && other.copy === member.copy
  }

  #isStrange({ stat: { owner: session = '' }, data }: NodeData, { id, copy }: LiveMember): false {
    const nowMs = performance.now()
    if (this.#stranger?.session !== session) this.#stranger = { session, sinceMs: nowMs }
    const other = readLive(data)
    const address = typeof other === 'string' ? 'an unknown address' : other.address
    const isSameCopy = typeof other !== 'string' && other.copy === copy
    const { problem, sessionMs } = this.#options
    if (isSameCopy)
      problem(
        `member ${id}: another process, at ${address}, has taken its place with the same copy of the log; expected one process a folder, and a folder that was copied to have another member id`,
      )
    else if (nowMs - this.#stranger.sinceMs > sessionMs() * patience)
      problem(
        `member ${id}: another process with this id, at ${address}, is alive with another copy of the log; expected an id of its own for each member`,
      )
    return false
  }
}

function textOf({ data }: NodeData): string {
  return data === undefined ? '' : Buffer.from(data).toString('utf8')
}
