// The legal moves of a two-phase message: prepared, then committed or rolled back, nothing else. The first decision wins.
// Pure: says what a decision means, changes nothing.

export type TransactionStatus = 'prepared' | 'committed' | 'rolled-back'
export type TransactionDecision = 'commit' | 'rollback'

/** `take`: it decides. `repeat`: the same was decided before. `contrary`: the other was; ignored and counted. */
export type DecisionVerdict = 'take' | 'repeat' | 'contrary'

export function judge(status: TransactionStatus, decision: TransactionDecision): DecisionVerdict {
  if (status === 'prepared') return 'take'
  return status === afterDecision(decision) ? 'repeat' : 'contrary'
}

export function afterDecision(decision: TransactionDecision): TransactionStatus {
  return decision === 'commit' ? 'committed' : 'rolled-back'
}
