// The connection to a server that means harm, breaks the protocol, or falls silent: what it learns of the password, and that it
// costs neither memory nor an end.

import assert from 'node:assert/strict'
import { constants, generateKeyPairSync, privateDecrypt } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import {
  caFile,
  columnPayload,
  eofPayload,
  FakeMysql,
  okPayload,
  packet,
  rowAnswer,
  type FakePeer,
  type Play,
} from '../../test/support/fake-mysql.ts'
import { exitCodes, exitCodeOf, lineOf } from '../cli/exit-codes.ts'
import { MysqlConnection, mysqlFailure, type OpenOptions } from './mysql-connection.ts'
import { MysqlFault, MysqlRefusal, troubleOf } from './mysql-errors.ts'
import { loginPlugins } from './mysql-login.ts'
import { isLoopback, MysqlStream } from './mysql-stream.ts'

const options = { timeout: 20_000 }
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
/** As the server says it. */
const denied = Buffer.from('\u00ff\u0015\u0004#28000no', 'latin1')
const key = publicKey.export({ type: 'spki', format: 'pem' }) as string

async function fake(t: TestContext, play: Play): Promise<FakeMysql> {
  const server = await FakeMysql.playing(play)
  t.after(() => server.close())
  return server
}

/** As every network but loopback is. */
function fromAfar(t: TestContext): void {
  t.mock.getter(MysqlStream.prototype, 'isLocal', () => false)
}

const settings = { packet: 1 << 24, version: '8.0.0-fake' }

/** All that is asked at the beginning; then `question`. */
function playing(question: (peer: FakePeer) => void): Play {
  return async (peer) => {
    await peer.admit()
    await peer.answer((sql) => {
      if (sql.startsWith('SELECT @@')) peer.socket.write(rowAnswer(settings))
      else if (sql.startsWith('SELECT')) question(peer)
      else return 'ok'
      return 'done'
    })
  }
}

async function opened(
  t: TestContext,
  question: (peer: FakePeer) => void,
  given: OpenOptions = {},
): Promise<MysqlConnection> {
  const server = await fake(t, playing(question))
  const connection = await MysqlConnection.open(server.address, true, given)
  t.after(() => connection.destroy())
  return connection
}

const fault =
  (words: RegExp, what = '') =>
  (error: Error): boolean => {
    assert.ok(error instanceof MysqlFault, `${what} is not the server's fault: ${error.stack}`)
    assert.match(error.message, words)
    const told = mysqlFailure('mysql://h/a', error)
    assert.doesNotMatch(lineOf(told), /a bug/)
    assert.equal(exitCodeOf(told), exitCodes.unavailable)
    return true
  }

test('an address is of this machine or is not', () => {
  for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])
    assert.equal(isLoopback(address), true, address)
  for (const address of ['', '10.127.0.1', '::127.0.0.1', '::11', '1127.0.0.1', 'fe80::1'])
    assert.equal(isLoopback(address), false, address)
})

test(
  'a port of this machine gets no password to read, unless the address says that it is the server',
  options,
  async (t) => {
    const lengths: number[] = []
    const server = await fake(t, async (peer) => {
      peer.greet()
      const response = await peer.next()
      const digest = await peer.switchTo(response.sequence + 1, 'caching_sha2_password')
      peer.send(digest.sequence + 1, Buffer.of(1, 4))
      lengths.push((await peer.next()).payload.length) // asks for a key, if it comes at all
      peer.send(digest.sequence + 3, denied)
    })
    await assert.rejects(MysqlConnection.open(server.address, true), (error: Error) => {
      assert.ok(error instanceof MysqlRefusal, String(error.stack))
      assert.match(error.message, /socket=PATH.*trust-loopback=on/)
      return true
    })
    assert.deepEqual(lengths, [])
    const trusted = { ...server.address, trustsLoopback: true }
    await assert.rejects(MysqlConnection.open(trusted, true), { errno: 1045 })
    assert.deepEqual(lengths, [1])
  },
)

