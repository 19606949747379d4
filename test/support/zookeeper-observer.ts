// Another client of the same ZooKeeper, for tests: it makes what clients of the original make, and looks at what a broker made.
// What a lost connection has cut short, or the library has forgotten over it, is asked again by a new client.

import zookeeper, { type ACL, type Client, type Stat } from 'node-zookeeper-client'

const { CONNECTION_LOSS, NODE_EXISTS, NO_NODE } = zookeeper.Exception
type Done<Value> = (error: unknown, value?: Value) => void

export interface SeenNode {
  readonly data: string | undefined
  readonly isEphemeral: boolean
  /** `scheme:id:permissions`. */
  readonly acl: readonly string[]
}

/** An answer that takes longer never comes; a list is looked at again after as long. */
const patienceMs = 2000

export class ZooKeeperObserver {
  readonly #address: string
  #client: Client
  #isClosed = false

  /** `address`: `h:p,h:p[/chroot]`. */
  constructor(address: string) {
    this.#address = address
    this.#client = this.#connected()
  }

  /** With everything above it. */
  async make(path: string): Promise<void> {
    const parts = path.slice(1).split('/')
    for (let depth = 1; depth <= parts.length; depth++)
      await this.#ask<string>((done) =>
        this.#client.create(`/${parts.slice(0, depth).join('/')}`, done),
      ).catch((error: unknown) => {
        if (codeOf(error) !== NODE_EXISTS) throw error
      })
  }

  async write(path: string, text: string): Promise<void> {
    await this.make(path)
    await this.#ask<Stat>((done) => this.#client.setData(path, Buffer.from(text), -1, done))
  }

  /** With the data it is to have from the first moment on. */
  async makeWith(path: string, text: string): Promise<void> {
    await this.make(path.slice(0, path.lastIndexOf('/')))
    await this.#ask<string>((done) => this.#client.create(path, Buffer.from(text), done)).catch(
      (error: unknown) => {
        if (codeOf(error) !== NODE_EXISTS) throw error // asked again, it may be ours
      },
    )
  }

  async remove(path: string): Promise<void> {
    await this.#ask<undefined>((done) => this.#client.remove(path, -1, done))
  }

  /** Sorted; of a node that is not there, none. */
  async children(path: string): Promise<string[]> {
    return this.#ask<string[]>((done) => this.#client.getChildren(path, done)).then(
      (names) => names.sort(),
      (error: unknown) => {
        if (codeOf(error) === NO_NODE) return []
        throw error
      },
    )
  }

  async node(path: string): Promise<SeenNode> {
    const stat = await this.#ask<Stat>((done) => this.#client.exists(path, done))
    const data = await this.#ask<Buffer | undefined>((done) => this.#client.getData(path, done))
    const acl = await this.#ask<ACL[]>((done) => this.#client.getACL(path, done))
    return {
      data: data?.toString(),
      isEphemeral: stat.ephemeralOwner.some((byte) => byte !== 0),
      acl: acl.map(({ id, perms: permission, permission: perms = permission }: Permitted) =>
        [id.scheme, id.scheme === 'digest' ? '…' : id.id, perms].join(':'),
      ),
    }
  }

  /** Every list of children from now on, without repetitions, as it grows; `until` waits for one. */
  follow(path: string): Followed {
    const followed = new Followed()
    let wake: (() => void) | undefined
    const watch = (): void => wake?.() // one function: the library keeps each that differs
    const look = async (): Promise<void> => {
      while (!this.#isClosed) {
        const changed = new Promise<void>((resolve) => (wake = resolve))
        const names = await this.#ask<string[]>((done) =>
          this.#client.getChildren(path, watch, done),
        ).catch(() => undefined)
        if (names !== undefined) followed.add(names.sort())
        const timer = setTimeout(() => wake?.(), names === undefined ? 50 : patienceMs)
        await changed
        clearTimeout(timer)
      }
    }
    void look()
    return followed
  }

  close(): void {
    this.#isClosed = true
    this.#client.close()
  }

  #connected(): Client {
    const client = zookeeper.createClient(this.#address, { sessionTimeout: 4000, spinDelay: 100 })
    const { connectionManager } = client as unknown as Inside
    const read = connectionManager.onSocketData.bind(connectionManager)
    connectionManager.onSocketData = (bytes) => {
      try {
        read(bytes)
      } catch {
        this.#renew(client) // what a cut reply has left is taken for the next one
      }
    }
    client.connect()
    return client
  }

  #renew(client: Client): void {
    if (client !== this.#client || this.#isClosed) return
    client.close()
    this.#client = this.#connected()
  }

  async #ask<Value>(begin: (done: Done<Value>) => void): Promise<Value> {
    for (;;)
      try {
        return await this.#once(begin)
      } catch (error) {
        if (codeOf(error) !== CONNECTION_LOSS || this.#isClosed) throw error
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
  }

  #once<Value>(begin: (done: Done<Value>) => void): Promise<Value> {
    const client = this.#client
    return new Promise<Value>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#renew(client)
        reject(Object.assign(new Error('no answer'), { code: CONNECTION_LOSS }))
      }, patienceMs)
      begin((error, value) => {
        clearTimeout(timer)
        if (codeOf(error) === undefined) resolve(value as Value)
        else reject(Object.assign(new Error(String(error)), { code: codeOf(error) }))
      })
    })
  }
}

interface Inside {
  readonly connectionManager: { onSocketData: (bytes: Buffer) => void }
}

/** The library calls it otherwise than its types say. */
type Permitted = ACL & { readonly permission?: number }

export class Followed {
  readonly lists: { readonly names: readonly string[]; readonly atMs: number }[] = []
  #wake: (() => void) | undefined

  add(names: readonly string[]): void {
    if (this.lists.at(-1)?.names.join() === names.join()) return
    this.lists.push({ names, atMs: performance.now() })
    this.#wake?.()
  }

  /** The place behind the first list from `from` on that is this. */
  async until(names: readonly string[], from = 0): Promise<number> {
    for (;;) {
      const at = this.lists.findIndex((list, i) => i >= from && list.names.join() === names.join())
      if (at >= 0) return at + 1
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}

/** The data of a binding node, as a client of the original writes it. */
export function bindingJson(
  ...bindings: readonly (readonly [type: string, bindType?: 0 | 1 | 2])[]
): string {
  return JSON.stringify(
    bindings.map(([messageType, bindType = 0]) => ({
      groupId: 'of-the-client',
      topic: 'of-the-client',
      messageType,
      bindType,
      version: '1.0.0',
      watermark: 1000,
      persistent: true,
    })),
  )
}

function codeOf(error: unknown): number | undefined {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'number' ? code : undefined
}
