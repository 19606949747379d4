// A log of small segments on the real disk, early and late in its life: late it has dropped what it had early. The same log id in
// every life, as a folder that was copied back has it.

import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { folder } from './disk-log.ts'
import { KeptBroker } from './kept-broker.ts'

export interface Life {
  /** Of every message. */
  readonly topic: string
  /** Id of the first one. */
  readonly firstId: number
}

/** Leaves `dir`/early and `dir`/late; whatever is in late is behind everything in early. */
export async function keptFolders(dir: string, { topic, firstId }: Life): Promise<void> {
  const broker = await KeptBroker.start()
  const { sim } = broker
  const publisher = sim.join('pub')
  const consumer = sim.join('one')
  sim.bind(consumer, topic, [{}])
  let id = firstId
  const publish = async (count: number): Promise<void> => {
    for (const end = id + count; id < end; id++) {
      sim.publish(publisher, { id, topic, body: 'x'.repeat(1024) })
      await broker.settle()
      for (const delivery of sim.deliveries(consumer)) sim.ack(consumer, delivery)
      await broker.settle()
    }
  }
  await publish(10)
  await write(broker, path.join(dir, 'early'))
  await publish(70)
  await broker.checkpoint()
  await broker.retain({ keepMs: 0, keepBytes: 1 })
  await broker.stop()
  await write(broker, path.join(dir, 'late'))
}

async function write({ disk }: KeptBroker, dir: string): Promise<void> {
  mkdirSync(dir, { recursive: true })
  for (const name of await disk.list(folder))
    writeFileSync(path.join(dir, name), disk.image(`${folder}/${name}`))
}
