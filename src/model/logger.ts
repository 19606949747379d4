// Structured lines for people and machines; who writes them where is the program's business.

export interface Logger {
  info(details: object, message: string): void
  warn(details: object, message: string): void
}

export const silent: Logger = { info: () => {}, warn: () => {} }
