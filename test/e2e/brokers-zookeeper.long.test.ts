// Two real brokers that know each other through a real ZooKeeper: decisions are passed on, also to one that was killed and
// came back, and clients of the returning one find it again.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commands, encodeTxAck } from '../../src/net/packet.ts'
import { BrokerSet } from '../support/broker-set.ts'
import { missingZooKeeper, zooKeeper } from '../support/zookeeper-server.ts'
import { bytesOf, DoorClient, headerOf, idIn, newId } from './door.ts'

const commit = 1
const withoutInquiries = '[transactions]\ninquiryFirstSeconds = 3600\ninquiryMaxSeconds = 3600\n'
const fanout = { trade: [{}] }

function decide(client: DoorClient, id: string): void {
  const header = headerOf({ messageId: bytesOf(id), commit: true })
  client.send(commands.txAck, encodeTxAck(header, commit, bytesOf('')), 0)
}

async function arrives(consumer: DoorClient, id: string): Promise<void> {
  const delivery = await consumer.next(commands.bytesMessage)
  consumer.answer(delivery)
  assert.equal(idIn(delivery), id)
}

test(
  'brokers that find each other in ZooKeeper pass decisions on',
  { timeout: 120_000, skip: missingZooKeeper() },
  async (t) => {
    const keeper = await zooKeeper(1)
    t.after(() => keeper.remove())
    await keeper.start()
    const set = await BrokerSet.start(2, {
      config: withoutInquiries,
      args: () => ['--registry', `zk://${keeper.address}`, '--topics', 'trade'],
    })
    t.after(() => set.close())
    await Promise.all([set.untilPeers(0, 'brokers', 1), set.untilPeers(1, 'brokers', 1)])
    let consumer = await DoorClient.join(set.port(0), 's-trade', fanout)
    let atA = await DoorClient.join(set.port(0), 'p-trade')
    const atB = await DoorClient.join(set.port(1), 'p-trade')
    const [first, second] = [newId(), newId()]
    for (const id of [first, second]) {
      const { status, feedback } = await atA.publish({ messageId: bytesOf(id), commit: false })
      assert.ok(status, feedback)
    }
    decide(atB, first)
    await arrives(consumer, first)
    await consumer.heartBeat()
    // What is acked behind it in the log tells that the ack is safe, too.
    await atA.publish({ messageId: bytesOf(newId()), commit: false })

    await set.kill9(0)
    await set.restart(0)
    await Promise.all([set.untilPeers(0, 'brokers', 1), set.untilPeers(1, 'brokers', 1)])
    consumer = await DoorClient.join(set.port(0), 's-trade')
    decide(atB, second)
    await arrives(consumer, second)

    atA = await DoorClient.join(set.port(0), 'p-trade')
    const third = newId()
    const { status, feedback } = await atB.publish({ messageId: bytesOf(third), commit: false })
    assert.ok(status, feedback)
    const consumerB = await DoorClient.join(set.port(1), 's-trade', fanout)
    decide(atA, third)
    await arrives(consumerB, third)
    await consumer.heartBeat()
    assert.deepEqual(consumer.frames, [], 'delivered by one broker, once')
  },
)
