import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { FakeBroker } from '../../test/support/fake-broker.ts'
import { freePort } from '../../test/support/free-ports.ts'
import { KiteQError } from '../model/errors.ts'
import { reconnectDelayMs } from './back-off.ts'
import { Client, connect } from './client.ts'

const open: (() => Promise<void>)[] = []
after(async () => {
  for (const close of open.reverse()) await close()
})

async function start(): Promise<FakeBroker> {
  const broker = await FakeBroker.start()
  open.push(() => broker.close())
  return broker
}

function keep(client: Client): Client {
  open.push(() => client.close({ drainMs: 0 }))
  return client
}

/** Nobody listens there. */
async function deadAddress(): Promise<string> {
  return `127.0.0.1:${await freePort()}`
}

const hello = { topic: 'trade', type: 'pay-succ-200', body: 'hello' }
const quick = { reconnect: { minMs: 1, maxMs: 5 } }

function code(expected: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof KiteQError, String(error))
    assert.equal(error.code, expected)
    return true
  }
}

test('connect says who it is and takes no deliveries before it subscribes', async () => {
  const broker = await start()
  const client = keep(await connect({ address: broker.address, group: 'ps-trade-a' }))
  assert.equal(client.address, broker.address)
  assert.equal((await broker.next('connected')).group, 'ps-trade-a')
  assert.equal((await broker.next('credit')).window, 0)
})

test('connect rejects at once where nobody listens', async () => {
  await assert.rejects(connect({ address: await deadAddress(), group: 'g' }), code('KITEQ_CLOSED'))
})

test('connect rejects when the broker refuses, and does not try again', async () => {
  const broker = await start()
  broker.answers.auth = () => ({ status: false, feedback: 'not you' })
  await assert.rejects(
    connect({ address: broker.address, group: 'g', startupMs: 60_000 }),
    /not you/,
  )
  assert.equal(broker.all('connected').length, 1)
})

test('connect rejects when the handshake is not answered', async () => {
  const broker = await start()
  broker.answers.auth = () => undefined
  await assert.rejects(
    connect({ address: broker.address, group: 'g', handshakeTimeoutMs: 20 }),
    code('KITEQ_TIMEOUT'),
  )
})

test('connect goes on to the next address', async () => {
  const broker = await start()
  const addresses = [await deadAddress(), broker.address]
  const client = keep(await connect({ addresses, group: 'g' }))
  assert.equal(client.address, broker.address)
})

test('connect waits for a broker that starts late, when told to', async () => {
  const address = await deadAddress()
  const client = keep(new Client({ address, group: 'g', startupMs: 60_000, ...quick }))
  await new Promise((resolve) => client.on('error', resolve))
  const broker = await FakeBroker.start(Number(address.split(':')[1]))
  open.push(() => broker.close())
  await client.ready()
})

test('wrong options are refused with what was expected', () => {
  assert.throws(() => new Client({ group: '' }), /group is ""; expected a string of 1 to 255 bytes/)
  assert.throws(() => new Client({ group: 'g', address: 'nowhere' }), /expected host:port/)
  assert.throws(() => new Client({ group: 'g', pendingMax: 70_000 }), /pendingMax is 70000/)
})

test('a lost connection comes back, is told, and says everything again', async () => {
  const broker = await start()
  const client = keep(await connect({ address: broker.address, group: 'g', ...quick }))
  await client.subscribe({ topic: 'trade', bindings: [{ type: 'pay-succ-200' }] }, () => true, {
    window: 10,
  })
  await broker.next('credit', ({ window }) => window === 10)
  const from = broker.seen.length
  const lost = new Promise<KiteQError>((resolve) => client.on('disconnected', resolve))
  broker.dropAll()
  assert.equal((await lost).code, 'KITEQ_CLOSED')
  const bind = await broker.next('bind', () => true, from)
  const credit = await broker.next('credit', ({ window }) => window > 0, from)
  assert.deepEqual([bind.topic, bind.count, credit.window], ['trade', 1, 10])
})

test('waits between attempts grow, are bounded and differ', () => {
  const waits = [1, 2, 3, 10, 1000].map((attempt) => reconnectDelayMs(attempt, 100, 10_000, 1))
  assert.deepEqual(waits, [100, 200, 400, 10_000, 10_000])
  assert.equal(reconnectDelayMs(3, 100, 10_000, 0), 200)
})

test('with reconnect off a lost connection closes the client', async () => {
  const broker = await start()
  const client = keep(await connect({ address: broker.address, group: 'g', reconnect: false }))
  broker.answers.store = () => undefined
  const answer = client.publish(hello)
  const closed = new Promise((resolve) => client.on('closed', resolve))
  await broker.next('publish')
  broker.dropAll()
  await assert.rejects(answer, code('KITEQ_CLOSED'))
  assert.ok((await closed) instanceof KiteQError)
  await assert.rejects(client.publish(hello), code('KITEQ_CLOSED'))
  await assert.rejects(client.ready(), code('KITEQ_CLOSED'))
})

