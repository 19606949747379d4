// Deliberate bugs in how members of a replica set talk to each other.

import type { CatchingTest, Mutant } from './mutant.ts'

const inDoor = (test: string): readonly CatchingTest[] => [
  { file: 'src/replication/member-door.test.ts', test },
]

export const memberMutants: readonly Mutant[] = [
  {
    name: 'member-key-not-compared',
    breaks: 'anybody who reaches the port pulls every message',
    file: 'src/replication/proof.ts',
    find: 'given.length === expected.length && timingSafeEqual(given, expected)',
    replace: 'given.length === expected.length',
    caughtBy: inDoor('a wrong key has to wait for its end, and floods no log'),
  },
  {
    name: 'member-seal-not-checked',
    breaks: 'somebody between two members writes what he likes into the log of one',
    file: 'src/replication/proof.ts',
    find: 'tag.length === tagBytes && timingSafeEqual(this.next([bytes]), tag)',
    replace: 'tag.length === tagBytes && bytes.length > 0',
    caughtBy: inDoor('no byte of any frame can be changed on its way'),
  },
  {
    name: 'member-frames-not-counted',
    breaks: 'a frame that was heard once is taken again',
    file: 'src/replication/proof.ts',
    find: 'writeUIntBE(this.#frames++, 6, 6)',
    replace: 'writeUIntBE(this.#frames, 6, 6)',
    caughtBy: inDoor('no frame can be dropped, doubled, put in, swapped or sent back'),
  },
  {
    name: 'member-limits-ignored',
    breaks: 'a stranger makes the broker wait for, and hold, whatever it announces',
    file: 'src/replication/member-frame.ts',
    find: 'if (bytes > 0 && bytes <= this.bytesMax) return',
    replace: 'if (bytes > 0) return',
    caughtBy: inDoor('frames over the limits end a connection before they are there'),
  },
  {
    name: 'member-strangers-unbounded',
    breaks: 'connections without the key pile up',
    file: 'src/replication/member-door.ts',
    find: 'this.#strangers.size >= this.#limits.strangersMax',
    replace: 'this.#strangers.size >= this.#limits.connectionsMax',
    caughtBy: inDoor(
      'strangers of one address take no place from others, and there are never more than 16',
    ),
  },
  {
    name: 'member-key-for-everybody',
    breaks: 'a key that others on the machine can read is used',
    file: 'src/replication/set-key.ts',
    find: 'const forOthers = 0o077',
    replace: 'const forOthers = 0o007',
    caughtBy: [
      {
        file: 'src/replication/set-key.test.ts',
        test: 'a key file that anybody else can open is refused with its mode and the cure',
      },
    ],
  },
]
