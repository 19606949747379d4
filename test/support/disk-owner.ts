// A process that owns a folder until it is killed.

import { claimFolder } from '../../src/log/folder-owner.ts'

await claimFolder(process.argv[2] ?? '.', {
  describe: () => ({}),
  handle: () => Promise.resolve(null),
})
process.send?.('claimed')
