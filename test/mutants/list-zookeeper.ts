// Deliberate bugs of standing in a ZooKeeper that others empty, change and share.

import type { CatchingTest, Mutant } from './mutant.ts'

const inTest =
  (file: string) =>
  (test: string): readonly CatchingTest[] => [{ file, test }]

const inEmptied = inTest('src/zk/zookeeper-emptied.test.ts')
const inNodes = inTest('src/zk/zookeeper-nodes.test.ts')
const inCluster = inTest('test/e2e/zookeeper-cluster.test.ts')

export const zooKeeperMutants: readonly Mutant[] = [
  {
    name: 'emptied-unbinds',
    breaks:
      'a ZooKeeper that was emptied takes all bindings away: messages are acked and kept for nobody',
    file: 'src/zk/zookeeper-bindings.ts',
    find: 'if (isAnother && gone.length > 0) {',
    replace: 'if (isAnother && gone.length < 0) {',
    caughtBy: inEmptied(
      'a ZooKeeper whose nodes are gone takes no binding away: those of each group stay until it writes them again',
    ),
  },
  {
    name: 'first-group-unbinds-the-others',
    breaks:
      'the first group that is back in a ZooKeeper that was emptied takes the bindings of the others away',
    file: 'src/zk/zookeeper-bindings.ts',
    find: 'mark === undefined || (was !== undefined && was !== mark)',
    replace: 'mark === undefined',
    caughtBy: inEmptied(
      'a ZooKeeper whose nodes are gone takes no binding away: those of each group stay until it writes them again',
    ),
  },
  {
    name: 'mistyped-path-made',
    breaks: 'a start at a mistyped path makes it, and takes what it finds there for the truth',
    file: 'src/zk/zookeeper-parents.ts',
    find: 'if (bound.size > 0) {',
    replace: 'if (bound.size < 0) {',
    caughtBy: inEmptied(
      'a path that is not there takes no binding away and is not made; a first start makes it, and says so',
    ),
  },
  {
    name: 'unread-topic-served',
    breaks: 'messages of a topic whose bindings nobody has read are acked and kept for nobody',
    file: 'src/broker/decide-publish.ts',
    find: 'if (isUnread(settings, view.raw, view.topicStart, view.topicEnd))',
    replace: 'if (isUnread(settings, view.raw, view.topicEnd, view.topicEnd))',
    caughtBy: inTest('src/broker/retune.test.ts')(
      'a topic whose bindings nobody has read takes no message, until somebody has',
    ),
  },
  {
    name: 'refused-node-announced',
    breaks: 'a broker whose nodes were refused says that it is announced, and never tries again',
    file: 'src/zk/zookeeper-nodes.ts',
    find: 'if (failures.length > 0 || strangers.length > 0) {',
    replace: 'if (strangers.length > 0) {',
    caughtBy: inNodes('a node that could not be made is told and tried again, until all are there'),
  },
  {
    name: 'bounce-takes-a-strangers-node',
    breaks: 'of two brokers with one address each takes the node of the other away',
    file: 'src/zk/zookeeper-nodes.ts',
    find: 'return owner === undefined || owner === link.sessionId || this.#options.isOwnSession(owner)',
    replace: "return owner !== ''",
    caughtBy: inNodes(
      'a node of another broker with this address stays, whatever this one does, and both are told apart',
    ),
  },
  {
    name: 'last-session-forgotten',
    breaks:
      'a broker that was killed takes its own last nodes for those of a stranger, and waits for their end',
    file: 'src/zk/zookeeper-memory.ts',
    find: 'if (Array.isArray(sessions)) this.#sessions = sessions.filter(isText)',
    replace: 'void sessions',
    caughtBy: inNodes(
      'a broker that was killed knows the nodes of its last session as its own, and takes them away at once',
    ),
  },
  {
    name: 'version-0-is-any',
    breaks: 'whoever has seen the first state of a set writes over whatever it has become since',
    file: 'src/zk/zookeeper-changes.ts',
    find: 'ops.at(-1)!.version = change.version',
    replace: 'void ops',
    caughtBy: inCluster('a set is made once, and each change rests on the last one'),
  },
  {
    name: 'lease-from-the-answer',
    breaks:
      'a leader believes that it leads for as long as an answer took, when another may lead already',
    file: 'src/zk/zookeeper-link.ts',
    find: 'this.#agreedAtMs = sentAtMs',
    replace: 'this.#agreedAtMs = performance.now() + 0 * sentAtMs',
    caughtBy: inCluster(
      'a lease counts from when it was asked for, and stands still with the servers',
    ),
  },
  {
    name: 'leader-outlives-its-session',
    breaks: 'a leader that died stays in its place, and nobody leads any more',
    file: 'src/zk/zookeeper-cluster.ts',
    find: "{ kind: 'create', path, data, isEphemeral: true, acl },",
    replace: "{ kind: 'create', path, data, isEphemeral: false, acl },",
    caughtBy: inCluster('of two that would lead at once exactly one does'),
  },
  {
    name: 'end-of-session-untold',
    breaks: 'a leader whose session is over goes on as one, and is not seen among the living',
    file: 'src/zk/zookeeper-session.ts',
    find: 'if (!this.#isClosed) this.#events.expired?.()',
    replace: 'void this.#events.expired',
    caughtBy: inCluster('what a lost session had goes, its member is told, and begins anew'),
  },
  {
    name: 'same-id-displaced',
    breaks: 'of two processes with one id each takes the place of the other away',
    file: 'src/zk/zookeeper-cluster-place.ts',
    find: "return typeof other !== 'string' && other.copy === member.copy",
    replace: "return typeof other !== 'string' && other.copy !== member.address",
    caughtBy: inCluster('what a run before has left is replaced, what another process has is not'),
  },
]
