// Messages whose first record retention has dropped: the tools tell of them what is left, and a reset takes nothing away.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { publishSelected } from '../../src/cli/replay-into.ts'
import { whyNot as whyNotOf, type WhyNot } from '../../src/cli/why-not.ts'
import { lifeOf, linesOf } from '../../src/cli/why.ts'
import { commands } from '../../src/net/packet.ts'
import { kiteq, kiteqJson } from '../support/command-line.ts'
import { cutFolder, fates, type CutFolder, type Fate } from '../support/cut-folder.ts'
import { brokerFor, DoorClient, idIn, within } from './door.ts'

function whyNot(cut: CutFolder, fate: Fate, group: string = fate): Promise<WhyNot> {
  return whyNotOf(cut.dir, cut.id(fate), group)
}

test('why begins the life of an older message with what is left of it', within, async (t) => {
  const cut = await cutFolder(t)
  const why = async (fate: Fate): Promise<string> => {
    const { lives, firstOffset } = await lifeOf(cut.dir, cut.id(fate))
    assert.equal(firstOffset, cut.firstOffset)
    const stdout = `${lives.flatMap(linesOf).join('\n')}\n`
    assert.match(
      stdout,
      /orders \/ created, published by group shop: string body of 5 bytes "xxxxx"/,
    )
    assert.match(stdout, /property venue = tokyo/)
    assert.match(stdout, /stored as record \d+, which went with old segments; its bytes were moved/)
    return stdout
  }
  assert.match(await why('waiting'), /: waiting was waiting for it\n[^]*now: waiting is waiting/)
  assert.match(
    await why('dead'),
    /: dead had it among the dead letters since 20.*Z: limit "no such account", after 1 attempt\n/,
  )
  assert.match(await why('backoff'), /: backoff was waiting for it, after 1 attempt\n/)
  assert.match(await why('copied'), /now: copied is waiting for it/)
  assert.match(
    await why('prepared'),
    /: prepared\n[^]*now: prepared, its publisher has not decided/,
  )
  assert.match(
    await why('decided'),
    /: prepared\n[^]*committed +by client, to decided\n {2}now: decided is waiting for it/,
  )
  assert.match(await why('skipped'), /skipped +skipped +by reset \d+, me\n {2}now: skipped had it/)
})

test(
  'dump finds an older message by its id, and names it where it was moved',
  within,
  async (t) => {
    const cut = await cutFolder(t)
    const dump = async (...args: string[]): Promise<Record<string, unknown>[]> => {
      const { code, stdout, stderr } = await kiteq(['dump', ...args, '--data-dir', cut.dir])
      assert.equal(code, 0, stderr)
      const lines = stdout.trimEnd().split('\n')
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    }
    for (const fate of ['waiting', 'copied', 'prepared'] as const) {
      const [moved, ...more] = await dump('--id', cut.id(fate))
      assert.deepEqual(more, [], fate)
      const { kind, of, id, topic, type } = moved!
      assert.deepEqual(
        [kind, of, id, topic, type],
        ['moved', cut.offset(fate), cut.id(fate), 'orders', 'created'],
      )
    }
    const kinds = (await dump('--id', cut.id('skipped'))).map(({ kind }) => kind)
    assert.deepEqual(kinds, ['moved', 'skipped'])
    const ofTopic = await dump('--topic', 'orders', '--kind', 'moved')
    assert.equal(ofTopic.length, fates.length)
  },
)

test(
  'why-not knows older messages, copies and dead letters, and what the log has since',
  within,
  async (t) => {
    const cut = await cutFolder(t)
    const waiting = await whyNot(cut, 'waiting')
    assert.equal(waiting.verdict, 'no-broker')
    assert.equal(waiting.message?.publisher, 'shop')
    assert.equal((await whyNot(cut, 'waiting', 'done')).verdict, 'before-log')
    assert.equal((await whyNot(cut, 'copied')).verdict, 'no-broker')
    const dead = await whyNot(cut, 'dead')
    assert.equal(dead.verdict, 'dead')
    assert.match(
      dead.reasons[0]!.text,
      /its limit of 1 delivery is used up, last feedback "no such account", since 20/,
    )
    const { verdict, reasons } = await whyNot(cut, 'skipped')
    assert.equal(verdict, 'skipped')
    assert.ok(reasons[0]!.offset! >= cut.firstOffset)
    assert.equal((await whyNot(cut, 'prepared')).verdict, 'prepared')
  },
)

test(
  'replay --into publishes older messages that were held, and says when nothing matches',
  within,
  async (t) => {
    const cut = await cutFolder(t)
    const { dir: dataDir } = cut
    const of = async (fate: Fate): Promise<number> => {
      const options = { dataDir, into: '127.0.0.1:1', group: 'g', rate: Infinity, window: 1 }
      const one = { ...options, limit: Infinity, dryRun: true, id: cut.id(fate) } as const
      return (await publishSelected(one, new AbortController().signal)).result.tally.sent
    }
    for (const fate of ['waiting', 'dead', 'backoff', 'decided', 'skipped'] as const)
      assert.equal(await of(fate), 1, fate)
    for (const fate of ['prepared', 'copied'] as const) assert.equal(await of(fate), 0, fate)
    const into = ['replay', '--into', '127.0.0.1:1', '--dry-run', '--data-dir', dataDir]
    const none = await kiteq([...into, '--topic', 'nosuch'])
    assert.equal(none.code, 1)
    assert.match(none.stderr, /no message that was published or committed in .* has topic nosuch\n/)
  },
)

test(
  'how old the oldest of a group is, its bytes tell where its first record is gone',
  within,
  async (t) => {
    const cut = await cutFolder(t)
    const { stdout } = await kiteq(['groups', 'show', 'waiting', '--data-dir', cut.dir])
    assert.match(stdout, /oldest made .+ ago/)
    assert.match(stdout, /oldest: .*, made 2023-11-14T22:13:20.000Z \(its first record went/)
  },
)

test('a reset to earliest, or to a time before the log, takes nothing away', within, async (t) => {
  const cut = await cutFolder(t)
  const broker = await brokerFor(t, { dataDir: cut.dir })
  const folder = ['--data-dir', cut.dir]
  const early = new Date(cut.madeMs - 3_600_000).toISOString()
  for (const to of ['earliest', early]) {
    const reset = ['groups', 'reset', 'waiting', '--to', to, ...folder]
    const dry = await kiteq([...reset, '--dry-run'])
    assert.match(dry.stdout, /to offset 0;.* what waits from before that waits on\n {2}0 messages/)
    const { skipped } = await kiteqJson<{ skipped: number }>(reset)
    assert.equal(skipped, 0, to)
  }
  const consumer = await DoorClient.join(broker.port, 'waiting')
  t.after(() => consumer.close())
  const ids: string[] = []
  while (!ids.includes(cut.id('waiting'))) {
    const delivery = await consumer.next(commands.stringMessage)
    ids.push(idIn(delivery))
    consumer.answer(delivery)
  }
})
