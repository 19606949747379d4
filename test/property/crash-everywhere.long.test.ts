// All twenty fixed histories; npm test takes some of them.

process.env['CRASH_HISTORIES'] ??= '20'
await import('./crash-everywhere.test.ts')
