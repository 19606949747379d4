// Deliberate bugs of what the broker decides and remembers: acks, attempts, transactions, ids, expiry.

import type { CatchingTest, Mutant } from './mutant.ts'

const inTest =
  (file: string) =>
  (test: string): readonly CatchingTest[] => [{ file, test }]

const inLoop = inTest('src/broker/loop.test.ts')
const inFaults = inTest('src/broker/client-faults.test.ts')
const inApply = inTest('src/broker/apply.test.ts')

export const brokerMutants: readonly Mutant[] = [
  {
    name: 'ack-before-sync',
    breaks: 'acks and deliveries leave before the log is safe',
    file: 'src/broker/loop.ts',
    find: 'this.#held.release(this.#log.durableOffset)',
    replace: 'this.#held.release(this.#log.endOffset)',
    caughtBy: inLoop('nothing leaves before it is durable, and a refusal does'),
  },
  {
    name: 'watermark-one-short',
    breaks: 'an effect leaves when all records but its last one are safe',
    file: 'src/broker/held-effects.ts',
    find: 'this.#after[to]! <= durable',
    replace: 'this.#after[to]! <= durable + 1',
    caughtBy: inTest('src/broker/held-effects.test.ts')(
      'however many wait, each ack leaves with its own record and no sooner',
    ),
  },
  {
    name: 'watermarks-lost-by-growing',
    breaks: 'acks leave before the log is safe once more than a thousand wait',
    file: 'src/broker/held-effects.ts',
    find: 'grown.set(this.#after)',
    replace: '',
    caughtBy: inTest('src/broker/held-effects.test.ts')(
      'however many wait, each ack leaves with its own record and no sooner',
    ),
  },
  {
    name: 'watermarks-not-moved',
    breaks: 'acks leave before the log is safe once thousands have left and more wait',
    file: 'src/broker/held-effects.ts',
    find: 'this.#after.copyWithin(0, head, this.#effects.length)',
    replace: '',
    caughtBy: inTest('src/broker/held-effects.test.ts')(
      'however many wait, each ack leaves with its own record and no sooner',
    ),
  },
  {
    name: 'repeat-acked-at-once',
    breaks: 'a repeated publish is acked before the first one is safe',
    file: 'src/broker/decide-publish.ts',
    find: 'else out.effects.push(storeAck(command, moment, true, undefined))',
    replace: 'else out.immediate.push(storeAck(command, moment, true, undefined))',
    caughtBy: inLoop(
      'a repeated publish is acked again and delivered once; other content is refused',
    ),
  },
  {
    name: 'commit-visible-before-its-record',
    breaks: 'a committed message is delivered before its commit is safe',
    file: 'src/broker/decide-dispatch.ts',
    find: 'const effects = settings.deliveryFirst ? out.immediate : out.effects',
    replace: 'const effects = out.immediate',
    caughtBy: inTest('test/property/transaction-orders.test.ts')(
      'whatever the order of flushes, decisions, answers and crashes, there is one outcome, and it is the first',
    ),
  },
  {
    name: 'open-transactions-dropped',
    breaks: 'a restart rolls back what was prepared',
    file: 'src/broker/apply.ts',
    find: 'state.queues.endLeases()',
    replace:
      'state.queues.endLeases()\n      state.transactions.forEachOpen((prepared) => rollBack(state, prepared, timeMs))',
    caughtBy: inTest('test/property/transaction-orders.test.ts')(
      'whatever the order of flushes, decisions, answers and crashes, there is one outcome, and it is the first',
    ),
  },
  {
    name: 'inquiries-forgotten',
    breaks: 'what was prepared before a restart is never asked about',
    file: 'src/broker/note-record.ts',
    find: 'state.transactions.forEachOpen((prepared) => session.scheduleInquiry(prepared, 0, nowMs))',
    replace: '',
    caughtBy: inLoop(
      'a forgotten decision is asked for after 5 s, then doubling, also after a restart',
    ),
  },
  {
    name: 'absent-publisher-never-asked',
    breaks:
      'a publisher that was away when it should have been asked is not asked when it comes back',
    file: 'src/broker/session.ts',
    find: 'this.inquiries.push(askFromMs, offset, 0)',
    replace: 'void offset',
    caughtBy: inTest('src/broker/decide-transaction.test.ts')(
      'a publisher that is away when it is time is asked once it is back',
    ),
  },
  {
    name: 'rollback-delivers',
    breaks: 'a rollback is taken for a commit',
    file: 'src/broker/decide-transaction.ts',
    find: 'settle(state, row, command.status === statusCommit, reason',
    replace: 'settle(state, row, true, reason',
    caughtBy: inLoop(
      'a prepared message is invisible until its group commits it, and the first decision wins',
    ),
  },
  {
    name: 'unknown-rolls-back',
    breaks: 'the answer “not known yet” to an inquiry ends the transaction',
    file: 'src/broker/decide-transaction.ts',
    find: 'if (command.status !== statusCommit && command.status !== statusRollback) return',
    replace: '',
    caughtBy: inTest('src/broker/decide-transaction.test.ts')(
      'who does not know yet is asked again, and may still decide',
    ),
  },
  {
    name: 'any-group-decides',
    breaks: 'a group that did not prepare a message decides it',
    file: 'src/broker/decide-transaction.ts',
    find: 'return state.transactions.get(state.messages.offsetOf(row))?.publisher === member.group',
    replace: 'return member.group > 0',
    caughtBy: inLoop(
      'a prepared message is invisible until its group commits it, and the first decision wins',
    ),
  },
  {
    name: 'any-topic-decides',
    breaks: 'a decision counts although it names another topic',
    file: 'src/broker/decide-transaction.ts',
    find: ' && state.messages.topicOf(row) === topic',
    replace: '',
    caughtBy: inTest('src/broker/decide-transaction.test.ts')(
      'a decision that names another topic decides nothing',
    ),
  },
  {
    name: 'passed-on-in-a-circle',
    breaks: 'a decision that nobody has a message for goes from broker to broker for ever',
    file: 'src/broker/decide-transaction.ts',
    find: 'packet === undefined || member.isRelay || ',
    replace: 'packet === undefined || ',
    caughtBy: inTest('src/broker/decide-transaction.test.ts')(
      'a decision about a message that is not open here is handed on once, and what was handed on stops here',
    ),
  },
  {
    name: 'broker-taken-for-a-member',
    breaks: 'another broker that passes a decision on gets messages of the group, and inquiries',
    file: 'src/broker/session.ts',
    find: 'if (member.isRelay) return\n    const group = this.groupOf(member.group)\n    group.join(member)',
    replace: 'const group = this.groupOf(member.group)\n    group.join(member)',
    caughtBy: inTest('src/broker/decide-transaction.test.ts')(
      'another broker decides as the group it speaks for, and is no member of it',
    ),
  },
  {
    name: 'later-decision-wins',
    breaks: 'a decision overrules the one before it',
    file: 'src/txn/transitions.ts',
    find: `if (status === 'prepared') return 'take'`,
    replace: `if (status !== afterDecision(decision)) return 'take'`,
    caughtBy: inApply('the first decision wins; repeated and contrary ones are counted'),
  },
  {
    name: 'ack-from-another-group',
    breaks: 'an ack counts although the delivery went to another group',
    file: 'src/broker/decide-answer.ts',
    find: 'const member = session.memberOf(command.connection)',
    replace:
      'const out_ = session.inFlight.find(command.opaque)\n  const member =\n    out_ < 0 ? session.memberOf(command.connection) : { group: session.inFlight.groupOf(out_) }',
    caughtBy: inLoop(
      'an ack with a made-up opaque, another id or from another group changes nothing',
    ),
  },
  {
    name: 'id-compared-by-half',
    breaks: 'two ids that share their first half are one',
    file: 'src/index/message-table.ts',
    find: 'words[at + atId1] === id.id1 >>> 0 &&\n      words[at + atId2] === id.id2 >>> 0 &&\n      words[at + atId3] === id.id3 >>> 0',
    replace: 'words[at + atId1] === id.id1 >>> 0',
    caughtBy: inLoop(
      'an ack with a made-up opaque, another id or from another group changes nothing',
    ),
  },
  {
    name: 'hash-taken-for-id',
    breaks: 'a new message is taken for a repeat of another one with the same hash',
    file: 'src/index/message-index.ts',
    find: 'if (slots[slot * 2 + 1] === hash && this.table.idMatches((entry - 1) as Row, id)) {',
    replace: 'if (slots[slot * 2 + 1] === hash) {',
    caughtBy: inTest('test/property/fold-message-index.test.ts')(
      'ids that share a hash are told apart',
    ),
  },
  {
    name: 'settled-ids-forgotten',
    breaks: 'a repeat of a settled message is a new one after a start from a checkpoint',
    file: 'src/index/message-index.ts',
    find: 'this.put(sorted[i] as Row, sorted[i + 1]!)',
    replace:
      'if (this.table.statusOf(sorted[i] as Row) !== 4) this.put(sorted[i] as Row, sorted[i + 1]!)',
    caughtBy: inTest('test/property/fold-digest.test.ts')(
      'folding a prefix and then the rest equals folding all, with a checkpoint at the cut or without',
    ),
  },
  {
    name: 'content-not-compared',
    breaks: 'another message under a known id is acked and lost',
    file: 'src/broker/decide-publish.ts',
    find: 'state.messages.contentMatches(known, content.content0, content.content1)',
    replace: 'known >= 0',
    caughtBy: inLoop(
      'a repeated publish is acked again and delivered once; other content is refused',
    ),
  },
  {
    name: 'rolled-back-id-acked',
    breaks: 'a publish under the id of a message that was rolled back is acked and never delivered',
    file: 'src/broker/decide-publish.ts',
    find: 'status === statusRolledBack',
    replace: 'status < 0',
    caughtBy: inLoop(
      'a prepared message is invisible until its group commits it, and the first decision wins',
    ),
  },
  {
    name: 'prepared-id-acked',
    breaks:
      'a publish under the id of an open transaction is acked, and lost when that is rolled back',
    file: 'src/broker/decide-publish.ts',
    find: 'status === statusPrepared && view.commit',
    replace: 'status < 0',
    caughtBy: inTest('src/broker/decide-transaction.test.ts')(
      'what is prepared cannot be published past its transaction',
    ),
  },
  {
    name: 'nack-is-ack',
    breaks: 'a message the consumer refused counts as consumed',
    file: 'src/broker/decide-answer.ts',
    find: 'if (command.status) out.acks.push({ group: member.group, message })',
    replace: 'if (message >= 0) out.acks.push({ group: member.group, message })',
    caughtBy: inLoop(
      'a nack is repeated at once three times, then after the back-off, and a timeout likewise',
    ),
  },
  {
    name: 'late-ack-ignored',
    breaks: 'an ack of an earlier attempt does not settle',
    file: 'src/broker/decide-answer.ts',
    find: 'if (isThere && command.status) out.acks.push({ group, message: late.message })',
    replace: '',
    caughtBy: inLoop('a late ack of an earlier attempt still settles'),
  },
  {
    name: 'late-ack-from-another-group',
    breaks: 'an ack of an ended lease of another group settles what the sender never got',
    file: 'src/broker/decide-answer.ts',
    find: ' && late.group === group',
    replace: '',
    caughtBy: inTest('src/broker/decide-answer.test.ts')(
      'a late ack from another group settles nothing, not even what waits for that group',
    ),
  },
  {
    name: 'silent-consumer-refilled',
    breaks:
      'a consumer that never answers gets window after window, and burns the attempts of all of it',
    file: 'src/broker/member.ts',
    find: 'this.late += 1',
    replace: '',
    caughtBy: inFaults(
      'what an original client holds unanswered stays within the window, also past its leases',
    ),
  },
  {
    name: 'stuck-consumer-served',
    breaks: 'a consumer that answers nothing any more goes on getting its share of a group',
    file: 'src/broker/circuit-breaker.ts',
    find: 'if (this.isOpen || this.unanswered < breakerTimeouts) return false',
    replace: 'if (this.unanswered > 0) return false',
    caughtBy: inFaults(
      'a consumer that answers nothing is set aside: others get its messages, and it a probe now and then',
    ),
  },
  {
    name: 'too-large-for-its-client',
    breaks: 'a message goes to a client that cannot read it although another could',
    file: 'src/broker/candidates.ts',
    find: 'if (candidate.room <= 0 || bytes > candidate.bytesMax) continue',
    replace: 'if (candidate.room <= 0) continue',
    caughtBy: inFaults(
      'a message that a client cannot read goes to a member that can, who is waited for when it is full',
    ),
  },
  {
    name: 'late-forgiven-at-once',
    breaks: 'a client with some slow handlers gets more unanswered packets than it can hold',
    file: 'src/broker/member.ts',
    find: 'if (this.late === 0 || nowMs - this.#lateFromMs < lateKeptMs) return',
    replace: 'this.#lateSince = 0',
    caughtBy: inFaults(
      'what an original client holds unanswered stays within the window, also past its leases',
    ),
  },
  {
    name: 'lease-timeout-ignored',
    breaks: 'a delivery that is not answered never comes again',
    file: 'src/broker/decide-answer.ts',
    find: `if (isStill(state, row, message))\n      fail(state, settings, inFlight.groupOf(index), row, message, 'timeout'`,
    replace: `if (message < 0)\n      fail(state, settings, inFlight.groupOf(index), row, message, 'timeout'`,
    caughtBy: inLoop('a late ack of an earlier attempt still settles'),
  },
  {
    name: 'no-back-off',
    breaks: 'a message that fails is tried again without a pause',
    file: 'src/broker/decide-answer.ts',
    find: 'const waitMs = waitAfter(cause, attempts, settings)',
    replace: 'const waitMs = 0',
    caughtBy: inLoop(
      'a nack is repeated at once three times, then after the back-off, and a timeout likewise',
    ),
  },
  {
    name: 'parked-retried',
    breaks: 'a message that failed is tried again although its group no longer wants it',
    file: 'src/broker/decide-dispatch.ts',
    find: ' || queue.isParked(ordinal)) return false',
    replace: ') return false',
    caughtBy: inTest('src/broker/decide-dispatch.test.ts')(
      'a message that failed is not tried again while its group does not want its type',
    ),
  },
  {
    name: 'unsent-attempt-counts',
    breaks: 'a delivery that never left uses up an attempt',
    file: 'src/broker/apply.ts',
    find: `record.cause === 'not-sent', record.retryAtMs`,
    replace: 'false, record.retryAtMs',
    caughtBy: inLoop('a delivery that never left gives its attempt back when the connection goes'),
  },
  {
    name: 'unsent-not-told',
    breaks: 'what never reached the socket of a connection that goes counts as sent',
    file: 'src/net/server.ts',
    find: 'unsent: session.unsentOpaques()',
    replace: 'unsent: []',
    caughtBy: inTest('src/net/server.test.ts')(
      'a silent connection, an unfinished frame and unread output end a connection',
    ),
  },
  {
    name: 'start-burns-attempts',
    breaks: 'a restart uses up an attempt of everything that was out',
    file: 'src/consumer-offsets/queue.ts',
    find: 'this.takeBack(chunk, at, true)',
    replace: 'this.takeBack(chunk, at, false)',
    caughtBy: inLoop(
      'a crash gives unacked deliveries again without burning an attempt, and never loses what was acked',
    ),
  },
  {
    name: 'start-forgets-retries',
    breaks: 'what had failed before a restart is never tried again',
    file: 'src/broker/note-record.ts',
    find: 'session.retryAt(scheduled, ordinal, retryAtMs, nowMs)',
    replace: 'void ordinal',
    caughtBy: inTest('src/broker/decide-dispatch.test.ts')(
      'what had failed before a restart is tried again when its time has come',
    ),
  },
  {
    name: 'expiry-spares-what-is-out',
    breaks: 'a message that expires while it is out goes on living',
    file: 'src/broker/decide-expiry.ts',
    find: 'if (queue.isUnsettled(ordinal))',
    replace: 'if (queue.isUnsettled(ordinal) && !queue.isOut(ordinal))',
    caughtBy: inTest('src/broker/decide-expiry.test.ts')(
      'a message that expires while it is out is buried then, and its answer comes too late',
    ),
  },
  {
    name: 'expired-delivered',
    breaks: 'what has expired since it was last looked for is still delivered',
    file: 'src/broker/decide-dispatch.ts',
    find: 'if (isExpired(state, row, moment)) bury(work, row)',
    replace: 'if (row < 0) bury(work, row)',
    caughtBy: inTest('src/broker/decide-expiry.test.ts')(
      'what has expired since it was last looked for is buried, not delivered',
    ),
  },
  {
    name: 'dead-letter-dropped',
    breaks: 'a message whose attempts are used up is gone without a word',
    file: 'src/broker/decide-answer.ts',
    find: `out.records.push({ kind: 'dead-lettered', group, message, reason: 'limit', feedback: text })`,
    replace: `out.records.push({ kind: 'acked', group, messages: [message] })`,
    caughtBy: inLoop('the delivery limit ends in the dead letters with the last reason'),
  },
  {
    name: 'damaged-is-acked',
    breaks: 'a message whose bytes are damaged is gone without a word',
    file: 'src/broker/decide-answer.ts',
    find: `out.records.push({ kind: 'dead-lettered', group, message, reason: 'damaged', feedback })`,
    replace: `out.records.push({ kind: 'acked', group, messages: [message] })`,
    caughtBy: inTest('src/broker/decide-answer.test.ts')(
      'a message whose bytes are damaged becomes a dead letter, and the damage is recorded',
    ),
  },
  {
    name: 'transient-kept',
    breaks: 'what came by a binding that is not persistent waits for a group without connections',
    file: 'src/broker/decide-dispatch.ts',
    find: 'if (group.members.length === 0) {\n    skipTransient(work)',
    replace: 'if (group.members.length === 0) {',
    caughtBy: inLoop('a transient group without a connection is skipped, a durable one waits'),
  },
  {
    name: 'durable-skipped',
    breaks: 'what came by a persistent binding is skipped while its group is away',
    file: 'src/broker/apply.ts',
    find: 'state.queues.open(durable[i]!, topic).add(ordinal, false)',
    replace: 'state.queues.open(durable[i]!, topic).add(ordinal, true)',
    caughtBy: inLoop('a transient group without a connection is skipped, a durable one waits'),
  },
  {
    name: 'credit-ignored',
    breaks: 'a consumer gets more at a time than it asked for',
    file: 'src/broker/session.ts',
    find: 'member.credited(window)',
    replace: '',
    caughtBy: inLoop('a consumer that never acks gets a window of messages and then only probes'),
  },
  {
    name: 'queue-without-bound',
    breaks: 'publishes that outrun the disk gather in memory without end',
    file: 'src/broker/decide-publish.ts',
    find: "unflushedBytes > settings.unflushedBytesMax ? 'unflushed'",
    replace: "unflushedBytes < 0 ? 'unflushed'",
    caughtBy: inTest('src/broker/decide-publish.test.ts')(
      'publishes that outrun the disk are refused in the words of the original until it has caught up',
    ),
  },
  {
    name: 'digest-without-attempts',
    breaks: 'two states that differ in the attempts of a message have one digest',
    file: 'src/consumer-offsets/queue-digest.ts',
    find: '((chunk.attempts === undefined ? 0 : chunk.attempts[at]!) << 3)',
    replace: '0',
    caughtBy: inTest('test/property/fold-queue.test.ts')(
      'whatever a queue knows of a message shows in its digest',
    ),
  },
  {
    name: 'file-of-this-moment-rests',
    breaks: 'a registry file is read by half when the look falls into the millisecond of a write',
    file: 'src/zk/file-registry.ts',
    find: 'Math.floor(changedAtMs)',
    replace: 'changedAtMs',
    caughtBy: inTest('src/zk/file-registry.test.ts')(
      'a file that was written in this very millisecond is not at rest',
    ),
  },
]
