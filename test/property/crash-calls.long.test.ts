// Every call of fifteen histories fails once, in each way; crash-calls-retention has five more. npm test takes one history.

process.env['CRASH_CALL_HISTORIES'] ??= '15'
await import('./crash-calls.test.ts')
