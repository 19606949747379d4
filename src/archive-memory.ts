// What a log still knows of records that it may have dropped: names, and messages of its state, out of a checkpoint and of an
// image inside the log. For whoever must know whether it is the log he has seen before. Writes and locks nothing.

import { checkpointState, imageState } from './archive-names.ts'
import type { LogMemory, RememberedMessage } from './archive/same-life.ts'
import type { BrokerState } from './broker/state.ts'
import { nodeDisk } from './log/disk-node.ts'
import { Log } from './log/log.ts'
import { idText } from './model/id-text.ts'
import { archiveComparedMessages } from './model/limits.ts'
import type { DictionaryName } from './model/record.ts'

/** The newest messages with their first record below `offset`, not all of them. Rejects as Log.open and Log.scan. */
export async function memoryBelow(dataDir: string, offset: number): Promise<LogMemory> {
  const log = await Log.open({
    dir: dataDir,
    disk: nodeDisk,
    durability: { kind: 'fsync' }, // nothing is written
    random: () => 0,
  })
  try {
    const names: LogMemory['names'][number][] = []
    const messages = new Map<number, string>()
    for (const stateOf of [checkpointState, imageState]) {
      const state = await stateOf(log, dataDir)
      if (state === undefined) continue
      addNames(state, names)
      for (const message of newestOf(state, offset)) messages.set(message.offset, message.id)
    }
    const [header] = log.segments
    const first = header && (await log.readRecord(header.firstOffset))
    return {
      first: first && {
        offset: first.place.offset,
        timeMs: first.place.timeMs,
        epoch: header.epoch,
      },
      names,
      messages: [...messages].map(([at, id]) => ({ offset: at, id })),
    }
  } finally {
    await log.close()
  }
}

function addNames(state: BrokerState, to: LogMemory['names'][number][]): void {
  const add = (dictionary: DictionaryName) => (number: number, name: Uint8Array) =>
    to.push({ dictionary, number, name: name.slice() })
  state.topicNames.forEach(add('topic'))
  state.typeNames.forEach(add('type'))
  state.groupNames.forEach(add('group'))
}

function newestOf({ messages }: BrokerState, below: number): readonly RememberedMessage[] {
  let found: { readonly row: Parameters<typeof messages.idOf>[0]; readonly offset: number }[] = []
  const cut = (): void => {
    found = found.sort((a, b) => b.offset - a.offset).slice(0, archiveComparedMessages)
  }
  messages.forEach((row) => {
    const offset = messages.offsetOf(row)
    if (offset < below) found.push({ row, offset })
    if (found.length >= 100 * archiveComparedMessages) cut()
  })
  cut()
  return found.map(({ row, offset }) => ({ offset, id: idText(messages.idOf(row)) }))
}