for (const plugin of ['caching_sha2_password', 'sha256_password', 'mysql_clear_password'])
  test(
    `over a network in the open ${plugin} gets nothing to read the password from`,
    options,
    async (t) => {
      fromAfar(t)
      const peers: FakePeer[] = []
      const answers: number[] = []
      const server = await fake(t, async (peer) => {
        peers.push(peer)
        peer.greet(plugin)
        const response = await peer.next()
        const first = await peer.switchTo(response.sequence + 1, plugin)
        answers.push(first.payload.length)
        peer.send(first.sequence + 1, Buffer.of(1, 4)) // asks for the whole of it
        const second = await peer.next()
        answers.push(second.payload.length)
        peer.send(second.sequence + 1, Buffer.from(`\u0001${key}`))
        const third = await peer.next()
        answers.push(third.payload.length)
        peer.send(third.sequence + 1, denied)
      })
      const opening = MysqlConnection.open(server.address, true, { connectWithinMs: 5_000 })
      await assert.rejects(opening, (error: Error) => {
        assert.ok(error instanceof MysqlRefusal, String(error.stack))
        assert.match(error.message, new RegExp(`\\(${plugin}\\).*expected TLS \\(tls=on\\)`))
        assert.equal(troubleOf(error), 'refused')
        assert.equal(exitCodeOf(mysqlFailure('mysql://h/a', error)), exitCodes.usage)
        return true
      })
      const [{ heard }] = peers as [FakePeer]
      assert.ok(!heard.includes('not-for-all'), 'the password was sent as it is')
      const digest = plugin === 'caching_sha2_password' ? [32] : []
      assert.deepEqual(answers, digest, 'more than a digest of the password was sent')
    },
  )

test(
  'inside this machine the password goes sealed to who asks, and over TLS as it is',
  options,
  async (t) => {
    let password = ''
    const server = await fake(t, async (peer) => {
      peer.greet()
      const response = await peer.next()
      const digest = await peer.switchTo(response.sequence + 1, 'caching_sha2_password')
      peer.send(digest.sequence + 1, Buffer.of(1, 4))
      const asked = await peer.next()
      peer.send(asked.sequence + 1, Buffer.from(`\u0001${key}`))
      const sealed = await peer.next()
      const padding = constants.RSA_PKCS1_OAEP_PADDING
      const open = privateDecrypt({ key: privateKey, padding, oaepHash: 'sha1' }, sealed.payload)
      password = open.map((byte) => byte ^ 'n'.charCodeAt(0)).toString()
      peer.send(sealed.sequence + 1, denied)
    })
    const address = { ...server.address, trustsLoopback: true }
    await assert.rejects(MysqlConnection.open(address, true), { errno: 1045 })
    assert.equal(password, 'not-for-all\0')
    const way = { isSecure: true, isLocal: false, isSocket: false }
    for (const steps of Object.values(loginPlugins)) {
      const say = steps('secret', () => way)
      let answer = say(Buffer.alloc(20, 1))
      if (answer?.length === 32) answer = say(Buffer.of(4))
      assert.equal(String(answer), 'secret\0')
    }
  },
)

test(
  'with TLS nothing is said before the certificate is known to be of the host',
  options,
  async (t) => {
    const peers: FakePeer[] = []
    const server = await fake(t, async (peer) => {
      peers.push(peer)
      await peer.greetSecurely()
      const response = await peer.next()
      const { sequence } = await peer.switchTo(response.sequence + 1, 'mysql_clear_password')
      peer.send(sequence + 1, okPayload)
      await peer.answer((sql) => {
        if (!sql.startsWith('SELECT')) return 'ok'
        peer.socket.write(rowAnswer(settings))
        return 'done'
      })
    })
    fromAfar(t)
    for (const name of [undefined, 'db.example']) {
      const tls = { caFile, name }
      const connection = await MysqlConnection.open({ ...server.address, tls }, true)
      assert.equal(connection.version, '8.0.0-fake')
      await connection.close()
    }
    for (const { heard } of peers.splice(0)) {
      const inTheOpen = heard.subarray(0, 36)
      assert.ok(!inTheOpen.includes('kite'), 'the account was named in the open')
      assert.ok(heard.includes('not-for-all\0'), 'the password did not come')
    }
    for (const tls of [
      { caFile, name: 'other.example' },
      { caFile: undefined, name: undefined },
    ])
      await assert.rejects(
        MysqlConnection.open({ ...server.address, tls }, true),
        (error: Error) =>
          error instanceof MysqlRefusal && /^TLS: .*expected a cert/.test(error.message),
      )
    for (const { heard } of peers) assert.ok(!heard.includes('kite'), 'somebody else was told')
    const plain = await fake(t, (peer) => peer.admit())
    const tls = { caFile, name: undefined }
    await assert.rejects(MysqlConnection.open({ ...plain.address, tls }, true), {
      message: /the server has no TLS/,
    })
  },
)

