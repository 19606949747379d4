// Deliberate bugs of replica sets: who may lead, what counts as safe, and when anything of it may be told.

import type { CatchingTest, Mutant } from './mutant.ts'

const inTest =
  (file: string) =>
  (test: string): readonly CatchingTest[] => [{ file, test }]

const inLeader = inTest('src/replication/leader.test.ts')
const inFollower = inTest('src/replication/follower.test.ts')
const inWatermark = inTest('src/replication/watermark.test.ts')
const inList = inTest('src/replication/in-sync-list.test.ts')
const inStanding = inTest('src/replication/standing.test.ts')
const inCluster = inTest('test/simulation/cluster.test.ts')(
  'the seeds that are known to show much of what may go wrong go well',
)
const leader = 'src/replication/leader.ts'
const follower = 'src/replication/follower.ts'
const standing = 'src/replication/standing.ts'

export const replicationMutants: readonly Mutant[] = [
  {
    name: 'question-of-any-epoch',
    breaks: 'a leader answers whoever follows another epoch, and counts it',
    file: leader,
    find: "if (this.#isEnded || request.epoch !== epoch) return { kind: 'not-leader', epoch }",
    replace: "if (this.#isEnded) return { kind: 'not-leader', epoch }",
    caughtBy: inLeader('nothing of another epoch is answered, and a later one ends it'),
  },
  {
    name: 'follower-takes-any-epoch',
    breaks: 'a follower appends what a leader of another epoch sends',
    file: follower,
    find: `reply.kind === 'status' || reply.epoch !== leader.epoch`,
    replace: `reply.kind === 'status' || reply.epoch < 0`,
    caughtBy: inFollower('an answer of another epoch changes nothing'),
  },
  {
    name: 'watermark-before-follower-sync',
    breaks: 'what was sent to a follower counts as safe on it',
    file: leader,
    find: 'const safe = Math.min(synced, place.offset) as Offset',
    replace: 'const safe = Math.max(synced, end) as Offset',
    caughtBy: inCluster,
  },
  {
    name: 'leader-outside-in-sync-list',
    breaks: 'a member that is not in the in-sync list may lead',
    file: standing,
    find: "if (entry === undefined) return 'it is not in the in-sync list'",
    replace: 'if (entry === undefined) return undefined',
    caughtBy: inStanding('only a copy that was in sync, and is what it was, may lead'),
  },
  {
    name: 'effect-after-lease',
    breaks: 'a leader releases effects after its lease has ended',
    file: leader,
    find: 'return !this.#isEnded && this.#now() < leaseEndMs(this.#options.coordinator)',
    replace: 'return !this.#isEnded && leaseEndMs(this.#options.coordinator) < Infinity',
    caughtBy: [
      ...inLeader('no effect leaves once the arbiter has not answered for two thirds of a session'),
      ...inCluster,
    ],
  },
  {
    name: 'divergence-not-cut',
    breaks: 'records that the leader never had stay in a copy',
    file: follower,
    find: '    await log.cut(to)\n',
    replace: '',
    caughtBy: inFollower(
      'records that the leader never had are let go of, and what was folded of them before',
    ),
  },
  {
    name: 'divergence-not-seen',
    breaks: 'a log that goes on behind its leader’s part of an epoch counts as the beginning of it',
    file: 'src/replication/divergence.ts',
    find: 'if (epoch === follower.lastEpoch && follower.end <= end) return undefined',
    replace: 'if (epoch === follower.lastEpoch) return undefined',
    caughtBy: inTest('src/replication/divergence.test.ts')(
      'what a leader of before wrote and nobody else had is let go of',
    ),
  },
  {
    name: 'min-in-sync-ignored',
    breaks: 'a record is safe on fewer copies than it has to be',
    file: 'src/replication/watermark.ts',
    find: 'if (list.length < this.#minInSync) return 0',
    replace: 'if (list.length < 1) return 0',
    caughtBy: [
      ...inWatermark('nothing becomes safe while the list has too few copies'),
      ...inCluster,
    ],
  },
  {
    name: 'wiped-member-in-sync',
    breaks: 'a member counts as in sync, whatever became of its folder',
    file: standing,
    find: "if (entry.copy !== own.copy) return 'its folder is not the one that was in sync'",
    replace: '',
    caughtBy: inStanding('only a copy that was in sync, and is what it was, may lead'),
  },
  {
    name: 'old-disk-leads',
    breaks: 'a log that ends before what its folder had may lead',
    file: standing,
    find: 'if (own.end < entry.bound)',
    replace: 'if (own.end < 0)',
    caughtBy: inStanding('only a copy that was in sync, and is what it was, may lead'),
  },
  {
    name: 'list-grown-before-counted',
    breaks: 'a copy that is to come into the in-sync list counts only once that is known',
    file: leader,
    find: 'this.#watermark.proposeList(inSync)',
    replace: 'void inSync',
    caughtBy: inLeader('a copy that comes counts from before it can be elected'),
  },
  {
    name: 'list-shrunk-before-arbiter',
    breaks: 'a copy that is to leave the in-sync list is forgotten before the arbiter knows',
    file: leader,
    find: 'this.#watermark.proposeList(inSync)',
    replace: 'this.#watermark.settleList(inSync)',
    caughtBy: inLeader('a copy that is to leave counts until the arbiter has said so'),
  },
  {
    name: 'list-grown-too-early',
    breaks: 'a copy enters the in-sync list without all that may have been acked',
    file: 'src/replication/in-sync-list.ts',
    find: 'if (synced < enterFrom || !members.includes(id) || isLate(copy)) continue',
    replace: 'if (!members.includes(id) || isLate(copy)) continue',
    caughtBy: inList('a copy enters with everything that may ever have been acked, and not before'),
  },
  {
    name: 'stale-question-counted',
    breaks: 'a question of a folder that is no more brings it into the in-sync list',
    file: leader,
    find: 'return isThere ? [',
    replace: 'return isThere || member.copy !== copy ? [',
    caughtBy: inLeader('a question of a folder that is no more puts nobody into the list'),
  },
  {
    name: 'bound-above-cut',
    breaks: 'a copy that was told to let go of records counts as an older state of its disk',
    file: leader,
    find: '    if (isLow()) return true\n',
    replace: '    if (isLow() || copy !== undefined) return true\n',
    caughtBy: inLeader('the bound of a copy is lowered before it lets go of what was never safe'),
  },
  {
    name: 'safe-record-cut',
    breaks: 'a copy lets go of a record that was safe when its leader says so',
    file: follower,
    find: 'if (to < this.#watermark) {',
    replace: 'if (to < 0) {',
    caughtBy: inFollower('a record that was safe is never let go of'),
  },
  {
    name: 'begins-anew-for-ever',
    breaks: 'a copy from before the oldest segment is told to begin anew again and again',
    file: leader,
    find: 'const isEmpty = lastEpoch === 0',
    replace: 'const isEmpty = lastEpoch < 0',
    caughtBy: inLeader('a copy from before what is there begins anew, and can'),
  },
  {
    name: 'folds-what-is-not-safe',
    breaks: 'a follower folds what may be cut again',
    file: 'src/replica-host.ts',
    find: 'await copy.scan(fold.at, this.#foldTo, ',
    replace: 'await copy.scan(fold.at, Infinity, ',
    caughtBy: inCluster,
  },
  {
    name: 'counted-before-the-copies',
    breaks: 'what is safe on the leader’s disk counts as durable',
    file: 'src/log/commit-gate.ts',
    find: 'if (next.place.offset > this.#allowed) break',
    replace: 'if (next.place.offset > Infinity) break',
    caughtBy: inTest('src/log/commit-gate.test.ts')(
      'what is safe here counts once it is safe elsewhere, and a batch counts whole',
    ),
  },
]
