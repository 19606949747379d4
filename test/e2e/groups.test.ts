// Groups by an operator's hand, on a real process: held back across a restart, let go, reset to another place of the log.

import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { askOwner } from '../../src/log/folder-owner.ts'
import { commands } from '../../src/net/packet.ts'
import type { BrokerProcess } from '../support/broker-process.ts'
import { kiteq, kiteqJson } from '../support/command-line.ts'
import { bodyIn, brokerFor, bytesOf, DoorClient, idIn, newId, textOf, within } from './door.ts'

const message = commands.bytesMessage

async function joined(
  t: TestContext,
  broker: BrokerProcess,
  group: string,
  topics: readonly string[] = [],
  persistent = true,
): Promise<DoorClient> {
  const bindings = Object.fromEntries(topics.map((topic) => [topic, [{ persistent }]]))
  const client = await DoorClient.join(broker.port, group, bindings)
  t.after(() => client.close())
  return client
}

interface ShownGroup {
  readonly group: string
  readonly members: number
  readonly waiting: number
  readonly inFlight: number
  readonly dead: number
  readonly paused: { readonly by: string } | null
  readonly oldest: { readonly id: string; readonly ageMs: number | null } | null
}

const shown = (broker: BrokerProcess, group: string): Promise<ShownGroup> =>
  kiteqJson<ShownGroup>(['groups', 'show', group, '--data-dir', broker.dataDir])

/** Publishes bodies one after the other; the ids in that order. */
async function publish(client: DoorClient, topic: string, bodies: string[]): Promise<string[]> {
  const ids: string[] = []
  for (const body of bodies) {
    const id = newId()
    const answer = await client.publish(
      { messageId: bytesOf(id), topic: bytesOf(topic) },
      bytesOf(body),
    )
    assert.equal(answer.status, true, answer.feedback)
    ids.push(id)
  }
  return ids
}

/** Takes and acks so many; their bodies. */
async function take(client: DoorClient, count: number): Promise<string[]> {
  const bodies: string[] = []
  for (let i = 0; i < count; i++) {
    const delivery = await client.next(message)
    bodies.push(textOf(bodyIn(delivery)))
    client.answer(delivery)
  }
  await client.heartBeat()
  return bodies
}

test(
  'a paused group gets nothing until it is resumed, also across a kill; publishing goes on',
  within,
  async (t) => {
    const broker = await brokerFor(t)
    const folder = ['--data-dir', broker.dataDir]
    const one = await joined(t, broker, 's-held', ['trade'])
    const publisher = await joined(t, broker, 'p')
    await publish(publisher, 'trade', ['before'])
    const out = await one.next(message)
    const paused = await kiteq(['groups', 'pause', 's-held', ...folder])
    assert.deepEqual([paused.code, paused.stdout], [0, 's-held paused\n'], paused.stderr)
    one.answer(out) // what is out finishes
    const [id] = await publish(publisher, 'trade', ['while'])
    await one.heartBeat()
    assert.equal(one.frames.filter((frame) => frame.command === message).length, 0)
    const state = await shown(broker, 's-held')
    assert.deepEqual([state.members, state.waiting, state.inFlight], [1, 1, 0])
    assert.match(state.paused?.by ?? '', /kiteq groups, pid \d+/)
    assert.equal(state.oldest?.id, id)
    assert.ok((state.oldest?.ageMs ?? -1) >= 0)
    const again = await kiteq(['groups', 'pause', 's-held', ...folder])
    assert.equal(again.stdout, 's-held is paused already\n')
    const why = await kiteq(['why', id!, ...folder])
    assert.match(why.stdout, /s-held is waiting for it, but is paused by kiteq groups/)

    await broker.kill9()
    const offline = await kiteq(['groups', 'list', ...folder])
    assert.match(
      offline.stdout,
      /^s-held {2}trade {2}1 waiting {2}0 in flight {2}0 dead {2}oldest .+ {2}PAUSED$/m,
    )
    const next = await brokerFor(t, { dataDir: broker.dataDir })
    const two = await joined(t, next, 's-held')
    await two.heartBeat()
    assert.equal(two.frames.length, 0)
    assert.equal(
      (await kiteq(['groups', 'resume', 's-held', ...folder])).stdout,
      's-held resumed\n',
    )
    assert.deepEqual(await take(two, 1), ['while'])
    const replay = await kiteq(['replay', '--until', 'latest', ...folder])
    assert.doesNotMatch(replay.stdout, /paused groups/)
  },
)