test('a way to log in that is not known is told with what would do', options, async (t) => {
  const server = await fake(t, async (peer) => {
    peer.greet()
    await peer.switchTo((await peer.next()).sequence + 1, 'client_ed25519')
  })
  await assert.rejects(MysqlConnection.open(server.address, true), {
    message: /log in by client_ed25519, which is not known here; expected an account with/,
  })
})

test(
  'answers without an end are cut, of bytes and of packets, and at the login',
  options,
  async (t) => {
    const stopped = (peer: FakePeer, bytes: Buffer): void => {
      const send = (): void => {
        while (!peer.socket.destroyed && peer.socket.write(bytes));
      }
      peer.socket.on('drain', send)
      send()
    }
    const rows = Buffer.concat([
      packet(1, Buffer.of(1)),
      packet(2, columnPayload('a')),
      packet(3, eofPayload),
    ])
    const few = Buffer.concat(
      Array.from({ length: 256 * 16 }, (_, at) => packet((at + 4) % 256, Buffer.alloc(24, 0xfb))),
    )
    const part = Buffer.alloc(1 << 20, 'x')
    const endless = await opened(t, (peer) => {
      peer.socket.write(Buffer.concat([rows, Buffer.from([255, 255, 255, 4])]))
      const whole = Buffer.concat([part, part, part, part])
      stopped(peer, whole)
    })
    await assert.rejects(endless.rows('SELECT 1'), fault(/more than \d+ bytes|what cannot be read/))
    const packets = await opened(t, (peer) => {
      peer.socket.write(rows)
      stopped(peer, few)
    })
    await assert.rejects(packets.rows('SELECT 1'), fault(/more than \d+ packets/))
    assert.ok(packets.isLost, 'its connection stays')
    const greeting = await fake(t, (peer) => {
      stopped(peer, Buffer.concat([Buffer.from([255, 255, 254, 0]), part]))
      return Promise.resolve()
    })
    await assert.rejects(MysqlConnection.open(greeting.address, true), fault(/more than \d+ bytes/))
  },
)

test(
  'an answer of too many columns or cells ends the connection before a row is made of it',
  options,
  async (t) => {
    const columnsOf1500 = [packet(1, Buffer.of(0xfc, 0xdc, 5)), packet(2, columnPayload('a'))]
    const wide = await opened(t, (peer) => void peer.socket.write(Buffer.concat(columnsOf1500)), {
      answerWithinMs: 3_000,
    })
    await assert.rejects(wide.rows('SELECT 1'), fault(/more than 100 columns/))
    assert.ok(wide.isLost, 'its connection stays')
    const columns = 100
    const head = Buffer.concat([
      packet(1, Buffer.of(columns)),
      ...Array.from({ length: columns }, (_, at) => packet(2 + at, columnPayload(`c${at}`))),
      packet(2 + columns, eofPayload),
    ])
    const rows = Array.from({ length: 22_000 }, (_, at) =>
      packet((at + 3 + columns) % 256, Buffer.alloc(columns, 0xfb)),
    )
    const whole = Buffer.concat([
      ...[head, ...rows],
      packet((rows.length + 3 + columns) % 256, eofPayload),
    ])
    const deep = await opened(t, (peer) => void peer.socket.write(whole))
    await assert.rejects(deep.rows('SELECT 1'), fault(/more than \d+ cells/))
  },
)

