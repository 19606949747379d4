// Fifty kills of a real process; npm test takes a few.

process.env['KILL_CYCLES'] ??= '50'
await import('./kill9.test.ts')
