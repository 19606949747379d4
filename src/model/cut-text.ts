// Texts of bounded length that are written as UTF-8: what the state holds must be what its record gives back, so a character
// is kept whole or left out, and half of one that came from elsewhere is none.

const half = /\p{Surrogate}/gu
const anyHalf = /\p{Surrogate}/u

/** Whether it can be written as UTF-8 and read back as it was. */
export function isText(text: string): boolean {
  return !anyHalf.test(text)
}

/** At most so many UTF-16 units, from the front. */
export function cutText(text: string, max: number): string {
  const isSplit =
    text.length > max && isHigh(text.charCodeAt(max - 1)) && isLow(text.charCodeAt(max))
  const cut = text.slice(0, isSplit ? max - 1 : max)
  return cut.replace(half, '\ufffd')
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000
}
