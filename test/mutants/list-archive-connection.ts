// Deliberate bugs of the connection to MySQL: who gets the password, and what a server can cost that means harm or says nothing.

import type { CatchingTest, Mutant } from './mutant.ts'

const inConnection = (test: string): readonly CatchingTest[] => [
  { file: 'src/archive/mysql-connection.test.ts', test },
]

export const archiveConnectionMutants: readonly Mutant[] = [
  {
    name: 'password-sealed-for-anybody',
    breaks:
      'whoever answers in the place of the database gets the password, sealed with a key of its own',
    file: 'src/archive/mysql-login.ts',
    find: 'if (!way.isSecure && !way.isLocal)',
    replace: "if (!way.isSecure && !way.isLocal && plugin === '')",
    caughtBy: inConnection(
      'over a network in the open caching_sha2_password gets nothing to read the password from',
    ),
  },
  {
    name: 'password-in-the-clear',
    breaks: 'a database that asks for the password as it is gets it without TLS',
    file: 'src/archive/mysql-login.ts',
    find: 'if (!way().isSecure) throw',
    replace: 'if (way().isSocket) throw',
    caughtBy: inConnection(
      'over a network in the open mysql_clear_password gets nothing to read the password from',
    ),
  },
  {
    name: 'certificate-of-anybody',
    breaks: 'TLS is had with whoever answers',
    file: 'src/archive/mysql-stream.ts',
    find: '...{ socket, host },',
    replace: '...{ socket, host, rejectUnauthorized: false },',
    caughtBy: inConnection(
      'with TLS nothing is said before the certificate is known to be of the host',
    ),
  },
  {
    name: 'packets-without-an-end',
    breaks: 'a server may answer one question with any number of packets',
    file: 'src/archive/mysql-answer.ts',
    find: 'if (++this.#packets > packetsMax)',
    replace: 'if (this.#packets > packetsMax)',
    caughtBy: inConnection(
      'answers without an end are cut, of bytes and of packets, and at the login',
    ),
  },
  {
    name: 'cells-without-an-end',
    breaks: 'a server may answer one question with any number of cells',
    file: 'src/archive/mysql-answer.ts',
    find: 'else if ((this.#cells += this.#columns) > cellsMax)',
    replace: 'else if (this.#cells > cellsMax)',
    caughtBy: inConnection(
      'an answer of too many columns or cells ends the connection before a row is made of it',
    ),
  },
  {
    name: 'columns-without-an-end',
    breaks: 'a server may answer with any number of columns',
    file: 'src/archive/mysql-answer.ts',
    find: 'else if (first > columnsMax) this',
    replace: 'else if (first > 1_000) this',
    caughtBy: inConnection(
      'an answer of too many columns or cells ends the connection before a row is made of it',
    ),
  },
  {
    name: 'loopback-trusted',
    breaks: 'whoever listens on the port of the database on this machine gets the password',
    file: 'src/archive/mysql-stream.ts',
    find: 'const { trustsLoopback = false }',
    replace: 'const { trustsLoopback = true }',
    caughtBy: inConnection(
      'a port of this machine gets no password to read, unless the address says that it is the server',
    ),
  },
  {
    name: 'names-without-an-end',
    breaks: 'a server that sends the same names again and again is read without an end',
    file: 'src/archive/mysql-names.ts',
    find: 'if (!isBehind(names.at(-1), name))',
    replace: 'if (names.length < 0)',
    caughtBy: [
      {
        file: 'src/archive/mysql-names.test.ts',
        test: 'names that come again, or are none, are no names',
      },
    ],
  },
  {
    name: 'silent-database-waited-for',
    breaks: 'a server that says nothing to a question is waited for without an end',
    file: 'src/archive/mysql-connection.ts',
    find: 'setTimeout(() => this.#lose(silent(ms)), ms)',
    replace: 'setTimeout(() => undefined, ms)',
    caughtBy: inConnection(
      'a server that falls silent at USE is given up, and an end waits for none',
    ),
  },
  {
    name: 'end-waits-for-the-database',
    breaks: 'whoever is told to end waits for the answer of a server that says nothing',
    file: 'src/archive/mysql-connection.ts',
    find: "this.#signal?.addEventListener('abort', this.#onAbort)",
    replace: 'void this.#onAbort',
    caughtBy: inConnection(
      'a server that falls silent at the login is given up, and an end waits for none',
    ),
  },
  {
    name: 'broken-answer-taken',
    breaks: 'an answer that the driver complains of is taken',
    file: 'src/archive/mysql-stream.ts',
    find: 'if (complaint !== undefined) this.destroy(',
    replace: 'if (complaint === null) this.destroy(',
    caughtBy: inConnection(
      'what no server may say is told as its fault, and nothing is written to the terminal',
    ),
  },
  {
    name: 'restored-but-for-a-gap',
    breaks: 'a restore over records that the archive never had ends as if all were restored',
    file: 'src/cli/archive-restore.ts',
    find: '|| isNone || missing > 0',
    replace: '|| isNone',
    caughtBy: [
      {
        file: 'test/e2e/archive-restore.test.ts',
        test: 'the command says what it does; of several logs it wants to be told which',
      },
    ],
  },
]
