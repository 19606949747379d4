// A connection that is gone and whose leases still have to be ended.

import type { ConnectionNumber } from '../model/ids.ts'

export interface LostConnection {
  readonly connection: ConnectionNumber
  /** Opaques of deliveries that never reached the socket. */
  readonly unsent: ReadonlySet<number>
}
