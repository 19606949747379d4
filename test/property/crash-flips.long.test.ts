// Every byte of a segment of 64 KiB; npm test takes a smaller one.

process.env['FLIP_SEGMENT_BYTES'] ??= String(64 * 1024)
await import('./crash-flips.test.ts')
