// The original's own registry code, framing and client layer against a broker in a real ZooKeeper: a few cases; all of them
// are in zookeeper-go.long.test.ts.

import { test } from 'node:test'
import { missingZooKeeper } from '../support/zookeeper-server.ts'
import { GoProgram } from './go-program.ts'
import { conformThroughZooKeeper } from './zookeeper-cases.ts'

const skip = missingZooKeeper()
const program = GoProgram.ofThisFile()

test('clients of the original find the broker and bind their groups', { skip }, (t) =>
  conformThroughZooKeeper(t, program, {
    cases: 'zookeeper-read,receive-ack,matching,unicode-nodes,topic-not-served,rebind,client-first',
    quietMs: 500,
  }),
)
