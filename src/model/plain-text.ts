// Text from elsewhere on its way to people: what a terminal takes for a command, or what turns the order of what is read,
// is shown as an escape. Inside a JSON text the value stays the same.

/** C0, DEL and C1, the two separators of lines that JSON allows, marks that set the direction of text. */
// eslint-disable-next-line no-control-regex -- these are what must not reach a terminal
const special = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/
const everySpecial = new RegExp(special, 'g')
const everyButNewline = new RegExp(`(?!\\n)${special.source}`, 'g')

const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** One line, whatever is in it. */
export function plainText(text: string): string {
  return special.test(text) ? text.replace(everySpecial, escape) : text
}

/** The same for text whose lines are meant. */
export function plainLines(text: string): string {
  return special.test(text) ? text.replace(everyButNewline, escape) : text
}

/** JSON on one line that any reader of JSON takes. */
export function plainJson(value: unknown): string {
  return plainText(JSON.stringify(value))
}

function escape(char: string): string {
  return shortEscapes[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}
