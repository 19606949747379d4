// state, session, command, moment -> records and effects. Pure: it changes nothing but the decision it is given.

import { unreachable } from '../model/assert.ts'
import type { Command } from './command.ts'
import { decideAck, decideUndeliverable } from './decide-answer.ts'
import { decideBind } from './decide-binding.ts'
import { decideJoin, decideLeave } from './decide-members.ts'
import { decideOperator } from './decide-operator.ts'
import { decidePublish } from './decide-publish.ts'
import { decideRegistry } from './decide-registry.ts'
import { decideTransaction } from './decide-transaction.ts'
import type { Decision, Moment } from './decision.ts'
import type { Session } from './session.ts'
import type { BrokerSettings } from './settings.ts'
import type { BrokerState } from './state.ts'

export function decide(
  state: BrokerState,
  session: Session,
  settings: BrokerSettings,
  command: Exclude<Command, { kind: 'credit' }>,
  moment: Moment,
  out: Decision,
): void {
  switch (command.kind) {
    case 'publish':
      return decidePublish(state, session, settings, command, moment, out)
    case 'deliver-ack':
      out.answeredBy = command.connection
      return decideAck(state, session, settings, command, moment, out)
    case 'transaction':
      out.answeredBy = command.connection
      return decideTransaction(state, session, command, out)
    case 'join':
      return decideJoin(state, session, settings, command, moment, out)
    case 'leave':
      return decideLeave(session, command, out)
    case 'bind':
      return decideBind(state, session, settings, command, moment, out)
    case 'undeliverable':
      return decideUndeliverable(state, session, settings, command, moment, out)
    case 'registry':
      return decideRegistry(state, command.snapshot, out)
    case 'operator':
      return decideOperator(state, session, command, moment, out)
    default:
      return unreachable(command)
  }
}
