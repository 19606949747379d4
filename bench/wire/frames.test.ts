// The splitter must find the same frames however the stream is cut.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FrameSplitter, headBytes, writeHead } from './frames.ts'

interface Seen {
  readonly command: number
  readonly opaque: number
  readonly body: string
}

function split(stream: Buffer, cut: number): Seen[] {
  const seen: Seen[] = []
  const splitter = new FrameSplitter({
    frame: (source, command, opaque, start, end) =>
      seen.push({ command, opaque, body: source.toString('latin1', start, end) }),
  })
  for (let at = 0; at < stream.length; at += cut) {
    const chunk = Buffer.from(stream.subarray(at, at + cut))
    splitter.push(chunk, chunk.length)
  }
  return seen
}

test('a stream cut into pieces of any length gives the same frames', () => {
  const bodies = ['', 'a', 'x'.repeat(300), 'y'.repeat(5000), 'last']
  const stream = Buffer.concat(
    bodies.map((body, i) => {
      const bytes = Buffer.alloc(headBytes + body.length)
      writeHead(bytes, 0, 0xfffffff0 + i, 0x11, body.length)
      bytes.write(body, headBytes, 'latin1')
      return bytes
    }),
  )
  const expected = bodies.map((body, i) => ({ command: 0x11, opaque: 0xfffffff0 + i, body }))
  for (const cut of [1, 2, 3, 18, 19, 20, 37, 100, 4096, stream.length]) {
    assert.deepEqual(split(stream, cut), expected, `pieces of ${cut}`)
  }
})

test('a frame that announces more than the largest body is refused', () => {
  const head = Buffer.alloc(headBytes)
  writeHead(head, 0, 1, 0x11, 2 * 1024 * 1024 + 1)
  assert.throws(() => split(head, headBytes), /announces/)
})
