// Every byte, every bit of the head, and more ids at each flip; npm test takes one bit of every fourth byte.

process.env['FLIP_POSTINGS'] ??= 'all'
await import('./postings-flips.test.ts')