test('a silent connection is asked, and kept while it answers', async () => {
  const broker = await start()
  const client = keep(await connect({ address: broker.address, group: 'g', heartbeatMs: 5 }))
  await broker.next('heartbeat', () => broker.all('heartbeat').length === 5)
  assert.equal(broker.all('connected').length, 1)
  await client.close()
})

test('a peer that answers no heartbeat is left for a new connection', async () => {
  const broker = await start()
  broker.answers.heartbeat = () => false
  const options = { address: broker.address, group: 'g', heartbeatMs: 5, heartbeatTimeoutMs: 5 }
  const client = keep(await connect({ ...options, ...quick }))
  const lost = new Promise<KiteQError>((resolve) => client.on('disconnected', resolve))
  assert.match((await lost).message, /no heartbeat answer in 5 ms/)
  await broker.next('connected', () => broker.all('connected').length === 2)
})

test('bytes that are no frame end the connection', async () => {
  const broker = await start()
  const client = keep(await connect({ address: broker.address, group: 'g', ...quick }))
  const lost = new Promise<KiteQError>((resolve) => client.on('disconnected', resolve))
  const { peer } = await broker.next('connected')
  peer.raw(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n\r\n\r\n'))
  assert.equal((await lost).code, 'KITEQ_FRAME')
})

test('close waits for answers on their way', async () => {
  const broker = await start()
  const client = await connect({ address: broker.address, group: 'g' })
  broker.answers.store = () => undefined
  const answer = client.publish(hello)
  const { peer, opaque, id } = await broker.next('publish')
  const closing = client.close()
  peer.storeAck(opaque, id, true, 'in the end')
  await closing
  assert.equal((await answer).feedback, 'in the end')
})

test('close rejects what is left, once, and settles a second time at once', async () => {
  const broker = await start()
  const client = await connect({ address: broker.address, group: 'g', pendingMax: 1 })
  broker.answers.store = () => undefined
  broker.answers.command = () => undefined
  const answer = assert.rejects(client.publish(hello), code('KITEQ_CLOSED'))
  const bound = assert.rejects(client.bind('trade', [{ type: 'x' }]), code('KITEQ_CLOSED'))
  const room = client.room()
  await broker.next('bind')
  await client.close({ drainMs: 10 })
  await Promise.all([answer, bound, room])
  await client.close()
  await assert.rejects(client.publish(hello), code('KITEQ_CLOSED'))
  await assert.rejects(client.unbind('trade'), code('KITEQ_CLOSED'))
  await broker.next('lost')
})

test('close settles while the broker is absent', async () => {
  const broker = await start()
  const client = await connect({ address: broker.address, group: 'g', ...quick })
  await broker.close()
  const answer = assert.rejects(client.publish(hello), code('KITEQ_CLOSED'))
  await client.close({ drainMs: 60_000 })
  await answer
})

test('a connection lost while closing is not replaced', async () => {
  const broker = await start()
  const client = await connect({ address: broker.address, group: 'g', ...quick })
  const begun = new Promise<void>((resolve) => {
    void client.subscribe({ topic: 'trade' }, () => {
      resolve()
      return new Promise(() => undefined)
    })
  })
  const { peer } = await broker.next('connected')
  peer.deliver(0x80000001, {}, 'x')
  await begun
  const closing = client.close({ drainMs: 100 })
  broker.dropAll()
  await closing
  assert.equal(broker.all('connected').length, 1)
})

/** Runs a module text in a process of its own, which must end by itself. */
async function runs(text: string): Promise<string> {
  const client = new URL('client.ts', import.meta.url).href
  const program = `import { Client, connect } from ${JSON.stringify(client)}\n${text}`
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', program],
    { stdio: ['ignore', 'pipe', 'inherit'], timeout: 20_000, killSignal: 'SIGKILL' },
  )
  let printed = ''
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  const [exitCode, signal] = (await once(child, 'close')) as [number | null, string | null]
  assert.deepEqual([exitCode, signal], [0, null])
  return printed.trim()
}

test('a process that has closed its client ends by itself', async () => {
  const broker = await start()
  const printed = await runs(`
    const client = await connect({ address: '${broker.address}', group: 'g' })
    await client.subscribe({ topic: 'trade', bindings: [{ type: 'x' }] }, () => true)
    await client.publish({ topic: 'trade', type: 'x', body: 'y' })
    await client.close()
    console.log('closed')`)
  assert.equal(printed, 'closed')
})

test('a process ends by itself with the broker absent, whether it waited or not', async () => {
  const address = await deadAddress()
  const printed = await runs(`
    await connect({ address: '${address}', group: 'g' }).catch((error) => console.log(error.code))
    const client = new Client({ address: '${address}', group: 'g', startupMs: 3600_000 })
    client.publish({ topic: 'trade', type: 'x', body: 'y' }).catch((error) => console.log(error.code))
    await client.close()
    console.log('closed')`)
  assert.equal(printed, 'KITEQ_CLOSED\nKITEQ_CLOSED\nclosed')
})
