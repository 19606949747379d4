// Numbers with their nouns, as everything that is printed for people says them. Knows nothing of what is counted.

/** `1 record`, `2 records`; `many` where an s does not do. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