test('nothing is taken that nobody has asked for, nor more than one answer', options, async (t) => {
  const answer = rowAnswer({ a: 1 })
  const again = Buffer.concat([answer, packet(6, Buffer.of(1)), packet(7, columnPayload('b'))])
  const twice = await opened(t, (peer) => void peer.socket.write(again))
  await assert.rejects(
    twice.rows('SELECT 1').then(() => twice.rows('SELECT 2')),
    fault(/nobody has asked for/),
  )
  const whole = await opened(t, (peer) => void peer.socket.write(answer))
  assert.deepEqual({ ...(await whole.rows('SELECT 1'))[0] }, { a: 1 })
  assert.deepEqual({ ...(await whole.rows('SELECT 1'))[0] }, { a: 1 })
})

function tooLate(): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error('it waits still')), 10_000).unref()
  })
}

/** What it asks at the beginning, and later. */
const stages = ['', 'SET NAMES', 'SET SESSION', 'USE', 'SELECT @@', 'SELECT GET_LOCK', 'COMMIT']

for (const stage of stages)
  test(
    `a server that falls silent at ${stage || 'the login'} is given up, and an end waits for none`,
    options,
    async (t) => {
      let hasBeenAsked = (): void => undefined
      const server = await fake(t, async (peer) => {
        if (stage === '') {
          hasBeenAsked()
          return
        }
        await peer.admit()
        await peer.answer((sql) => {
          if (sql.startsWith(stage)) {
            hasBeenAsked()
            return 'silent'
          }
          if (!sql.startsWith('SELECT')) return 'ok'
          peer.socket.write(rowAnswer(settings))
          return 'done'
        })
      })
      const run = async (given: OpenOptions): Promise<void> => {
        const connection = await MysqlConnection.open(server.address, true, given)
        try {
          await connection.rows('SELECT GET_LOCK')
          await connection.transaction(() => Promise.resolve())
        } finally {
          await connection.close()
        }
      }
      const soon = { connectWithinMs: 50, answerWithinMs: 50 }
      await assert.rejects(Promise.race([run(soon), tooLate()]), {
        message: 'the server said nothing for 0.05 s',
      })
      const stop = new AbortController()
      hasBeenAsked = () => setImmediate(() => stop.abort())
      await assert.rejects(
        run({
          signal: stop.signal,
          stopWithinMs: 50,
          connectWithinMs: 5_000,
          answerWithinMs: 5_000,
        }),
        {
          code: 'KITEQ_CLOSED',
          message: /told to end/,
        },
      )
      for (const socket of server.sockets)
        await new Promise<void>((resolve) => {
          if (socket.destroyed) resolve()
          else socket.resume().on('close', () => resolve()) // it is held by nobody
        })
    },
  )

test(
  'what no server may say is told as its fault, and nothing is written to the terminal',
  options,
  async (t) => {
    const written: string[] = []
    for (const method of ['log', 'warn', 'error', 'trace'] as const)
      t.mock.method(console, method, (...words: unknown[]) => written.push(words.join(' ')))
    const head = [packet(1, Buffer.of(1)), packet(2, columnPayload('a')), packet(3, eofPayload)]
    const answers: readonly (readonly [string, Buffer, RegExp])[] = [
      ['LOCAL INFILE', packet(1, Buffer.from('\u00fb/etc/passwd', 'latin1')), /LOCAL INFILE/],
      ['out of order', packet(77, okPayload), /out of order/],
      ['no end of columns', Buffer.concat([...head.slice(0, 2), packet(3, Buffer.of(1))]), /sent/],
      ['an impossible length', Buffer.concat([...head, packet(4, Buffer.of(0xff, 0xff))]), /sent/],
      ['no rows', packet(1, okPayload), /no rows/],
    ]
    for (const [what, bytes, words] of answers) {
      const connection = await opened(t, (peer) => void peer.socket.write(bytes), {
        answerWithinMs: 3_000,
      })
      await assert.rejects(connection.rows('SELECT 1'), fault(words, what))
      assert.ok(connection.isLost, `${what}: its connection stays`)
    }
    const connection = await opened(t, (peer) => {
      peer.send(1, okPayload)
      peer.send(2, okPayload)
    })
    await assert.rejects(
      connection.raw('SELECT 1').then(() => connection.raw('SELECT 2')),
      fault(/sent/),
    )
    assert.deepEqual(written, [])
  },
)
