// The broker against its model, over as many histories as CI has time for; npm test takes a few.

process.env['RUNS'] ??= '20'
await import('./broker-model.test.ts')
