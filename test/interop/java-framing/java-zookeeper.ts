// The few calls that the last Java client (2016) makes to ZooKeeper, as promises. For tests only; a call that fails rejects
// with the library's own words.

import zookeeper, { type Client } from 'node-zookeeper-client'

const noNode = -101
const nodeExists = -110
/** The Java client asks for a minute; a server gives what it wants. */
const sessionTimeoutMs = 60_000

export class JavaZooKeeper {
  readonly #client: Client

  private constructor(client: Client) {
    this.#client = client
  }

  static async connect(address: string): Promise<JavaZooKeeper> {
    const client = zookeeper.createClient(address, { sessionTimeout: sessionTimeoutMs, retries: 0 })
    await new Promise<void>((resolve) => {
      client.once('connected', resolve)
      client.connect()
    })
    return new JavaZooKeeper(client)
  }

  /** Undefined without the node, and then nothing is watched: there is no look at whether it is there. */
  children(path: string, changed: () => void): Promise<readonly string[] | undefined> {
    return new Promise((resolve, reject) =>
      this.#client.getChildren(
        path,
        (event) => {
          if (event.getType() === zookeeper.Event.NODE_CHILDREN_CHANGED) changed()
        },
        (error, names) => {
          if (codeOf(error) === noNode) resolve(undefined)
          else if (failed(error)) reject(error)
          else resolve(names)
        },
      ),
    )
  }

  /** Empty persistent nodes as needed, from the top. */
  async makeParents(path: string): Promise<void> {
    const parts = path.split('/').slice(1)
    for (let i = 1; i <= parts.length; i++) {
      const node = `/${parts.slice(0, i).join('/')}`
      if (!(await this.exists(node))) await this.create(node, undefined, 'persistent')
    }
  }

  exists(path: string): Promise<boolean> {
    return new Promise((resolve, reject) =>
      this.#client.exists(path, (error, stat) =>
        failed(error) ? reject(error) : resolve(isThere(stat)),
      ),
    )
  }

  create(path: string, data: string | undefined, kind: 'persistent' | 'ephemeral'): Promise<void> {
    const mode = zookeeper.CreateMode[kind === 'persistent' ? 'PERSISTENT' : 'EPHEMERAL']
    const bytes = data === undefined ? Buffer.alloc(0) : Buffer.from(data)
    return new Promise((resolve, reject) =>
      this.#client.create(path, bytes, mode, (error) => {
        if (failed(error) && codeOf(error) !== nodeExists) reject(error)
        else resolve()
      }),
    )
  }

  write(path: string, data: string): Promise<void> {
    return new Promise((resolve, reject) =>
      this.#client.setData(path, Buffer.from(data), -1, (error) =>
        failed(error) ? reject(error) : resolve(),
      ),
    )
  }

  remove(path: string): Promise<void> {
    return new Promise((resolve, reject) =>
      this.#client.remove(path, -1, (error) =>
        failed(error) && codeOf(error) !== noNode ? reject(error) : resolve(),
      ),
    )
  }

  close(): void {
    this.#client.close()
  }
}

function failed(error: unknown): error is Error {
  return error !== null && error !== undefined
}

/** The library gives none without the node, whatever its types say. */
function isThere(stat: unknown): boolean {
  return stat !== null && stat !== undefined
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null | undefined)?.code
}
