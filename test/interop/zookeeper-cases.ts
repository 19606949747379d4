// Cases of the Go program through ZooKeeper. Which line of what a drop-in broker has to pass is held by which cases:
//
//   direct, regex, fanout             matching, receive-ack        two groups            two-groups, matching
//   shared group                      two-members, members         rebind while running  rebind
//   offline, durable                  offline, kill-offline        offline, not durable  offline-transient
//   commit, rollback, local error     tx-commit, tx-rollback, tx-local-error, tx-first-decision
//   unknown, then commit / rollback   tx-unknown-commit, tx-unknown-rollback             twice: tx-unknown-twice
//   fly                               fly, fly-uncommitted         panic                 panic
//   fail, then succeed: fast / slow   nack / nack-slow, no-answer, late-answer
//   limits 1, 2, 4                    limit-1, limit-2, limit-4    properties, snappy    properties, snappy
//   expiry refused / while waiting    expired / expired-waiting    duplicate id          duplicate-id, duplicate-other
//   outside the BMP                   unicode-nodes (types, bodies; ZooKeeper takes no such node), unicode (names, too)
//   topic not served                  topic-not-served             bad ids               bad-id
//   burst of 10,000                   burst                        kill -9               kill-offline, kill-stream
//   several members, restarts         members, client-first        several brokers       brokers-share, kill-one-of-several
//   ZooKeeper away                    zookeeper-frozen, stuck-consumer

import type { TestContext } from 'node:test'
import { quickTimes, type GoProgram } from './go-program.ts'
import { Installation } from './zookeeper-installation.ts'

export interface CaseOptions {
  /** Names apart by commas, or `all` that are possible with so many brokers. */
  readonly cases: string
  readonly brokers?: number
  /** How long an unwanted delivery is waited for; without it longer than a lease. */
  readonly quietMs?: number
}

/** Clients of the original give up a connection after 5 s, brokers sooner; the sessions of the former live on. */
const frozenMs = 7000

export async function conformThroughZooKeeper(
  t: TestContext,
  program: GoProgram,
  { cases, brokers = 1, quietMs }: CaseOptions,
): Promise<void> {
  if (!program.isBuilt(t)) return
  const chosen = ['-case', cases]
  const places = Array.from({ length: brokers }, () => '127.0.0.1:1').join(',')
  const asked = ['-print-topics', '-zk', 'any', '-control', '-broker', places, ...chosen]
  const topics = (await program.printed(asked)).trim().split(',')
  const installation = await Installation.start(t, { brokers, topics, config: quickTimes })
  const { ensemble, addresses } = installation
  const pages = installation.brokers.map((broker) => broker.http!)
  const where = ['-zk', ensemble.address, '-broker', addresses.join(','), '-http', pages.join(',')]
  const quiet = quietMs === undefined ? [] : ['-quiet', `${quietMs}ms`]
  await program.conform(t, [...where, ...chosen, ...quiet], async (verb, address) => {
    if (verb === 'kill') await installation.kill(address)
    else if (verb === 'start') await installation.restart(address)
    else await installation.freezeZooKeeper(frozenMs)
  })
}
