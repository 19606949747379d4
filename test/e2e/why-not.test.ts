// `why` and `why-not` on one message of every fate, of a running broker and of its folder when it has stopped; and the page
// that shows them: KITEQ_WRITE_DOCS=1 writes into it what the program says now.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { linesOf as replayLines, publishSelected } from '../../src/cli/replay-into.ts'
import { linesOf as whyNotLines, whyNot, type WhyNot } from '../../src/cli/why-not.ts'
import { lifeOf, linesOf as whyLines } from '../../src/cli/why.ts'
import { loadConfig } from '../../src/config.ts'
import { startBroker } from '../../src/kiteq.ts'
import { askOwner } from '../../src/log/folder-owner.ts'
import {
  brokerWithFates,
  fates,
  idOfFate,
  withoutNumbers,
  type Fate,
  type FatesBroker,
} from '../support/message-fates.ts'
import { temporaryFolder } from '../support/broker-process.ts'
import { cutFolder, type CutFolder } from '../support/cut-folder.ts'
import { kiteq } from '../support/command-line.ts'

const root = path.resolve(import.meta.dirname, '../..')
const page = path.join(root, 'docs/log-tools.md')
const marks = [
  '<!-- test/e2e/why-not.test.ts writes from here -->\n',
  '<!-- to here -->\n',
] as const

const cleanups: (() => unknown)[] = []
let shop: FatesBroker
before(async () => {
  shop = await brokerWithFates((work) => cleanups.push(work))
})
after(async () => {
  for (const work of cleanups.reverse()) await work()
})

async function whyText(fate: string): Promise<string> {
  const { lives } = await lifeOf(shop.dataDir, idOfFate(fate))
  return lives.flatMap(whyLines).join('\n')
}

async function whyNotText(fate: string, group: string): Promise<string> {
  return whyNotLines(await whyNot(shop.dataDir, idOfFate(fate), group), shop.dataDir).join('\n')
}

/** What `why` ends with, the verdict of `why-not` and what its first line says. */
const expected: Readonly<Record<Fate, readonly [now: RegExp, verdict: string, text: RegExp]>> = {
  delivered: [/delivered acked it$/, 'acked', /^it was delivered, attempt 1 to connection \d+ /],
  retried: [
    /retried is waiting for it$/,
    'back-off',
    /^attempt 2 failed \(nack, "the ledger is locked", again in 3600 s\); the next is due at 2/,
  ],
  watermark: [
    /watermark is waiting for it$/,
    'watermark',
    /over its watermark of 1 message a second: .* and 1\d messages of the topic go before it: 1\d s$/,
  ],
  offline: [
    /offline is waiting for it$/,
    'offline',
    /^nobody of the group is connected, since 2.*: connection \d+ \(127.0.0.1:\d+\) left$/,
  ],
  parked: [
    /parked has it parked, for it no longer wants the type$/,
    'parked',
    /^parked: no binding/,
  ],
  expired: [
    /expired has it among the dead letters$/,
    'expired',
    /it expired at 2.*, after 0 attempts and without an ack$/,
  ],
  dead: [
    /dead has it among the dead letters$/,
    'dead',
    /its limit of 1 delivery is used up, last feedback "no such account"$/,
  ],
  'rolled-back': [
    /rolled back, nobody will see it$/,
    'rolled-back',
    /^rolled back by client, "sold out": no group gets it$/,
  ],
  duplicate: [/duplicate acked it$/, 'acked', /^it was delivered, attempt 1 /],
  'in-flight': [
    /in-flight has it and has not answered$/,
    'in-flight',
    /^attempt 1 went to connection \d+ .* and is not answered yet$/,
  ],
  window: [
    /window is waiting for it$/,
    'window',
    /^no connection of the group has room: connection \d+ \(127.0.0.1:\d+\) has 1 of 1$/,
  ],
  prepared: [
    /prepared, its publisher has not decided$/,
    'prepared',
    /^prepared, and its publisher shop has not decided: not inquired yet; rolled back at 2/,
  ],
  skipped: [
    /skipped was away and keeps nothing$/,
    'skipped',
    /^skipped: the group is bound transient, and nobody of it was connected$/,
  ],
}

