// The owner's answers about groups: who there is and how far, holding one back and letting it go.

import { listGroups, showGroup, type GroupDetail, type GroupPage } from './broker/group-list.ts'
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
/** JSON characters of one list of three. */
const listCharsMax = 250_000

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
      return Promise.resolve(pageOf(shown, fields))
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

/** Lists without a bound: each from a place on, in its own share of an answer, with how many there are in all. */
function pageOf({ queues, bindings, connections, ...group }: GroupDetail, fields: Fields): unknown {
  const page = <T>(items: readonly T[], from: string): T[] => {
    const start = optionalWholeIn(fields, from) ?? 0
    return fitting(items.slice(start, start + pageMax), listCharsMax)
  }
  return {
    ...group,
    queues: page(queues, 'queuesFrom'),
    bindings: page(bindings, 'bindingsFrom'),
    connections: page(connections, 'connectionsFrom'),
    counts: {
      queues: queues.length,
      bindings: bindings.length,
      connections: connections.length,
    },
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
