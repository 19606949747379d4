// The original's own Go modules (framing, protobuf, client layer) against the real broker, with a registry file: a few cases;
// all of them, a second start and the bind command are in go-client.long.test.ts. Each case of the Go program is a test here;
// what it proves is said in the program. Skipped aloud without Go, but never in CI.

import { test } from 'node:test'
import { startBroker } from '../support/broker-process.ts'
import { GoProgram, quickTimes } from './go-program.ts'

const program = GoProgram.ofThisFile()
const cases =
  'unauthorised,handshake-twice,heartbeat,publish-bytes,bad-id,expired,fly,duplicate-id,duplicate-other,nack,panic,' +
  'receive-ack,backlog,offline,matching,snappy,properties,unicode,tx-commit,tx-rollback,tx-unknown-commit,tx-left-open'

test('the original modules and the broker understand each other', async (t) => {
  if (!program.isBuilt(t)) return
  const broker = await startBroker({
    registry: await program.printed(['-print-registry', '-case', cases]),
    config: quickTimes,
    firstDelay: 'as shipped',
  })
  t.after(() => broker.stop())
  await program.conform(t, [
    '-broker',
    broker.address,
    '-case',
    cases,
    '-registry',
    broker.registryFile,
  ])
})
