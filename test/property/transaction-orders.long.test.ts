// Every order of five steps; npm test takes those of three.

process.env['ORDER_LENGTH'] ??= '5'
await import('./transaction-orders.test.ts')
