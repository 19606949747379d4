import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { askAt, listenAt } from './owner-socket.ts'

function placeFor(context: TestContext): string {
  const dir = fs.mkdtempSync(join(os.tmpdir(), 'kiteq-socket-'))
  context.after(() => fs.rmSync(dir, { recursive: true, force: true }))
  return join(dir, 's')
}

/** Says this to whoever comes and ends the connection. */
async function saying(context: TestContext, ...pieces: readonly string[]): Promise<string> {
  const path = placeFor(context)
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      for (const piece of pieces) socket.write(piece)
      socket.end()
    })
  })
  server.listen(path)
  await once(server, 'listening')
  context.after(() => void server.close())
  return path
}

test('what is no answer is an error and never an exception elsewhere', async (context) => {
  for (const line of ['not json', 'null', '{}', '7', '[]', '{"error":{}}', '{"error":"x"}'])
    await assert.rejects(askAt(await saying(context, `${line}\n`), { op: 'who' }), {
      code: 'KITEQ_PACKET',
    })
  assert.deepEqual(await askAt(await saying(context, '{"ok":{"a":1}}\n'), {}), { a: 1 })
  assert.equal(await askAt(await saying(context, '{"ok":null}\n'), {}), null)
  await assert.rejects(askAt(await saying(context, '{"error":{"code":7,"message":"no"}}\n'), {}), {
    code: 'KITEQ_REFUSED',
    message: 'no',
  })
})

test('an answer that is cut is an error, and one that never began means that nobody is there', async (context) => {
  await assert.rejects(askAt(await saying(context, '{"ok":[1,2'), {}), { code: 'KITEQ_CLOSED' })
  assert.equal(await askAt(await saying(context), {}), undefined)
})

test('a flood is an error before it fills the memory', async (context) => {
  const pieces = Array.from({ length: 20 }, () => 'x'.repeat(1024 * 1024))
  await assert.rejects(askAt(await saying(context, ...pieces), {}), {
    code: 'KITEQ_PACKET',
    message: /more than 16777216 characters/,
  })
})

test('an answer of several megabytes comes whole', async (context) => {
  const path = placeFor(context)
  const text = 'ä'.repeat(3_000_000)
  const { close } = await listenAt(path, () => Promise.resolve(text))
  context.after(close)
  assert.equal(await askAt(path, {}), text)
})

test('whoever sends requests and reads no answers is answered no faster than he reads', async (context) => {
  const path = placeFor(context)
  let answered = 0
  const big = 'x'.repeat(100_000)
  const { close } = await listenAt(path, () => Promise.resolve((answered++, big)))
  context.after(close)
  const socket = net.connect(path)
  context.after(() => socket.destroy())
  await once(socket, 'connect')
  socket.pause()
  socket.write('{}\n'.repeat(1000))
  while (answered === 0) await askAt(path, {}).then(() => undefined)
  const others = 20
  for (let n = 0; n < others; n++) await askAt(path, {})
  assert.ok(answered < 200, `${answered} answered while nobody reads`)
  let bytes = 0
  socket.on('data', (chunk) => (bytes += chunk.length))
  socket.resume()
  while (bytes < 1000 * (big.length + 10)) await once(socket, 'data')
  assert.ok(answered >= 1000)
})

test('a request without an end is cut off', async (context) => {
  const path = placeFor(context)
  const { close } = await listenAt(path, () => Promise.resolve(1))
  context.after(close)
  const socket = net.connect(path)
  socket.on('error', () => undefined)
  socket.write('x'.repeat(5 * 1024 * 1024)) // more than any request, and far sooner than silence would end it
  await new Promise<void>((resolve) => void socket.once('close', () => resolve()))
})
