// Connections come and go.

import type { GroupNumber } from '../model/ids.ts'
import { groupBytesMax, namesBytesMax, namesMax } from '../model/limits.ts'
import type { JoinCommand, LeaveCommand } from './command.ts'
import type { Decision, Moment } from './decision.ts'
import { Member } from './member.ts'
import type { Session } from './session.ts'
import type { BrokerSettings } from './settings.ts'
import type { BrokerState } from './state.ts'

/** Any group and any secret are welcome, as with the original. A second handshake of a connection changes nothing. */
export function decideJoin(
  state: BrokerState,
  session: Session,
  settings: BrokerSettings,
  command: JoinCommand,
  moment: Moment,
  out: Decision,
): void {
  const { connection, opaque, group: name } = command
  const answer = (status: boolean, feedback: string): void =>
    void out.effects.push({ kind: 'auth-ack', connection, opaque, status, feedback })
  if (session.memberOf(connection) !== undefined) {
    answer(true, 'Auth Succ')
    return
  }
  const number = state.groupNames.numberOf(name, 0, name.length) as GroupNumber
  if (number === 0) {
    const next = state.groupNames.nextNumber()
    const isFull = next >= namesMax || state.groupNames.bytes >= namesBytesMax
    if (name.length > groupBytesMax || isFull) {
      answer(
        false,
        name.length > groupBytesMax
          ? `group longer than ${groupBytesMax} bytes`
          : 'too many groups',
      )
      out.effects.push({ kind: 'close', connection, reason: 'refused handshake' })
      return
    }
    out.records.push({ kind: 'named', dictionary: 'group', number: next, name: name.slice() })
    out.again = true
    return
  }
  const isRelay = command.isRelay === true
  if (!isRelay)
    out.records.push({
      kind: 'members-changed',
      group: number,
      connection,
      peer: command.peer,
      change: 'joined',
    })
  const identity = {
    connection,
    group: number,
    peer: command.peer,
    joinedAtMs: moment.nowMs,
    warmingUpMs: Math.max(0, command.warmingUpSeconds) * 1000,
    frameBytesMax: command.frameBytesMax,
    isRelay,
    opensAtMs: moment.nowMs + settings.firstDelayMs,
  }
  out.joined = new Member(identity, settings.inFlightWindow)
  answer(true, 'Auth Succ')
}

/** What it had out is failed afterwards, some in each turn: there may be many thousands. */
export function decideLeave(session: Session, command: LeaveCommand, out: Decision): void {
  const member = session.memberOf(command.connection)
  if (member === undefined) return
  const { connection, group, peer } = member
  if (!member.isRelay)
    out.records.push({ kind: 'members-changed', group, connection, peer, change: 'left' })
  out.left = { connection, unsent: new Set(command.unsent) }
}
