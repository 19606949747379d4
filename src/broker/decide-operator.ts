// An operator's acts, each to where it is decided, and how they are answered. Every act leaves a record that says who.

import { unreachable } from '../model/assert.ts'
import { decideBindByOperator } from './decide-binding.ts'
import type { OperatorCommand } from './command.ts'
import { decideImport } from './decide-import.ts'
import { decideDeadLetters, decideUndo } from './decide-operator-dead.ts'
import { decidePause, decideRecall, decideReset, decideSkip } from './decide-operator-group.ts'
import { decideByOperator } from './decide-transaction.ts'
import type { Decision, Moment } from './decision.ts'
import type { Session } from './session.ts'
import type { BrokerState } from './state.ts'

export function decideOperator(
  state: BrokerState,
  session: Session,
  command: OperatorCommand,
  moment: Moment,
  out: Decision,
): void {
  const { action } = command
  switch (action.name) {
    case 'bind':
      return decideBindByOperator(state, command, action, out)
    case 'txn-commit':
    case 'txn-rollback':
      return decideByOperator(state, command, action, out)
    case 'redrive':
    case 'purge':
      return decideDeadLetters(state, session, command, action, moment, out)
    case 'undo-redrive':
      return decideUndo(state, command, action, out)
    case 'pause':
    case 'resume':
      return decidePause(state, command, action, out)
    case 'reset':
      return decideReset(state, command, action, out)
    case 'skip':
      return decideSkip(state, command, action, out)
    case 'recall':
      return decideRecall(state, command, action, moment, out)
    case 'import':
      return decideImport(state, session, command, action, moment, out)
    default:
      return unreachable(action)
  }
}
