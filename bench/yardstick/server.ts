// The yardstick's process: sockets in front of the bare pipeline, or of nothing at all.
// It has no broker logic: no topics to match, no timers, no redelivery, no limits but those of memory.
//
//   node --import tsx bench/yardstick/server.ts --listen 127.0.0.1:0 --data-dir DIR [--mode deliver]

import { createServer, type AddressInfo, type Socket } from 'node:net'
import { parseArgs } from 'node:util'
import {
  bind,
  bytesMessage,
  commandAck,
  connAuth,
  connMeta,
  deliverAck,
  FrameSplitter,
  heartbeat,
  type FrameSink,
} from '../wire/frames.ts'
import { answerBody, frame } from '../wire/packets.ts'
import { IdIndex } from './id-index.ts'
import { Journal } from './journal.ts'
import { acknowledgeAtOnce, Peer, Pipeline } from './pipeline.ts'
import { scan } from './scan.ts'

const { values } = parseArgs({
  options: {
    listen: { type: 'string', default: '127.0.0.1:0' },
    'data-dir': { type: 'string' },
    /** ack: no journal. publish: no index, no deliveries. deliver: all of it. */
    mode: { type: 'string', default: 'deliver' },
    /** fdatasync, dsync (one O_DSYNC write) or none. */
    sync: { type: 'string', default: 'fdatasync' },
    /** reuse: full segments are overwritten in turn. fresh: the next one is filled in the background. */
    segments: { type: 'string', default: 'fresh' },
    'segment-bytes': { type: 'string', default: String(256 * 1024 * 1024) },
  },
})

const authenticated = answerBody(true, 'Auth Succ')
const done = answerBody(true, '')

/** One connection: frames in, into the pipeline or answered at once. */
class Connection implements FrameSink {
  private readonly peer: Peer
  private readonly pipeline: Pipeline | undefined

  constructor(socket: Socket, pipeline: Pipeline | undefined) {
    this.peer = new Peer(socket)
    this.pipeline = pipeline
    const splitter = new FrameSplitter(this)
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => {
      splitter.push(chunk, chunk.length)
      if (pipeline === undefined) this.peer.gathering.sendTo(socket)
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      const at = pipeline?.consumers.indexOf(this.peer) ?? -1
      if (at >= 0) pipeline?.consumers.splice(at, 1)
    })
  }

  frame(source: Buffer, command: number, opaque: number, start: number, end: number): void {
    const { peer, pipeline } = this
    if (command === bytesMessage) {
      if (pipeline === undefined) acknowledgeAtOnce(peer.gathering, source, start)
      else if (!pipeline.publish(peer, opaque, source, start, end)) peer.socket.destroy()
    } else if (command === deliverAck) {
      pipeline?.deliverAck(peer, source, start)
    } else if (command === connMeta) {
      peer.socket.write(frame(opaque, connAuth, authenticated))
    } else if (command === bind) {
      if (pipeline !== undefined && !pipeline.consumers.includes(peer))
        pipeline.consumers.push(peer)
      peer.socket.write(frame(opaque, commandAck, done))
    } else if (command === heartbeat) {
      peer.socket.write(frame(opaque, heartbeat, Buffer.from(source.subarray(start, end))))
    }
  }
}

function openPipeline(): Pipeline | undefined {
  if (values.mode === 'ack') return undefined
  const dir = values['data-dir']
  if (dir === undefined) throw new Error('--data-dir is needed')
  const index = values.mode === 'deliver' ? new IdIndex(0x5bd1e995 ^ process.pid) : undefined
  const found = scan(dir, index)
  if (found.records > 0) {
    process.stdout.write(`yardstick scanned ${found.records} records in ${found.ms} ms\n`)
  }
  const journal = new Journal({
    dir,
    segmentBytes: Number(values['segment-bytes']),
    dsync: values.sync === 'dsync',
    sync: values.sync !== 'none',
    reuse: values.segments === 'reuse',
    keep: 16,
  })
  process.on('exit', () => process.stdout.write(`yardstick: ${journal.describe()}\n`))
  return new Pipeline(journal, index)
}

const pipeline = openPipeline()
const server = createServer((socket) => new Connection(socket, pipeline))
const [host, port] = values.listen.split(':')
server.listen({ host: host!, port: Number(port), backlog: 1024 }, () => {
  process.stdout.write(
    `yardstick listening on 127.0.0.1:${(server.address() as AddressInfo).port}\n`,
  )
})
process.on('SIGTERM', () => process.exit(0))