test(
  'a transient group that is paused and alone keeps what comes until it is resumed',
  within,
  async (t) => {
    const broker = await brokerFor(t)
    const folder = ['--data-dir', broker.dataDir]
    const one = await joined(t, broker, 't-held', ['trade'], false)
    const publisher = await joined(t, broker, 'p')
    await kiteq(['groups', 'pause', 't-held', ...folder])
    one.close()
    await one.ended
    await publish(publisher, 'trade', ['kept'])
    const two = await joined(t, broker, 't-held')
    await kiteq(['groups', 'resume', 't-held', ...folder])
    assert.deepEqual(await take(two, 1), ['kept'])
  },
)

test('a group that never was is refused by name', within, async (t) => {
  const broker = await brokerFor(t)
  const folder = ['--data-dir', broker.dataDir]
  for (const args of [
    ['groups', 'pause', 'nobody'],
    ['groups', 'show', 'nobody'],
    ['groups', 'reset', 'nobody', '--to', 'latest'],
  ]) {
    const ended = await kiteq([...args, ...folder])
    assert.equal(ended.code, 1)
    assert.match(ended.stderr, /KITEQ_NOT_FOUND: no group "nobody"/)
  }
})

interface Outcome {
  readonly act: number | null
  readonly to: number
  readonly firstOffset: number
  readonly skipped: number
  readonly recalled: number
  readonly leftOut: Record<string, number>
  readonly isWhole: boolean
}

test(
  'a group reset to the beginning is given everything again, as copies that survive a kill',
  within,
  async (t) => {
    const broker = await brokerFor(t)
    const folder = ['--data-dir', broker.dataDir]
    const reset = (...args: string[]): Promise<Outcome> =>
      kiteqJson<Outcome>(['groups', 'reset', 's-again', '--to', ...args, ...folder])
    const one = await joined(t, broker, 's-again', ['trade'])
    const other = await joined(t, broker, 's-other', ['trade'])
    const publisher = await joined(t, broker, 'p')
    const bodies = ['a', 'b', 'c']
    const ids = await publish(publisher, 'trade', bodies)
    assert.deepEqual(await take(one, 3), bodies)
    assert.deepEqual(await take(other, 3), bodies)
    const dry = await reset('earliest', '--dry-run')
    assert.deepEqual([dry.act, dry.recalled, dry.skipped], [null, 3, 0])
    one.close()
    await one.ended
    const done = await reset('earliest')
    assert.deepEqual([done.recalled, done.skipped, done.isWhole], [3, 0, true])
    assert.equal(done.firstOffset, 0)
    const twice = await reset('earliest')
    assert.deepEqual([twice.recalled, twice.leftOut], [0, { waiting: 3 }])
    // A repeat of the publish is still known by its id.
    const repeat = await publisher.publish({ messageId: bytesOf(ids[0]!) }, bytesOf('a'))
    assert.equal(repeat.status, true)

    await broker.kill9()
    const next = await brokerFor(t, { dataDir: broker.dataDir })
    const two = await joined(t, next, 's-again')
    const others = await joined(t, next, 's-other')
    const first = await two.next(message)
    assert.equal(idIn(first), ids[0], 'the same id on the wire')
    assert.equal(textOf(bodyIn(first)), 'a')
    two.answer(first)
    assert.deepEqual(await take(two, 2), ['b', 'c'])
    await others.heartBeat()
    assert.equal(others.frames.length, 0, 'no other group gets a copy')
    await two.heartBeat()
    assert.equal(two.frames.length, 0, 'the repeat was none for the group')
    const why = await kiteq(['why', ids[0]!, ...folder])
    assert.match(why.stdout, /given again +s-again +as record \d+, a copy of \d+/)
    assert.match(why.stdout, /now: .*s-again acked it/)
    const { counts } = { counts: await shown(next, 's-again') }
    assert.deepEqual([counts.waiting, counts.inFlight, counts.oldest], [0, 0, null])
  },
)

