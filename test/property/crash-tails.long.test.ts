// The tails of three batches as well as those of one.

process.env['TAIL_BATCHES'] ??= 'all'
await import('./crash-tails.test.ts')
export {}
