// What the generator writes at the start of every message body: when, which, and whether it counts.
// Publisher and consumer may be different processes of one machine.

/** stamp f64 · sequence u32 · measured u8 · three bytes of mark. */
export const stampBytes = 16

const mark = 0xc7

export function writeStamp(
  target: Buffer,
  at: number,
  ms: number,
  sequence: number,
  measured: boolean,
): void {
  target.writeDoubleLE(ms, at)
  target.writeUInt32LE(sequence, at + 8)
  target[at + 12] = measured ? 1 : 0
  target[at + 13] = mark
  target[at + 14] = sequence & 0xff
  target[at + 15] = mark
}

/** False when the bytes are not a stamp, or not the one that was sent. */
export function stampHolds(source: Buffer, at: number): boolean {
  return source[at + 13] === mark && source[at + 14] === source[at + 8] && source[at + 15] === mark
}
