// Structured lines for people and machines; who writes them where is the program's business.

export interface Logger {
  info(details: object, message: string): void
  warn(details: object, message: string): void
}

/** `auto`: text where a person sees it, JSON elsewhere. */
export const logFormats = ['auto', 'json', 'text'] as const
export type LogFormat = (typeof logFormats)[number]
/** The least that is told; with `error` nothing is, but why the broker ends. */
export const logLevels = ['info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

export const silent: Logger = { info: () => {}, warn: () => {} }
