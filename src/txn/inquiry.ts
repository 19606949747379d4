// When to ask a publisher what became of its prepared message. Pure.

export interface InquirySchedule {
  readonly firstMs: number
  readonly maxMs: number
}

/** First after 5 s, then doubling to 5 minutes, until an answer or the message's expiry. */
export const inquiryDefault: InquirySchedule = { firstMs: 5_000, maxMs: 300_000 }

/** Milliseconds from the last inquiry (or from the prepare, or from a start of the broker) to the next, after `made` inquiries. */
export function inquiryDelayMs(schedule: InquirySchedule, made: number): number {
  return Math.min(schedule.firstMs * 2 ** Math.min(made, 30), schedule.maxMs)
}
