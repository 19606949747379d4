// Ports that nobody listens on just now, for programs that have to be told theirs. They lie below those that a system gives to
// connections and to listeners without a number: until the program has its port, only another one of these can take it.

import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

const portMin = 12_000
const portMax = 32_000

/** The first of two neighbours: a broker, and its HTTP one above, where the original's ops page looks. */
export async function freePortPair(): Promise<number> {
  for (let round = 0; round < 200; round++) {
    const port = randomInt(portMin, portMax)
    const servers = [await listening(port), await listening(port + 1)]
    for (const server of servers) await closed(server)
    if (servers.every((server) => server !== undefined)) return port
  }
  throw new Error('no two free ports side by side')
}

/** So many, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Map<number, Server>()
  for (let round = 0; found.size < count && round < 200; round++) {
    const port = randomInt(portMin, portMax)
    const server = await listening(port)
    if (server !== undefined) found.set(port, server)
  }
  for (const server of found.values()) await closed(server)
  if (found.size < count) throw new Error(`no ${count} free ports`)
  return [...found.keys()]
}

export async function freePort(): Promise<number> {
  return (await freePorts(1))[0]!
}

async function closed(server: Server | undefined): Promise<void> {
  if (server !== undefined) await new Promise((resolve) => server.close(resolve))
}

async function listening(port: number): Promise<Server | undefined> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return server
  } catch {
    return undefined
  }
}
