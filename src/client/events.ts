// A small typed emitter. A listener that throws takes nobody else with it; an error nobody listens for is no crash.

export type Listener<T> = (value: T) => void

export class Events<Map extends object> {
  readonly #listeners: { [K in keyof Map]?: Listener<Map[K]>[] } = {}

  /** Returns what removes the listener again. */
  on<K extends keyof Map>(name: K, listener: Listener<Map[K]>): () => void {
    const listeners = (this.#listeners[name] ??= [])
    listeners.push(listener)
    return () => {
      const at = listeners.indexOf(listener)
      if (at >= 0) listeners.splice(at, 1)
    }
  }

  emit<K extends keyof Map>(name: K, value: Map[K]): void {
    for (const listener of [...(this.#listeners[name] ?? [])]) {
      try {
        listener(value)
      } catch (error) {
        // Thrown on its own, where it can be seen, and not in the middle of a connection's work.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}
