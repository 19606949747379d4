// An operator's acts, each to where it is decided, and how they are answered. Every act leaves a record that says who.

import { unreachable } from '../model/assert.ts'
import { cutText, isText } from '../model/cut-text.ts'
import { operatorDetailCharsMax } from '../model/limits.ts'
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
  given: OperatorCommand,
  moment: Moment,
  out: Decision,
): void {
  const command = asText(given)
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

/** What its record will say has to be text: half a character could not be written. */
function asText(command: OperatorCommand): OperatorCommand {
  const { who, action } = command
  const detail = 'detail' in action ? action.detail : ''
  if (isText(who) && isText(detail)) return command
  return {
    ...command,
    who: cutText(who, operatorDetailCharsMax),
    action:
      'detail' in action ? { ...action, detail: cutText(detail, operatorDetailCharsMax) } : action,
  }
}
