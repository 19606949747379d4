// Writes that take from just over the limit to half a minute; npm test takes one of them.

process.env['SLOW_SECONDS'] ??= '6,15,30'
await import('./slow-disk.test.ts')
