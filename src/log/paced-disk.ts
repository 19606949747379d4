// A disk whose reads wait while what they gave before is not done with: whoever is slow slows the log's reading down, and
// nothing piles up in between. Changes nothing else; must never lose a read.

import type { Disk, DiskFile } from './disk.ts'

/** The same disk, whose files begin a read only once `ready` has resolved. */
export function pacedDisk(disk: Disk, ready: () => Promise<void> | undefined): Disk {
  return {
    list: (folder) => disk.list(folder),
    exists: (path) => disk.exists(path),
    open: async (path, mode, options) => pacedFile(await disk.open(path, mode, options), ready),
    rename: (from, to) => disk.rename(from, to),
    remove: (path) => disk.remove(path),
    ensureFolder: (folder) => disk.ensureFolder(folder),
    syncFolder: (folder) => disk.syncFolder(folder),
    freeBytes: (folder) => disk.freeBytes(folder),
  }
}

function pacedFile(file: DiskFile, ready: () => Promise<void> | undefined): DiskFile {
  return {
    write: (...args) => {
      file.write(...args)
    },
    read: (...args) => {
      const wait = ready()
      if (wait === undefined) file.read(...args)
      else void wait.then(() => file.read(...args))
    },
    sync: (done) => {
      file.sync(done)
    },
    truncate: (bytes) => file.truncate(bytes),
    size: () => file.size(),
    close: () => file.close(),
  }
}
