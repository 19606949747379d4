// The owner's door: what readers of a folder in use and operators ask of the broker that owns it. Local only, by the
// socket inside the data folder; never on the client port.

import type { BrokerLoop } from './broker/loop.ts'
import type { OperatorAction } from './broker/command.ts'
import {
  listBindings,
  listTransactions,
  listUnbound,
  type ListedBinding,
  type OpenTransaction,
} from './broker/listings.ts'
import { liveStandingOf } from './broker/standing.ts'
import { idFromText } from './model/id-text.ts'
import type { GroupNumber, MessageId, Offset } from './model/ids.ts'
import type { BindType } from './model/record.ts'
import { acceptLoss } from './known-damage.ts'
import { answerDeadLetters } from './owner-dead-letters.ts'
import { answerGroups } from './owner-groups.ts'
import { answerImport } from './owner-import.ts'
import {
  fitting,
  operate,
  optionalWholeIn,
  textIn,
  usage,
  type Fields,
  type OwnerContext,
} from './owner-operate.ts'

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
    case 'digest': // walks the whole state: for who can wait, and let others wait
      return { endOffset: log.endOffset, digest: loop.state.digest() }
    case 'bindings':
      return bindingsOf(loop, fields)
    case 'transactions':
      return transactionsOf(loop, fields)
    case 'standing':
      return standingIn(loop, fields)
    case 'transaction-commit':
      return operate(loop, fields, { name: 'txn-commit', messageId: idIn(fields) })
    case 'transaction-rollback':
      return operate(loop, fields, { name: 'txn-rollback', messageId: idIn(fields) })
    case 'accept-loss':
      return acceptLoss(loop, textIn(fields, 'who'))
    case 'bind':
      return operate(loop, fields, bindIn(fields))
    default:
      return answerMore(fields, context)
  }
}

function answerMore(fields: Fields, context: OwnerContext): Promise<unknown> {
  const { op } = fields
  const answer =
    answerDeadLetters(op, fields, context) ??
    answerImport(op, fields, context) ??
    answerGroups(op, fields, context)
  if (answer === undefined) throw usage(`unknown op ${JSON.stringify(op)}`)
  return answer
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
  }
}

/** A part of a list, and where the next one begins; undefined at the end. `count`: of the whole list, now. */
export interface ListPage<T> {
  readonly list: readonly T[]
  readonly next?: number
  readonly count: number
}

const pageMax = 4096

/** By number, from `from` on. A binding that comes or goes meanwhile moves the others: the count tells. */
function bindingsOf({ state, session }: BrokerLoop, fields: Fields): ListPage<ListedBinding> {
  const from = optionalWholeIn(fields, 'from') ?? 0
  const { size } = state.bindings
  const unbound = listUnbound(state, session)
  const count = size + unbound.length
  const page = [
    ...listBindings(state, from, from + pageMax),
    ...unbound.slice(Math.max(0, from - size), Math.max(0, from + pageMax - size)),
  ]
  const listed = page.map((one) => {
    const group = state.groupNames.numberOfText(one.group) as GroupNumber
    return { ...one, connections: session.groups.get(group)?.members.length ?? 0 }
  })
  const list = fitting(listed)
  const next = from + list.length
  return next < count ? { list, next, count } : { list, count }
}

/** By offset, from `from` on. */
function transactionsOf({ state }: BrokerLoop, fields: Fields): ListPage<OpenTransaction> {
  const from = optionalWholeIn(fields, 'from') ?? 0
  const listed = listTransactions(state, from, pageMax + 1)
  const list = fitting(listed.slice(0, pageMax))
  const next = listed[list.length]?.offset
  const count = state.transactions.open
  return next === undefined ? { list, count } : { list, next, count }
}

/** Of the message first recorded at an offset, and one group. */
function standingIn(loop: BrokerLoop, { group, offset }: Fields): unknown {
  if (typeof group !== 'string' || !Number.isSafeInteger(offset) || (offset as number) < 0)
    throw usage('"standing": expected a group and an offset')
  return liveStandingOf(loop.state, loop.session, group, offset as Offset, loop.nowMs())
}

function idIn(fields: Fields): MessageId {
  const id = fields['id']
  const parsed = typeof id === 'string' ? idFromText(id) : undefined
  if (parsed === undefined) throw usage('"id": expected 32 hex digits')
  return parsed
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
