// Operating errors with a stable code. A code is public: scripts and docs/operating.md rely on it.

export const errorCodes = [
  'KITEQ_CONFIG', // a setting is wrong: key, value, expected
  'KITEQ_USAGE', // a command line is wrong
  'KITEQ_FOLDER_OWNED', // another process owns the data folder
  'KITEQ_LOG_CORRUPT', // a file header or the order of segments is damaged
  'KITEQ_LOG_VERSION', // written by a newer version
  'KITEQ_LOG_FAILED', // a write or sync of the log failed; final
  'KITEQ_DISK_FULL', // no space to prepare the next segment
  'KITEQ_FRAME', // bytes that are no frame
  'KITEQ_PACKET', // a frame whose body is no packet
  'KITEQ_REFUSED', // the broker said no, with its reason
  'KITEQ_FULL', // the client's own limit of unanswered publishes; wait for room
  'KITEQ_TIMEOUT', // no answer in time
  'KITEQ_CLOSED', // used after close, or the peer is gone
  'KITEQ_NOT_FOUND', // no such message, group, transaction
  'KITEQ_REGISTRY', // the registry cannot be read
] as const
export type ErrorCode = (typeof errorCodes)[number]

export class KiteQError extends Error {
  override readonly name = 'KiteQError'
  readonly code: ErrorCode
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
