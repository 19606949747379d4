// Bytes four at a time: a DataView over the array that was asked for last, because a run of questions is mostly about one
// array, and making a view costs more than reading through it.

export class Words {
  private bytes: Uint8Array = noBytes
  private view: DataView = new DataView(noBytes.buffer)

  /** Valid until the next call; keeps the array alive until then. */
  of(bytes: Uint8Array): DataView {
    if (bytes !== this.bytes) {
      this.bytes = bytes
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    }
    return this.view
  }
}

/** Copies source[start, end) to target[at..]; returns the place behind it. For spans too short for a native copy. */
export function copyWords(
  target: DataView,
  at: number,
  source: DataView,
  start: number,
  end: number,
): number {
  while (start + 4 <= end) {
    target.setInt32(at, source.getInt32(start))
    at += 4
    start += 4
  }
  while (start < end) target.setUint8(at++, source.getUint8(start++))
  return at
}

const noBytes = new Uint8Array(0)
