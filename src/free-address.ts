// Whether an address can be had, asked before anything is written: a start that would fail for a taken port must not leave
// a segment behind each time a supervisor tries again.

import { createServer } from 'node:net'
import { KiteQError } from './model/errors.ts'

/** Throws KITEQ_CONFIG, naming `flag`, when nobody can listen there now. Port 0 is always free. */
export async function expectFree(
  flag: string,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  if (port === 0) return
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port }, resolve)
    })
  } catch (error) {
    throw addressTaken(flag, host, port, error)
  } finally {
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
}

export function addressTaken(flag: string, host: string, port: number, error: unknown): KiteQError {
  const why = (error as NodeJS.ErrnoException).code ?? String(error)
  const message = `${flag} is ${host}:${port}, which cannot be had (${why}); expected a free address of this machine`
  return new KiteQError('KITEQ_CONFIG', message, { cause: error })
}
