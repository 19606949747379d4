import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimBroker } from '../test/support/sim-broker.ts'
import type { ConnectionNumber } from './model/ids.ts'
import { bounceIntervalMs, breakerTimeouts, probeIntervalMs } from './model/limits.ts'
import { StuckConsumers } from './stuck-consumers.ts'

const leaseMs = 5_000
/** A lease, the wait for the first probe, and the probe's lease. */
const confirmedMs = leaseMs + probeIntervalMs + leaseMs

interface Bench {
  readonly broker: SimBroker
  readonly lines: string[]
  bounces: number
  /** Since its last byte. */
  quietMs: number | undefined
  /** Time passes, with a look each second. */
  pass(ms: number): void
  stuck(group: string): ConnectionNumber
}

function bench(registry: 'none' | 'plain' | 'bounces' | 'fails' = 'bounces'): Bench {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const lines: string[] = []
  const line = (details: object, message: string): void =>
    void lines.push(`${JSON.stringify(details)} ${message}`)
  let id = 0
  const made: Bench = {
    broker,
    lines,
    bounces: 0,
    quietMs: 0,
    pass: (ms) => {
      for (let passed = 0; passed < ms; passed += 1_000) {
        broker.clock.advance(1_000)
        watch.look()
      }
    },
    stuck: (group) => {
      const connection = broker.join(group)
      broker.bind(connection, group, [{}])
      for (let n = 0; n <= breakerTimeouts; n++) broker.publish(p, { id: ++id, topic: group })
      return connection
    },
  }
  const bounce = (): Promise<void> | undefined => {
    made.bounces += 1
    return registry === 'fails' ? Promise.reject(new Error('no session')) : undefined
  }
  const watch = new StuckConsumers({
    loop: broker.loop,
    quietForMs: () => made.quietMs,
    registry: () => (registry === 'none' ? undefined : registry === 'plain' ? {} : { bounce }),
    logger: { info: line, warn: line },
  })
  return made
}

const matching = ({ lines }: Bench, pattern: RegExp): number =>
  lines.filter((line) => pattern.test(line)).length

test('who stops acking is told once, with group and peer, and again when it is back', () => {
  const made = bench()
  const { broker } = made
  const connection = made.stuck('sub')
  const [first] = broker.deliveries(connection)
  made.pass(leaseMs)
  assert.equal(made.lines.length, 0, 'an answer may be on its way')
  made.pass(2_000)
  assert.equal(made.lines.length, 1)
  assert.match(made.lines[0]!, /"group":"sub","peer":"127.0.0.1:\d+".*has stopped acking/)
  broker.ack(connection, first!)
  made.pass(3_000)
  assert.equal(made.lines.length, 2)
  assert.match(made.lines[1]!, /answers again/)
})

test('what was late only because the process stood still is not told', () => {
  const made = bench()
  const connection = made.stuck('sub')
  const [first] = made.broker.deliveries(connection)
  made.broker.clock.advance(leaseMs)
  made.pass(0)
  made.broker.ack(connection, first!)
  made.pass(3_000)
  assert.deepEqual(made.lines, [])
})

test('a bounce is asked for when a probe ran out, too, and then once for that connection', () => {
  const made = bench()
  made.stuck('sub')
  made.pass(confirmedMs - 1_000)
  assert.equal(made.bounces, 0)
  made.pass(2_000)
  assert.equal(made.bounces, 1)
  made.pass(10 * bounceIntervalMs)
  assert.equal(made.bounces, 1)
  assert.equal(matching(made, /leaves the registry for a moment/), 1)
})

test('bounces keep their distance, which doubles while they do not help', () => {
  const made = bench()
  made.stuck('a')
  made.pass(confirmedMs + 1_000)
  made.stuck('b')
  made.pass(confirmedMs + 1_000)
  assert.equal(made.bounces, 1, 'too soon after the first')
  made.pass(bounceIntervalMs)
  assert.equal(made.bounces, 2)
  made.stuck('c')
  made.pass(bounceIntervalMs + 30_000)
  assert.equal(made.bounces, 2, 'twice the distance')
  made.pass(bounceIntervalMs)
  assert.equal(made.bounces, 3)
})

test('nobody is bounced for a client that is gone, one that says nothing at all, or one that is only slow', () => {
  const made = bench()
  const silentOne = made.stuck('silent')
  made.quietMs = 3_600_000
  made.pass(2 * confirmedMs)
  made.quietMs = undefined
  made.pass(2 * confirmedMs)
  assert.equal(made.bounces, 0)
  made.broker.leave(silentOne)
  made.quietMs = 0
  const slow = made.stuck('slow')
  const [first] = made.broker.deliveries(slow)
  made.pass(leaseMs + 1_000)
  made.broker.ack(slow, first!)
  made.pass(2 * confirmedMs)
  assert.equal(made.broker.loop.session.setAside.size, 1)
  assert.equal(made.bounces, 0)
})

test('a registry that cannot bounce is not asked, and one that fails is told of', async () => {
  for (const kind of ['none', 'plain', 'fails'] as const) {
    const made = bench(kind)
    made.stuck('sub')
    made.pass(2 * confirmedMs)
    await Promise.resolve()
    await Promise.resolve()
    assert.equal(made.bounces, kind === 'fails' ? 1 : 0)
    assert.equal(matching(made, /"why":"no session"/), kind === 'fails' ? 1 : 0)
    assert.equal(matching(made, /has stopped acking/), 1)
  }
})
