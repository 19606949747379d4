// Names for people. Names are any bytes, and of two that differ the texts must differ: what is no UTF-8 is shown escaped, and
// so is what only looks like an escape. For people and keys of theirs; to compare names, bytes are compared.

const decoder = new TextDecoder('utf-8', { ignoreBOM: true }) // names are what was sent, also what looks like a mark

/** Stands where bytes were no UTF-8, or in the name itself. */
const replacement = '\ufffd'
/** What an escape begins with, spelt out in a name. */
const likeEscape = /\\(?=x[0-9a-f]{2}|#[0-9])/g

/** The name as one text that no other name has: `\xff` is a byte that is no UTF-8. */
export function shownName(name: Uint8Array): string {
  const text = decoder.decode(name)
  return text.includes(replacement) ? shownBytes(name) : shownText(text)
}

/** A backslash that would make a part of a name look like an escape is itself escaped: `\x5c`. */
export function shownText(text: string): string {
  return text.includes('\\') ? text.replace(likeEscape, '\\x5c') : text
}

function shownBytes(bytes: Uint8Array): string {
  const name = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  let shown = ''
  let start = 0
  for (let at = 0; at < name.length;) {
    const length = characterBytes(name, at)
    if (length === 0) {
      const escaped = name[at]!.toString(16).padStart(2, '0')
      shown += `${shownText(name.toString('utf8', start, at))}\\x${escaped}`
      start = at + 1
    }
    at += Math.max(1, length)
  }
  return shown + shownText(name.toString('utf8', start))
}

/** Length of the character at `at`; 0 when no character of UTF-8 begins there. */
function characterBytes(name: Uint8Array, at: number): number {
  const first = name[at]!
  if (first < 0x80) return 1
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
  for (let i = 1; i < length; i++) if ((name[at + i]! & 0xc0) !== 0x80) return 0
  const second = name[at + 1]!
  const isOverlong = (first === 0xe0 && second < 0xa0) || (first === 0xf0 && second < 0x90)
  const isSurrogate = first === 0xed && second > 0x9f
  const isTooHigh = first === 0xf4 && second > 0x8f
  return isOverlong || isSurrogate || isTooHigh ? 0 : length
}
