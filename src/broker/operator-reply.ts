// How an operator is answered: yes once all that was decided is durable, no at once. And the name of an act that takes
// several commands: the offset of its record.

import type { Offset } from '../model/ids.ts'
import type { OperatorCommand } from './command.ts'
import type { Decision } from './decision.ts'
import type { BrokerState } from './state.ts'

export function accept(
  command: OperatorCommand,
  detail: string,
  counts: Readonly<Record<string, number>>,
  out: Decision,
): void {
  const result = { ok: true, detail, counts } as const
  out.effects.push({ kind: 'operator-reply', reply: command.reply, result })
}

/** What no publish can be taken for, no copy of a message can: a full disk, the end of the broker. */
export function refuseForNow(command: OperatorCommand, error: string, out: Decision): void {
  const result = { ok: false, error, isBusy: true } as const
  out.immediate.push({ kind: 'operator-reply', reply: command.reply, result })
}

export function refuse(command: OperatorCommand, error: string, out: Decision): void {
  const result = { ok: false, error } as const
  out.immediate.push({ kind: 'operator-reply', reply: command.reply, result })
}

/** The act's name; its record is made unless it was by an earlier command. Before any other record of the decision. */
export function actOf(
  state: BrokerState,
  command: OperatorCommand,
  act: Offset | undefined,
  detail: string,
  out: Decision,
): Offset {
  if (act !== undefined) return act
  out.records.push({ kind: 'operator', who: command.who, action: command.action.name, detail })
  return state.nextOffset
}
