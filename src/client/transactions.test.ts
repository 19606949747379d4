import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { after, test } from 'node:test'
import { FakeBroker } from '../../test/support/fake-broker.ts'
import { connect, type Client } from './client.ts'
import type { ClientOptions } from './options.ts'
import type { Inquiry } from './transactions.ts'

const top = path.resolve(import.meta.dirname, '../..')
const open: (() => Promise<void>)[] = []
after(async () => {
  for (const close of open.reverse()) await close()
})

async function pair(
  options: Partial<ClientOptions> = {},
): Promise<{ broker: FakeBroker; client: Client }> {
  const broker = await FakeBroker.start()
  open.push(() => broker.close())
  const client = await connect({ address: broker.address, group: 'ps-trade-a', ...options })
  open.push(() => client.close({ drainMs: 0 }))
  return { broker, client }
}

const payment = { topic: 'trade', type: 'pay-succ-200', body: 'paid' }
const inquiry = 0x80000007

test('prepared, worked, committed, in this order', async () => {
  const { broker, client } = await pair()
  const { id, result } = await client.publishInTransaction(payment, async () => {
    assert.equal(broker.all('publish').length, 1)
    assert.equal(broker.all('decided').length, 0)
    return Promise.resolve(42)
  })
  assert.equal(result, 42)
  const prepared = await broker.next('publish')
  assert.equal(prepared.header.commit, false)
  const decided = await broker.next('decided')
  assert.deepEqual([decided.id, decided.status, decided.opaque, decided.feedback], [id, 1, 0, ''])
})

test('work that throws rolls back with its reason, and the caller gets the error', async () => {
  const { broker, client } = await pair()
  const noFunds = new Error('no funds')
  const run = client.publishInTransaction(payment, () => Promise.reject(noFunds))
  await assert.rejects(run, (error) => error === noFunds)
  const { status, feedback } = await broker.next('decided')
  assert.deepEqual([status, feedback], [2, 'no funds'])
})

test('a refused prepare runs no work and decides nothing', async () => {
  const { broker, client } = await pair()
  broker.answers.store = () => ({ status: false, feedback: 'overload' })
  let ran = false
  await assert.rejects(
    client.publishInTransaction(payment, () => {
      ran = true
    }),
    /overload/,
  )
  broker.answers.store = () => ({ status: true, feedback: '' })
  await client.publish(payment)
  assert.equal(ran, false)
  assert.equal(broker.all('decided').length, 0)
})

test('a prepare without an answer may be stored, so it is rolled back', async () => {
  const { broker, client } = await pair({ answerTimeoutMs: 20 })
  broker.answers.store = () => undefined
  await assert.rejects(
    client.publishInTransaction(payment, () => 1),
    /not answered in 20 ms/,
  )
  const { id } = await broker.next('publish')
  const decided = await broker.next('decided')
  assert.deepEqual([decided.id, decided.status], [id, 2])
})

test('the check handler answers for messages this client knows nothing about', async () => {
  const { broker, client } = await pair()
  const asked: Inquiry[] = []
  client.onCheck((about) => {
    asked.push(about)
    return 'commit'
  })
  const { peer } = await broker.next('connected')
  const properties = [{ key: Buffer.from('order'), value: Buffer.from('17') }]
  peer.inquire(inquiry, { commit: false, properties })
  const { opaque, status, id } = await broker.next('decided')
  assert.deepEqual([opaque, status, id], [inquiry, 1, '0123456789abcdef0123456789abcdef'])
  assert.deepEqual(asked, [
    { id, topic: 'trade', type: 'pay-succ-200', properties: new Map([['order', '17']]) },
  ])
})

