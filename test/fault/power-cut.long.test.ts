// Ten power cuts on each file system, and many more at night (RUNS=); npm test takes two.

process.env['POWER_CUTS'] ??= '10'
await import('./power-cut.test.ts')
