// Every call of five histories with retention fails once; crash-calls has fifteen of the log alone.

process.env['CRASH_CALL_HISTORIES'] ??= '5'
await import('./crash-calls-retention.test.ts')