test('a check handler may take its time, say no, throw, or be missing', async () => {
  const { broker, client } = await pair()
  const { peer } = await broker.next('connected')
  peer.inquire(inquiry, {})
  const missing = await broker.next('decided')
  assert.deepEqual([missing.status, missing.feedback], [0, 'no check handler'])
  client.onCheck(() => Promise.resolve('rollback'))
  peer.inquire(inquiry + 1, {})
  assert.equal((await broker.next('decided', ({ opaque }) => opaque === inquiry + 1)).status, 2)
  client.onCheck(() => {
    throw new Error('database away')
  })
  peer.inquire(inquiry + 2, {})
  const thrown = await broker.next('decided', ({ opaque }) => opaque === inquiry + 2)
  assert.deepEqual([thrown.status, thrown.feedback], [0, 'database away'])
})

test('an inquiry in the middle of the work is answered unknown, and after it as decided', async () => {
  const { broker, client } = await pair()
  client.onCheck(() => 'rollback')
  const { peer } = await broker.next('connected')
  const { id } = await client.publishInTransaction(payment, async () => {
    const prepared = await broker.next('publish')
    peer.inquire(inquiry, { messageId: Buffer.from(prepared.id) })
    const early = await broker.next('decided')
    assert.deepEqual([early.status, early.feedback], [0, 'still at work'])
  })
  peer.inquire(inquiry + 1, { messageId: Buffer.from(id.toUpperCase()) })
  const late = await broker.next('decided', ({ opaque }) => opaque === inquiry + 1)
  assert.equal(late.status, 1)
})

test('a process that ends right after a transaction leaves it decided', async () => {
  const broker = await FakeBroker.start()
  open.push(() => broker.close())
  const program = `
    import { connect } from './src/client/client.ts'
    const client = await connect({ address: '${broker.address}', group: 'ps-trade-a' })
    const run = (work) => client.publishInTransaction(${JSON.stringify(payment)}, work)
    await run(() => { throw new Error('no funds') }).catch(() => {})
    await run(() => {})
    process.exit()`
  const flags = ['--import', 'tsx', '--input-type=module', '--eval', program]
  const child = spawn(process.execPath, flags, {
    cwd: top,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const [code] = (await once(child, 'close')) as [number | null]
  assert.equal(code, 0)
  await broker.next('lost')
  assert.deepEqual(
    broker.all('decided').map(({ status }) => status),
    [2, 1],
  )
})

test('a decision that cannot be sent keeps its caller no longer than an answer may take', async () => {
  const broker = await FakeBroker.start()
  const options = { address: broker.address, group: 'ps-trade-a', answerTimeoutMs: 50 }
  const client = await connect(options)
  open.push(() => client.close({ drainMs: 0 }))
  let decidedMs = 0
  const { result } = await client.publishInTransaction(payment, async () => {
    await loseConnection(broker, client)
    decidedMs = performance.now()
    return 42
  })
  assert.equal(result, 42)
  const waitedMs = performance.now() - decidedMs
  assert.ok(waitedMs > 45, `settled after ${waitedMs} ms`)
})

test('closing ends the wait of a decision that has no connection', async () => {
  const broker = await FakeBroker.start()
  const client = await connect({ address: broker.address, group: 'ps-trade-a' })
  let atWork = (): void => undefined
  const working = new Promise<void>((resolve) => (atWork = resolve))
  const run = client.publishInTransaction(payment, async () => {
    await loseConnection(broker, client)
    setImmediate(atWork)
  })
  await working
  await client.close({ drainMs: 0 })
  await run
})

async function loseConnection(broker: FakeBroker, client: Client): Promise<void> {
  const lost = new Promise((resolve) => client.on('disconnected', resolve))
  await broker.close()
  await lost
}

test('a decision made without a connection is sent on the next one', async () => {
  const { broker, client } = await pair({ reconnect: { minMs: 20, maxMs: 20 } })
  const { id } = await client.publishInTransaction(payment, async () => {
    const lost = new Promise((resolve) => client.on('disconnected', resolve))
    broker.dropAll()
    await lost
  })
  const decided = await broker.next('decided')
  assert.deepEqual([decided.id, decided.status], [id, 1])
})