test(
  'a reset ahead skips what waits from before, on record, and nothing else',
  within,
  async (t) => {
    const broker = await brokerFor(t)
    const folder = ['--data-dir', broker.dataDir]
    const one = await joined(t, broker, 's-ahead', ['trade', 'feed'])
    const publisher = await joined(t, broker, 'p')
    one.close()
    await one.ended
    const [id] = await publish(publisher, 'trade', ['old-1'])
    await publish(publisher, 'trade', ['old-2'])
    await publish(publisher, 'feed', ['feed'])
    const { stdout } = await kiteq(['dump', '--kind', 'published', ...folder])
    const offsets = stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { offset: number }).offset)
    const to = String(offsets[1]!)
    const ahead = await kiteqJson<Outcome>(['groups', 'reset', 's-ahead', '--to', to, ...folder])
    assert.deepEqual([ahead.skipped, ahead.recalled, ahead.leftOut], [1, 0, { waiting: 2 }])
    const latest = ['groups', 'reset', 's-ahead', '--to', 'latest', '--topic', 'trade', ...folder]
    const text = await kiteq(latest)
    assert.match(text.stdout, /1 message from before skipped, 0 from there on given again/)
    const why = await kiteq(['why', id!, ...folder])
    assert.match(why.stdout, /skipped +s-ahead +by reset \d+, kiteq groups/)
    const begin = { op: 'reset-begin', group: 's-ahead', to: 0, dryRun: true }
    const { token } = (await askOwner(broker.dataDir, begin)) as { token: string }
    const second = await kiteq(latest)
    assert.equal(second.code, 1)
    assert.match(second.stderr, /KITEQ_REFUSED: group s-ahead is being reset already/)
    await askOwner(broker.dataDir, { op: 'reset-end', token })
    assert.equal((await kiteq(latest)).code, 0)
    const two = await joined(t, broker, 's-ahead')
    assert.deepEqual(await take(two, 1), ['feed'])
  },
)

test(
  'a reset gives what was committed, nothing rolled back, nothing expired, nothing of a type not bound',
  within,
  async (t) => {
    const broker = await brokerFor(t)
    const folder = ['--data-dir', broker.dataDir]
    const publisher = await joined(t, broker, 'p')
    const soon = Math.floor(Date.now() / 1000) + 2
    const expiring = { topic: bytesOf('trade'), expiredTime: soon }
    await publisher.publish(expiring, bytesOf('expired'))
    for (const decision of ['commit', 'rollback']) {
      const id = newId()
      const prepared = { messageId: bytesOf(id), topic: bytesOf('trade'), commit: false }
      assert.equal((await publisher.publish(prepared, bytesOf(decision))).status, true)
      assert.equal((await kiteq(['txn', decision, id, ...folder])).code, 0)
    }
    await publisher.publish(
      { topic: bytesOf('trade'), messageType: bytesOf('other') },
      bytesOf('other'),
    )
    await publish(publisher, 'feed', ['feed'])
    await publish(publisher, 'trade', ['plain'])
    // The group comes only now: the log has what it wants.
    const late = await DoorClient.join(broker.port, 's-late', {
      trade: [{ bindType: 'direct', messageType: bytesOf('pay-succ-200') }],
    })
    t.after(() => late.close())
    while (Date.now() <= soon * 1000) await late.heartBeat()
    const outcome = await kiteqJson<Outcome>(['groups', 'reset', 's-late', '--to', '0', ...folder])
    assert.equal(outcome.recalled, 2)
    assert.deepEqual(outcome.leftOut, { expired: 1, unwanted: 2 })
    assert.deepEqual(await take(late, 2), ['commit', 'plain'])
  },
)

test(
  'a group with very many topics is shown in part, and says so; all of it when asked',
  within,
  async (t) => {
    const broker = await brokerFor(t)
    const folder = ['--data-dir', broker.dataDir]
    const client = await joined(t, broker, 's-wide')
    const topics = Array.from({ length: 1100 }, (_, at) => bytesOf(`topic-${at}`))
    const answers = await Promise.all(topics.map((topic) => client.bind(topic, [{}])))
    assert.ok(answers.every(({ status }) => status))
    const boundLines = async (...options: string[]): Promise<[number, string | undefined]> => {
      const { code, stdout, stderr } = await kiteq(['groups', 'show', 's-wide', ...options])
      assert.equal(code, 0, stderr)
      const lines = stdout.split('\n')
      const bound = lines.filter((line) => line.startsWith('  bound to '))
      return [bound.length, lines.find((line) => line.startsWith('  … '))]
    }
    assert.deepEqual(await boundLines(...folder, '--limit', '7'), [
      7,
      '  … and 1093 more bindings; --all shows them',
    ])
    const [all] = await boundLines(...folder, '--all')
    assert.equal(all, 1100)
    const shownJson = await kiteqJson<{ bindings: { topic: string }[]; connections: unknown[] }>([
      'groups',
      'show',
      's-wide',
      ...folder,
    ])
    const named = new Set(shownJson.bindings.map(({ topic }) => topic))
    assert.deepEqual([named.size, shownJson.connections.length], [1100, 1])
    assert.deepEqual(await boundLines(...folder), [
      100,
      '  … and 1000 more bindings; --all shows them',
    ])
  },
)
