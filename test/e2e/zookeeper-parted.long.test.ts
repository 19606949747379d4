// A broker and its ZooKeeper in networks of their own, parted for longer than a session: by a line that is down, and by one
// that loses what goes one way. Clients on the side of the broker notice nothing, and its nodes come back.

import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { PartedNetworks, whyNoNetworks } from '../support/parted-networks.ts'
import { bindingJson } from '../support/zookeeper-observer.ts'
import { missingZooKeeper, zooKeeper } from '../support/zookeeper-server.ts'
import { brokerFor } from './door.ts'
import { folder, place, Traffic } from './zookeeper-door.ts'

const backWithinMs = 5000
const skip = missingZooKeeper()
const options = { skip, timeout: 90_000 }
/** Longer than the session of 1.5 s, and than what a kernel waits before it sends again. */
const partedMs = 8000

const ways: readonly (readonly [
  what: string,
  part: (networks: PartedNetworks) => void,
  join: (networks: PartedNetworks) => void,
])[] = [
  ['a line that is down', (line) => line.takeDown(), (line) => line.bringUp()],
  [
    'a line that loses what the broker sends',
    (line) => line.swallow('left'),
    (line) => line.deliver('left'),
  ],
  [
    'a line that loses what ZooKeeper sends',
    (line) => line.swallow('right'),
    (line) => line.deliver('right'),
  ],
]

for (const [what, part, join] of ways)
  test(`parted from ZooKeeper by ${what}, a broker goes on, and is back at once`, options, (t) => {
    const not = whyNoNetworks()
    if (not === undefined) return partAndJoin(t, part, join)
    // A package can be installed; a machine that allows no namespaces is what it is.
    assert.ok(process.env['CI'] !== 'true' || not.missing === undefined, not.why)
    console.log(`SKIPPED: ${not.why}`)
    t.skip(not.why)
    return undefined
  })

async function partAndJoin(
  t: TestContext,
  part: (networks: PartedNetworks) => void,
  join: (networks: PartedNetworks) => void,
): Promise<void> {
  const networks = new PartedNetworks()
  const { left, right } = networks
  const ensemble = await zooKeeper(1, { tickMs: 200, host: right.outer, command: right.command })
  t.after(async () => {
    await ensemble.remove()
    networks.remove()
  })
  await ensemble.start()
  const { options: found, other } = place(t, ensemble.address, 'trade', {
    through: `${right.inner}:${ensemble.servers[0]!.port}`,
    dataDir: folder(t),
    behind: left.command,
    args: ['--listen', `${left.outer}:0`],
  })
  const broker = await brokerFor(t, found)
  await other.makeWith('/kiteq/sub/trade/g-bind', bindingJson(['x']))
  const list = other.follow('/kiteq/server/trade')
  const up = await list.until([broker.address])
  const traffic = await Traffic.through(broker)
  const partedAt = performance.now()
  part(networks)
  const down = await list.until([], up)
  const lastedMs = list.lists[down - 1]!.atMs - partedAt
  const before = traffic.count
  await new Promise((resolve) => setTimeout(resolve, partedMs - (performance.now() - partedAt)))
  const gone = traffic.count - before
  assert.ok(gone > 20, `only ${gone} messages while it was not in the list`)
  join(networks)
  const since = performance.now()
  await list.until([broker.address], down)
  const backMs = performance.now() - since
  assert.ok(backMs < backWithinMs, `back after ${backMs} ms`)
  await broker.line(/with a new session/)
  await traffic.end()
  t.diagnostic(
    `its node lasted ${Math.round(lastedMs)} ms; ${traffic.count} messages, ${gone} of them without it; back after ${Math.round(backMs)} ms`,
  )
}
