// Changes of several nodes that are made together or not at all, as one request: the ensemble agrees on it, whatever comes of
// it. Must never let the library take version 0 for "any version".

import zookeeper, { type Client, type Exception } from 'node-zookeeper-client'
import { aclOf, type NodeAcl } from './zookeeper-acl.ts'

export type NodeChange =
  | {
      readonly kind: 'create'
      readonly path: string
      readonly data: string
      readonly isEphemeral: boolean
      readonly acl: NodeAcl
    }
  /** Only if the node has this version. */
  | {
      readonly kind: 'set'
      readonly path: string
      readonly data: string
      readonly version: number
    }
  | { readonly kind: 'remove'; readonly path: string }
  /** Only if the node is there. */
  | { readonly kind: 'check'; readonly path: string }

export type ChangeResult =
  /** The version that each changed node has now: 0 of one that was made, -1 where there is none. */
  | { readonly kind: 'done'; readonly versions: readonly number[] }
  /** Nothing was done, because of the change at this place. */
  | { readonly kind: 'refused'; readonly at: number; readonly why: Refusal }

export type Refusal = 'there' | 'missing' | 'changed'

/** As the library reports it. */
type Failure = Error | Exception | null

interface Outcome {
  readonly type: number
  readonly err?: number
  readonly stat?: { readonly version: number }
}

const failed = -1
const refusals: ReadonlyMap<number | undefined, Refusal> = new Map<number, Refusal>([
  [-101, 'missing'],
  [-103, 'changed'],
  [-110, 'there'],
])

/** `done` is called once: with a failure when something else than the nodes stands against it. */
export function sendChanges(
  client: Client,
  changes: readonly NodeChange[],
  pathOf: (path: string) => string,
  done: (error: Failure, result: ChangeResult) => void,
): void {
  const transaction = client.transaction()
  for (const change of changes) addTo(transaction, change, pathOf(change.path))
  transaction.commit((error: Failure, outcomes: readonly Outcome[] | undefined = []) => {
    const at = outcomes.findIndex(({ type, err }) => type === failed && refusals.has(err))
    const why = refusals.get(outcomes[at]?.err)
    const versions = outcomes.map(({ stat }, i) =>
      changes[i]?.kind === 'create' ? 0 : (stat?.version ?? -1),
    )
    if (why !== undefined) done(null, { kind: 'refused', at, why })
    else done(error, { kind: 'done', versions })
  })
}

function addTo(transaction: zookeeper.Transaction, change: NodeChange, path: string): void {
  if (change.kind === 'create') {
    const { EPHEMERAL, PERSISTENT } = zookeeper.CreateMode
    const mode = change.isEphemeral ? EPHEMERAL : PERSISTENT
    transaction.create(path, Buffer.from(change.data), aclOf(change.acl), mode)
  } else if (change.kind === 'set') {
    transaction.setData(path, Buffer.from(change.data), change.version)
    const { ops } = transaction as unknown as { readonly ops: { version: number }[] }
    ops.at(-1)!.version = change.version // the library takes 0 for any
  } else if (change.kind === 'remove') transaction.remove(path)
  else transaction.check(path)
}
