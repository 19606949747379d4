// At least 100,000 distinct crash points; npm test takes a tenth of them.

process.env['RUNS'] ??= '13'
process.env['CRASH_POINTS_MIN'] ??= '100000'
await import('./crash-points.test.ts')
