// The lazy decoder against the generated one on 100,000 random messages; npm test takes a fifth of them.

process.env['RUNS'] ??= '5'
await import('./wire-header.test.ts')
