// The load generator's process: publishers, consumers or both against one server, for a bounded time and count.
// It reports to its parent by IPC, or prints its result as JSON when it was started by hand.
//
//   node --import tsx bench/load/main.ts --port 13800 --connections 1 --in-flight 64 --seconds 3

import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import type { MessageShape } from '../wire/packets.ts'
import { Consumers, type Behaviour } from './consumer.ts'
import { Publishers } from './publisher.ts'
import { stampBytes } from './stamp.ts'
import type { LoadEvent, LoadResult } from './result.ts'

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string' },
    /** publish, consume or both. */
    role: { type: 'string', default: 'publish' },
    connections: { type: 'string', default: '1' },
    'in-flight': { type: 'string', default: '64' },
    rate: { type: 'string', default: '0' },
    'body-bytes': { type: 'string', default: '200' },
    'warmup-seconds': { type: 'string', default: '0.5' },
    seconds: { type: 'string', default: '2' },
    count: { type: 'string', default: '50000000' },
    consumers: { type: 'string', default: '1' },
    group: { type: 'string', default: 'bench-sub' },
    window: { type: 'string', default: '65536' },
    behaviour: { type: 'string', default: 'prompt' },
    topic: { type: 'string', default: 'bench-topic' },
    type: { type: 'string', default: 'bench-type' },
    /** How long to go on trying while nobody listens. */
    'connect-seconds': { type: 'string', default: '0' },
    'drain-seconds': { type: 'string', default: '10' },
    seed: { type: 'string', default: '0' },
  },
})

const shape: MessageShape = {
  topic: values.topic,
  type: values.type,
  group: 'bench-pub',
  bodyBytes: Number(values['body-bytes']),
}
const address = {
  host: values.host,
  port: Number(values.port),
  retryUntilMs: performance.now() + Number(values['connect-seconds']) * 1000,
}
const drainMs = Number(values['drain-seconds']) * 1000

if (shape.bodyBytes < stampBytes) throw new Error(`a body has at least ${stampBytes} bytes`)

function tell(event: LoadEvent): void {
  if (process.send !== undefined) process.send(event)
  else if (event.event === 'result') {
    process.stdout.write(`${JSON.stringify(event.result, undefined, 1)}\n`)
  }
}

function failed(error: Error): void {
  process.stderr.write(`load: ${error.message}\n`)
  process.exit(1)
}

function wait(seconds: number): Promise<void> {
  // The sockets keep the process alive for as long as the wait matters.
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000).unref())
}

/** What the parent counted as acknowledged, told to a consumer that has no publisher beside it. */
function expectedFromParent(): Promise<number> {
  return new Promise((resolve) => {
    process.once('message', (message) => resolve((message as { expect: number }).expect))
  })
}

function connectConsumers(): Promise<Consumers> {
  return Consumers.connect(
    {
      address,
      connections: Number(values.consumers),
      group: values.group,
      shape,
      window: Number(values.window),
      behaviour: values.behaviour as Behaviour,
    },
    failed,
  )
}

function connectPublishers(): Promise<Publishers> {
  return Publishers.connect(
    {
      address,
      connections: Number(values.connections),
      inFlight: Number(values['in-flight']),
      shape,
      countMax: Number(values.count),
      seed: Number(values.seed) || randomInt(1, 2 ** 31),
      rate: Number(values.rate),
    },
    failed,
  )
}

/** Warm-up, window, drain. The rates are those of the window alone. */
async function measure(
  publishers: Publishers | undefined,
  consumers: Consumers | undefined,
): Promise<LoadResult> {
  tell({ event: 'ready' })
  publishers?.start()
  await wait(Number(values['warmup-seconds']))
  const expected = publishers === undefined ? expectedFromParent() : undefined
  const cpu = process.cpuUsage()
  const begun = performance.now()
  if (publishers !== undefined) publishers.run.measuring = true
  if (consumers !== undefined) consumers.run.measuring = true
  tell({ event: 'measuring' })
  if (expected === undefined) {
    await Promise.race([wait(Number(values.seconds)), publishers!.run.countReached])
  }
  const awaited = await expected
  if (publishers !== undefined) publishers.run.measuring = false
  if (consumers !== undefined) consumers.run.measuring = false
  const seconds = (performance.now() - begun) / 1000
  const used = process.cpuUsage(cpu)
  tell({ event: 'measured' })
  await publishers?.stop(drainMs)
  await consumers?.drained(awaited ?? publishers?.run.acked ?? 0, drainMs)
  await Promise.all([publishers?.close(), consumers?.close()])
  return {
    seconds,
    loadCores: (used.user + used.system) / 1e6 / seconds,
    publish: publishers && publishResult(publishers, seconds),
    consume: consumers && consumeResult(consumers, seconds),
  }
}

function publishResult({ run }: Publishers, seconds: number): NonNullable<LoadResult['publish']> {
  return {
    sent: run.sent,
    acked: run.acked,
    refused: run.refused,
    firstRefusal: run.firstRefusal,
    unexpected: run.unexpected,
    unanswered: run.sent - run.acked - run.refused,
    perSecond: Math.round(run.ackedMeasured / seconds),
    latency: run.latency.summary(),
  }
}

function consumeResult({ run }: Consumers, seconds: number): NonNullable<LoadResult['consume']> {
  return {
    received: run.received,
    unique: run.unique,
    duplicates: run.duplicates,
    firstMs: run.firstMs,
    damaged: run.damaged,
    perSecond: Math.round(run.receivedMeasured / seconds),
    latency: run.latency.summary(),
  }
}

const consumers = values.role === 'publish' ? undefined : await connectConsumers()
const publishers = values.role === 'consume' ? undefined : await connectPublishers()
tell({ event: 'result', result: await measure(publishers, consumers) })
if (process.connected) process.disconnect()
