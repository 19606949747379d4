// Every call of every history fails once; npm test takes one history.

process.env['CRASH_CALL_HISTORIES'] ??= '3'
await import('./crash-calls.test.ts')
