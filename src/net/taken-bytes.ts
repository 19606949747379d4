// How much of what was written to a socket the kernel has taken. Looks only.

import type { Socket } from 'node:net'

/** Bytes, also in the middle of one large write; what merely waits in the process does not count. */
export function takenBytes(socket: Socket): number {
  const { _handle: handle } = socket as unknown as {
    _handle?: { bytesWritten?: number; writeQueueSize?: number } | null
  }
  if (handle?.bytesWritten === undefined || handle.writeQueueSize === undefined) {
    return socket.bytesWritten - socket.writableLength
  }
  return handle.bytesWritten - handle.writeQueueSize
}
