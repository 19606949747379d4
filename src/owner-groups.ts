// The owner's answers about groups: who there is and how far, holding one back and letting it go.

import { listGroups, showGroup, type GroupPage } from './broker/group-list.ts'
import { KiteQError } from './model/errors.ts'
import {
  fitting,
  operate,
  optionalWholeIn,
  textIn,
  type Fields,
  type OwnerContext,
} from './owner-operate.ts'
import { answerReset } from './owner-reset.ts'

const pageMax = 1000

/** Undefined when it is no request of these. */
export function answerGroups(
  op: unknown,
  fields: Fields,
  context: OwnerContext,
): Promise<unknown> | undefined {
  const { state, session } = context.loop
  switch (op) {
    case 'groups': {
      const after = optionalWholeIn(fields, 'after') ?? 0
      return Promise.resolve(fittingPage(listGroups(state, session, after, pageMax)))
    }
    case 'group': {
      const name = textIn(fields, 'group')
      const shown = showGroup(state, session, name)
      if (shown === undefined) throw noGroup(name)
      const { queues, bindings, connections, ...group } = shown
      // Lists without a bound: each in its own share of an answer.
      const answer = {
        ...group,
        queues: fitting(queues).slice(0, pageMax),
        bindings: fitting(bindings).slice(0, pageMax),
        connections: fitting(connections).slice(0, pageMax),
      }
      return Promise.resolve(answer)
    }
    case 'group-pause':
    case 'group-resume': {
      const name = op === 'group-pause' ? 'pause' : 'resume'
      return operate(context.loop, fields, { name, group: textIn(fields, 'group') })
    }
    default:
      return answerReset(op, fields, context)
  }
}

function fittingPage({ groups, next }: GroupPage): GroupPage {
  const told = fitting(groups)
  const last = told.at(-1)
  if (told.length < groups.length && last !== undefined) return { groups: told, next: last.number }
  return next === undefined ? { groups } : { groups, next }
}

export function noGroup(name: string): KiteQError {
  return new KiteQError('KITEQ_NOT_FOUND', `no group ${JSON.stringify(name)}`)
}
