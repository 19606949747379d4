// What an acknowledgement waits for. Anything weaker than `fsync` says so in its name.

/** Synced; written, and synced within intervalMs; written. */
export type Durability =
  | { readonly kind: 'fsync' }
  | { readonly kind: 'interval'; readonly intervalMs: number }
  | { readonly kind: 'memory' }
