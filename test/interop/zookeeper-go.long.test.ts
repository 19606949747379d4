// Every case of the Go program through a real ZooKeeper, with one broker, and those about several with three.

import { test } from 'node:test'
import { missingZooKeeper } from '../support/zookeeper-server.ts'
import { GoProgram } from './go-program.ts'
import { conformThroughZooKeeper } from './zookeeper-cases.ts'

const skip = missingZooKeeper()
const program = GoProgram.ofThisFile()

test('clients of the original live with one broker', { skip }, (t) =>
  conformThroughZooKeeper(t, program, { cases: 'all' }),
)

test('clients of the original live with three brokers', { skip }, (t) =>
  conformThroughZooKeeper(t, program, {
    brokers: 3,
    cases:
      'zookeeper-read,receive-ack,matching,offline,two-groups,members,tx-commit,tx-unknown-commit,' +
      'brokers-share,burst,kill-one-of-several',
  }),
)
