// What the connections between members are held to, and what they count; tests make the times short.

import * as limits from '../model/limits.ts'

/** Times in ms, sizes in bytes. */
export interface MemberLimits {
  readonly handshakeMs: number
  readonly wrongKeyMs: number
  readonly strangersMax: number
  readonly connectionsMax: number
  readonly connectionsPerIdMax: number
  readonly requestBytesMax: number
  readonly answerBytesMax: number
  readonly unansweredMax: number
  readonly waitingMax: number
  readonly linksMax: number
  readonly pingMs: number
  readonly silentMs: number
  readonly idleMs: number
  readonly forgottenMs: number
  readonly unreadMs: number
  readonly abandonedMs: number
  readonly retryMs: number
  readonly retryMaxMs: number
  /** How often times are looked after. */
  readonly sweepMs: number
}

export const defaultMemberLimits: MemberLimits = {
  handshakeMs: limits.memberHandshakeMs,
  wrongKeyMs: limits.memberWrongKeyMs,
  strangersMax: limits.memberStrangersMax,
  connectionsMax: limits.memberConnectionsMax,
  connectionsPerIdMax: limits.memberConnectionsPerIdMax,
  requestBytesMax: limits.memberRequestBytesMax,
  answerBytesMax: limits.memberAnswerBytesMax,
  unansweredMax: limits.memberUnansweredMax,
  waitingMax: limits.memberWaitingMax,
  linksMax: limits.memberLinksMax,
  pingMs: limits.memberPingMs,
  silentMs: limits.memberSilentMs,
  idleMs: limits.memberIdleMs,
  forgottenMs: limits.memberForgottenMs,
  unreadMs: limits.memberUnreadMs,
  abandonedMs: limits.memberAbandonedMs,
  retryMs: limits.memberRetryMs,
  retryMaxMs: limits.memberRetryMaxMs,
  sweepMs: 250,
}
