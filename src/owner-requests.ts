// The owner's door: what readers of a folder in use and operators ask of the broker that owns it. Local only, by the
// socket inside the data folder; never on the client port.

import type { BrokerLoop } from './broker/loop.ts'
import type { OperatorAction, OperatorResult } from './broker/command.ts'
import type { Log } from './log/log.ts'
import { KiteQError } from './model/errors.ts'
import type { MessageId } from './model/ids.ts'
import type { BindType } from './model/record.ts'

export interface OwnerContext {
  readonly loop: BrokerLoop
  readonly log: Log
  readonly address: string
}

type Fields = Readonly<Record<string, unknown>>

/** Answers one request, `{ op, … }`; rejects with a KiteQError that says what was wrong with it. */
export async function answerOwnerRequest(
  request: unknown,
  context: OwnerContext,
): Promise<unknown> {
  if (typeof request !== 'object' || request === null)
    throw usage('a request is an object with "op"')
  const fields = request as Fields
  const { loop, log } = context
  switch (fields['op']) {
    case 'watermark':
      return {
        durableOffset: log.durableOffset,
        endOffset: log.endOffset,
        address: context.address,
      }
    case 'status':
      return statusOf(context)
    case 'bindings':
      return bindingsOf(loop)
    case 'transactions':
      return transactionsOf(loop)
    case 'transaction-commit':
      return operate(loop, fields, { name: 'txn-commit', messageId: idIn(fields) })
    case 'transaction-rollback':
      return operate(loop, fields, { name: 'txn-rollback', messageId: idIn(fields) })
    case 'bind':
      return operate(loop, fields, bindIn(fields))
    default:
      throw usage(`unknown op ${JSON.stringify(fields['op'])}`)
  }
}

function statusOf({ loop, log, address }: OwnerContext): unknown {
  const { state, session, traffic } = loop
  return {
    address,
    epoch: state.epoch,
    logId: state.logId,
    endOffset: log.endOffset,
    durableOffset: log.durableOffset,
    live: state.liveCount,
    deadLetters: state.dead.count,
    openTransactions: state.transactions.open,
    connections: session.members.size,
    inFlight: session.inFlight.size,
    received: traffic.received,
    delivered: traffic.delivered,
    digest: state.digest(),
  }
}

function bindingsOf(loop: BrokerLoop): unknown {
  const { bindings, topicNames, groupNames } = loop.state
  return bindings.list().map(({ source, binding, problem }) => ({
    source,
    topic: topicNames.textOf(binding.topic),
    group: groupNames.textOf(binding.group),
    bindType: binding.bindType,
    messageType: binding.messageType,
    watermark: binding.watermark,
    persistent: binding.persistent,
    problem,
    waiting: loop.state.queues.find(binding.group, binding.topic)?.unsettled ?? 0,
    connections: loop.session.groups.get(binding.group)?.members.length ?? 0,
  }))
}

function transactionsOf(loop: BrokerLoop): unknown {
  const { messages, topicNames, typeNames, groupNames, transactions } = loop.state
  const list: unknown[] = []
  transactions.forEachOpen((prepared, open) => {
    list.push({
      id: hexOf(messages.idOf(open.row)),
      offset: prepared,
      topic: topicNames.textOf(messages.topicOf(open.row)),
      type: typeNames.textOf(messages.typeOf(open.row)),
      group: groupNames.textOf(open.publisher),
      preparedAtMs: open.preparedAtMs,
      inquiries: open.inquiries,
      lastInquiryAtMs: open.lastInquiryAtMs,
      expiresAt: messages.expiresAtOf(open.row),
    })
  })
  return list
}

function operate(loop: BrokerLoop, fields: Fields, action: OperatorAction): Promise<unknown> {
  const who = typeof fields['who'] === 'string' ? fields['who'].slice(0, 200) : 'owner socket'
  return new Promise((resolve, reject) => {
    const reply = (result: OperatorResult): void => {
      if (result.ok) resolve({ detail: result.detail })
      else reject(new KiteQError('KITEQ_NOT_FOUND', result.error))
    }
    loop.submit({ kind: 'operator', who, action, reply })
  })
}

function idIn(fields: Fields): MessageId {
  const id = fields['id']
  if (typeof id !== 'string' || !/^[0-9a-fA-F]{32}$/.test(id))
    throw usage('"id": expected 32 hex digits')
  const word = (at: number): number => Number.parseInt(id.slice(at, at + 8), 16)
  return { id0: word(0), id1: word(8), id2: word(16), id3: word(24) }
}

function hexOf(id: MessageId): string {
  return [id.id0, id.id1, id.id2, id.id3].map((word) => word.toString(16).padStart(8, '0')).join('')
}

function bindIn(fields: Fields): OperatorAction {
  const { topic, group, bindings } = fields as Record<'topic' | 'group' | 'bindings', unknown>
  if (typeof topic !== 'string' || typeof group !== 'string' || !Array.isArray(bindings))
    throw usage('"bind": expected topic, group and a list of bindings')
  return {
    name: 'bind',
    topic,
    group,
    bindings: bindings.map((one: unknown) => {
      const binding = (one ?? {}) as Fields
      const bindType = binding['bindType']
      if (bindType !== 'direct' && bindType !== 'regex' && bindType !== 'fanout')
        throw usage('"bindType": expected direct, regex or fanout')
      return {
        bindType: bindType satisfies BindType,
        messageType: typeof binding['messageType'] === 'string' ? binding['messageType'] : '*',
        watermark:
          typeof binding['watermark'] === 'number' ? Math.trunc(binding['watermark']) | 0 : 0,
        persistent: binding['persistent'] !== false,
      }
    }),
  }
}

function usage(message: string): KiteQError {
  return new KiteQError('KITEQ_USAGE', message)
}
