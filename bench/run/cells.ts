// The grid of a bench: connections x messages in flight in all, as in `16x256`.

export interface Cell {
  readonly name: string
  readonly connections: number
  readonly inFlight: number
}

/** `1x1,16x256`; throws on anything else. */
export function parseCells(text: string): readonly Cell[] {
  return text.split(',').map((name) => {
    const match = /^(\d+)x(\d+)$/.exec(name.trim())
    if (match === null) throw new Error(`a cell is written 16x256, not ${name}`)
    return { name: name.trim(), connections: Number(match[1]), inFlight: Number(match[2]) }
  })
}
