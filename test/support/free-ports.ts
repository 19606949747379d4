// Ports that nobody listens on just now, for programs that have to be told theirs.

import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'

/** The first of two neighbours: a broker, and its HTTP one above, where the original's ops page looks. */
export async function freePortPair(): Promise<number> {
  for (let round = 0; round < 50; round++) {
    const first = await listening(0)
    const { port } = first!.address() as AddressInfo
    const second = port < 65_535 ? await listening(port + 1) : undefined
    for (const server of [first, second])
      if (server !== undefined) await new Promise((resolve) => server.close(resolve))
    if (second !== undefined) return port
  }
  throw new Error('no two free ports side by side')
}

/** So many, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = []
  while (servers.length < count) servers.push((await listening(0))!)
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
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
