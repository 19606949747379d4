// One failing call of a disk. A failed sync leaves its pages marked clean: nobody ever writes them, whether the cache shows
// them or not, and the next sync says that all is well.

/** `EIO`: what was written is gone at once. `EIO shown`: the cache shows it, the disk never gets it. `short`: half a write. */
export type FaultKind = 'EIO' | 'EIO shown' | 'ENOSPC' | 'short'

export const faultKinds: readonly FaultKind[] = ['EIO', 'EIO shown', 'ENOSPC', 'short']

export class CallFault {
  /** Which of the calls that change or secure something, from 1. */
  readonly at: number
  readonly kind: FaultKind
  /** The call that failed. */
  struck: string | undefined

  constructor(at: number, kind: FaultKind) {
    this.at = at
    this.kind = kind
  }

  get error(): Error {
    return diskError(this.kind === 'ENOSPC' ? 'ENOSPC' : 'EIO', 'on purpose')
  }
}

export function diskError(code: string, what: string): Error {
  return Object.assign(new Error(`${code}: ${what}`), { code })
}