test('of every fate, why tells the life and why-not the reason with its record', async () => {
  for (const fate of fates) {
    const [now, verdict, text] = expected[fate]
    assert.match(await whyText(fate), now, fate)
    const answer = await whyNot(shop.dataDir, idOfFate(fate), fate)
    assert.equal(answer.verdict, verdict, fate)
    assert.match(answer.reasons[0]!.text, text)
    restsOnRecords(answer)
  }
})

/** Every record that a reason names is shown, but for bindings and failures told by their own line. */
function restsOnRecords({ reasons, evidence, message }: WhyNot): void {
  const first = reasons[0]!
  assert.ok(
    first.offset !== undefined && evidence.some(({ offset }) => offset === first.offset),
    `${first.text} rests on a record that is shown`,
  )
  assert.ok(evidence.some(({ offset }) => offset === message!.offset))
  const offsets = evidence.map(({ offset }) => offset)
  assert.deepEqual(
    offsets,
    offsets.toSorted((a, b) => a - b),
    'in the order of the log',
  )
}

test('a repeat leaves no second record: there is one life, with one delivery', async () => {
  const { lives } = await lifeOf(shop.dataDir, idOfFate('duplicate'))
  assert.deepEqual(
    lives.map(({ events }) => events.map(({ what }) => what)),
    [['published', 'delivered', 'acked']],
  )
})

test('a group that was bound otherwise hears which binding came nearest, and which came later', async () => {
  const { verdict, reasons } = await whyNot(shop.dataDir, idOfFate('delivered'), 'audit')
  assert.equal(verdict, 'no-binding')
  assert.deepEqual(
    reasons.map(({ text }) => text),
    [
      'no binding of the group matched trade / pay-delivered when it was published; it went to delivered',
      'nearest was trade direct pay-delivred from client: the type differs',
      'trade direct pay-delivered from client matches, and came after; it brings nothing back',
    ],
  )
  const nobody = await whyNot(shop.dataDir, idOfFate('delivered'), 'nobody')
  assert.equal(nobody.reasons[1]!.text, 'no record names a group "nobody"')
})

test('the page shows what the program says', async (t) => {
  const said = await pageText(await cutFolder(t))
  const text = readFileSync(page, 'utf8')
  const [begin, end] = [text.indexOf(marks[0]) + marks[0].length, text.indexOf(marks[1])]
  assert.ok(begin >= marks[0].length && end >= begin, `${page} has its marks`)
  if (process.env['KITEQ_WRITE_DOCS'] === '1')
    writeFileSync(page, text.slice(0, begin) + said + text.slice(end))
  else
    assert.equal(
      withoutNumbers(text.slice(begin, end)),
      withoutNumbers(said),
      'KITEQ_WRITE_DOCS=1 writes the page anew',
    )
})

async function pageText(cut: CutFolder): Promise<string> {
  const parts: string[] = []
  const block = (...lines: string[]): number =>
    parts.push(['', '```', ...lines, '```', ''].join('\n'))
  for (const fate of fates) {
    const id = idOfFate(fate)
    parts.push(`\n**${fate}**\n`)
    block(
      `$ kiteq why ${id} --data-dir /tmp/shop`,
      await whyText(fate),
      `$ kiteq why-not ${id} ${fate} --data-dir /tmp/shop`,
      await whyNotText(fate, fate),
    )
  }
  parts.push(
    '\n**moved**: retention has dropped the segment it was stored in; of another folder, without a broker\n',
  )
  const moved = cut.id('waiting')
  block(
    `$ kiteq why ${moved} --data-dir /tmp/kept`,
    (await lifeOf(cut.dir, moved)).lives.flatMap(whyLines).join('\n'),
    `$ kiteq why-not ${moved} waiting --data-dir /tmp/kept`,
    whyNotLines(await whyNot(cut.dir, moved, 'waiting'), '/tmp/kept').join('\n'),
  )
  parts.push('\n**bound to another type**\n')
  block(
    `$ kiteq why-not ${idOfFate('delivered')} audit --data-dir /tmp/shop`,
    await whyNotText('delivered', 'audit'),
  )
  parts.push(
    '\n**published again**: first told only, then done, into a broker where nobody is bound\n',
  )
  const replays = await replayTexts()
  const command = 'kiteq replay --data-dir /tmp/shop --into 127.0.0.1:13900 --topic trade'
  block(
    `$ ${command} --dry-run`,
    replays.dry,
    `$ ${command} --stable-ids --rate 1000`,
    replays.done,
  )
  return `${parts.join('')}\n`
}

