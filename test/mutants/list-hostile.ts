// Deliberate bugs in what stands between the broker and a registry, or a broker, that means harm.

import type { CatchingTest, Mutant } from './mutant.ts'

const inTest =
  (file: string) =>
  (test: string): readonly CatchingTest[] => [{ file, test }]

const inRegistry = inTest('src/broker/decide-registry.test.ts')

export const hostileMutants: readonly Mutant[] = [
  {
    name: 'half-a-character-bound',
    breaks: 'a text from outside is written that the next start cannot read back as it was',
    file: 'src/model/cut-text.ts',
    find: 'return !anyHalf.test(text)',
    replace: 'return true',
    caughtBy: inRegistry('half a character reaches no record'),
  },
  {
    name: 'bad-text-ends-the-log',
    breaks: 'a folder in which an older program wrote half a character never opens again',
    file: 'src/log/cold-record-codec.ts',
    find: 'return this.string()',
    replace: 'return super.stringVerify()',
    caughtBy: inTest('src/log/cold-record-codec.test.ts')(
      'a folder that has such a binding opens, and the binding matches nothing and says why',
    ),
  },
  {
    name: 'overfull-counts-as-read',
    breaks:
      'a first start takes a part of the bindings for all, and acks what others would have got',
    file: 'src/zk/zookeeper-bindings.ts',
    find: 'if (this.isOverfull && this.#told === undefined && !this.#takesPart) {',
    replace: 'if (this.isOverfull && this.#told === undefined && this.#isClosed) {',
    caughtBy: inTest('src/zk/zookeeper-flood.long.test.ts')(
      'more bindings than fit leave everybody what they had, and a start that knows of none is refused',
    ),
  },
  {
    name: 'flood-of-patterns-compiled',
    breaks: 'whoever writes patterns into ZooKeeper stops the broker while they are compiled',
    file: 'src/broker/registry-budget.ts',
    find: 'if (budget.compiled + cost > patternCompilingPerTopicMax) return costly',
    replace: '',
    caughtBy: inRegistry(
      'a flood of costly patterns holds nobody up, and takes no place from a group that asks for little',
    ),
  },
  {
    name: 'flooding-peer-kept',
    breaks: 'a peer that floods its connection takes memory and time without end',
    file: 'src/net/peer-link.ts',
    find: 'else if (this.#strays > peerStrayFramesMax)',
    replace: 'else if (this.#strays > Infinity)',
    caughtBy: inTest('src/net/peers.test.ts')(
      'a broker that floods the connection is left, whether it reads the answers or not',
    ),
  },
]
