// One turn of the event loop: everything that was ready has run.

export function nodeTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
