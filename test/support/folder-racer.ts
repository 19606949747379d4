// A process that claims a folder whenever it is told to go, says how that went, and keeps what it got.

import { claimFolder } from '../../src/log/folder-owner.ts'
import { KiteQError } from '../../src/model/errors.ts'

const dir = process.argv[2] ?? '.'
const options = { describe: () => ({}), handle: () => Promise.resolve(null) }

process.on('message', () => {
  claimFolder(dir, options).then(
    () => process.send?.('claimed'),
    (error: unknown) =>
      process.send?.(
        error instanceof KiteQError ? `${error.code}: ${error.message}` : String(error),
      ),
  )
})
process.send?.('ready')