async function replayTexts(): Promise<{ dry: string; done: string }> {
  const dataDir = temporaryFolder('again')
  const config = loadConfig({ dataDir, listen: '127.0.0.1:0', http: 'off' }, () => '')
  const broker = await startBroker(config)
  const into = broker.address
  const options = { dataDir: shop.dataDir, into, group: 'kiteq-cli', window: 1024, topic: 'trade' }
  const never = new AbortController().signal
  const text = async (more: { dryRun?: true; stableIds?: true; rate: number }): Promise<string> => {
    const { result } = await publishSelected({ ...options, ...more, limit: Infinity }, never)
    return replayLines({ ...result, into: '127.0.0.1:13900' }).join('\n')
  }
  try {
    return {
      dry: await text({ dryRun: true, rate: Infinity }),
      done: await text({ stableIds: true, rate: 1000 }),
    }
  } finally {
    await broker.close()
  }
}

test('a paused group is the reason, and who paused it', async () => {
  const pause = { op: 'group-pause', group: 'offline', who: 'kai' }
  await askOwner(shop.dataDir, pause)
  const { reasons } = await whyNot(shop.dataDir, idOfFate('offline'), 'offline')
  assert.deepEqual(
    reasons.map(({ code }) => code),
    ['paused', 'offline'],
  )
  assert.match(reasons[0]!.text, /^the group is paused by kai since 2/)
  await askOwner(shop.dataDir, { ...pause, op: 'group-resume' })
  const { verdict } = await whyNot(shop.dataDir, idOfFate('offline'), 'offline')
  assert.equal(verdict, 'offline')
})

test('the command answers with exit codes and as JSON', async () => {
  const folder = ['--data-dir', shop.dataDir]
  const known = await kiteq(['why-not', idOfFate('offline'), 'offline', ...folder])
  assert.equal(known.code, 0, known.stderr)
  assert.match(known.stdout, /^message [0-9a-f]{32}, group offline\n {2}nobody of the group is/)
  const unknown = await kiteq(['why-not', '0'.repeat(32), 'offline', ...folder])
  assert.equal(unknown.code, 1)
  assert.match(unknown.stdout, /is not in this log, which reaches from record 0 \(2.*\) to \d+ \(2/)
  const json = await kiteq(['why-not', idOfFate('dead'), 'dead', '--json', ...folder])
  const { verdict, inUse, message } = JSON.parse(json.stdout) as Record<string, unknown>
  assert.deepEqual([verdict, inUse, (message as { topic: string }).topic], ['dead', true, 'trade'])
  assert.equal((await kiteq(['why-not', 'abc', 'dead', ...folder])).code, 2)
  assert.equal(
    (await kiteq(['why-not', idOfFate('dead'), 'dead', '--data-dir', '/nowhere'])).code,
    2,
  )
})

test('of a stopped broker the log answers alone, and says what it cannot know', async () => {
  await shop.stop()
  const verdictOf = async (fate: Fate): Promise<string[]> => {
    const { reasons } = await whyNot(shop.dataDir, idOfFate(fate), fate)
    return reasons.map(({ code }) => code)
  }
  assert.deepEqual(await verdictOf('delivered'), ['acked'])
  assert.deepEqual(await verdictOf('offline'), ['no-broker'])
  assert.deepEqual(await verdictOf('watermark'), ['no-broker', 'behind'])
  assert.deepEqual(await verdictOf('retried'), ['no-broker', 'back-off'])
  assert.deepEqual(await verdictOf('parked'), ['parked', 'no-broker'])
  const text = await whyNotText('retried', 'retried')
  assert.match(text, /no broker runs, so connections, windows and rates are not known$/)
})
