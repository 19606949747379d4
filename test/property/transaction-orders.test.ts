// Two-phase messages in every order of prepare, flush, decision, delivery, answer and crash, up to a length: one outcome,
// the first decision that was safe, and delivered exactly when it is a commit.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogRecord } from '../../src/model/record.ts'
import { foldAll, SimBroker } from '../support/sim-broker.ts'

const steps = ['flush', 'commit', 'rollback', 'answer', 'crash'] as const
type Step = (typeof steps)[number]
/** Every order of so many steps; five are 3,125 orders and a minute. */
const lengthMax = Number(process.env['ORDER_LENGTH'] ?? '3')

function* orders(length: number): Generator<readonly Step[]> {
  if (length === 0) yield []
  else for (const rest of orders(length - 1)) for (const step of steps) yield [...rest, step]
}

type Outcome = 'committed' | 'rolled-back'

class Run {
  broker = new SimBroker()
  publisher = 0 as never
  consumer = 0 as never
  isAcked = false
  /** What the log says for good, once it is durable. */
  outcome: Outcome | undefined
  deliveries = 0
  settled = 0

  constructor() {
    this.#join()
    this.broker.bind(this.consumer, 'trade', [{}])
    this.broker.log.isFast = false
    this.broker.publishOnly(this.publisher, { id: 1, commit: false })
    this.broker.clock.runTurns()
  }

  #join(): void {
    this.publisher = this.broker.join('pub') as never
    this.consumer = this.broker.join('sub') as never
  }

  step(step: Step): void {
    const { broker } = this
    if (step === 'flush') broker.log.makeDurable()
    else if (step === 'commit') broker.decideTransaction(this.publisher, 1, 1)
    else if (step === 'rollback') broker.decideTransaction(this.publisher, 1, 2)
    else if (step === 'answer') this.answer()
    else this.crash()
    broker.clock.runTurns()
    this.look()
  }

  answer(): void {
    for (const delivery of this.broker.deliveries(this.consumer)) {
      this.deliveries += 1
      assert.equal(this.outcome, 'committed', 'delivered before a commit was safe')
      this.broker.ack(this.consumer, delivery)
      this.settled += 1
    }
  }

  crash(): void {
    this.look()
    this.broker = this.broker.crash()
    this.broker.log.isFast = false
    this.#join()
  }

  look(): void {
    const { log } = this.broker
    for (const effect of this.broker.sent.get(this.publisher) ?? [])
      if (effect.kind === 'store-ack') this.isAcked ||= effect.status
    const safe = log.records.slice(0, log.durableOffset).map((one): LogRecord => one.record)
    const decisions = safe.filter((one) => one.kind === 'committed' || one.kind === 'rolled-back')
    assert.ok(decisions.length <= 1, 'two outcomes in one log')
    const outcome = decisions[0]?.kind
    assert.ok(this.outcome === undefined || outcome === this.outcome, 'an outcome has changed')
    this.outcome = outcome
    if (this.isAcked)
      assert.ok(
        safe.some((one) => one.kind === 'prepared'),
        'acked and not in the log',
      )
  }
}

test('whatever the order of flushes, decisions, answers and crashes, there is one outcome, and it is the first', () => {
  let count = 0
  for (const order of orders(lengthMax)) {
    const run = new Run()
    const name = order.join(' ')
    for (const step of order) run.step(step)
    // In the end everything is written and everybody answers; whoever is asked says commit.
    run.step('flush')
    run.broker.log.isFast = true
    run.broker.clock.advance(6_000)
    run.look()
    const wasOpen = run.outcome === undefined
    if (wasOpen) run.step('commit')
    run.answer()
    run.broker.clock.advance(60_000)
    run.look()
    run.answer()
    const { log, loop } = run.broker
    const isThere = log.records.some((one) => one.record.kind === 'prepared')
    if (!isThere) assert.equal(run.isAcked, false, name)
    else {
      assert.ok(run.outcome !== undefined, `${name}: decided in the end`)
      if (wasOpen) assert.equal(run.outcome, 'committed', name)
      assert.equal(run.deliveries > 0, run.outcome === 'committed', name)
      assert.equal(loop.state.transactions.open, 0, name)
      assert.equal(loop.state.liveCount, 0, name)
    }
    assert.equal(foldAll(log.records).digest(), loop.state.digest(), name)
    count += 1
  }
  console.log(`transaction-orders: ${count} orders`)
  assert.equal(count, steps.length ** lengthMax)
})
