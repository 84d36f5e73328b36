/**
 * Names of the cells beside a state row: a letter for each map on the way, and the entry's key there. The length says where
 * a key ends, for it may hold any character.
 */
export function cellName (holder: string, letter: string, key: string): string {
  return `${holder}${letter}${key.length} ${key}`
}

/** Where the map's own letter ends in the name of one of its entries: what all of them begin with. */
export function mapIn (name: string): string {
  for (let at = 0; ;) {
    const space = name.indexOf(' ', at)
    const next = space + 1 + Number(name.slice(at + 1, space))
    if (!(space > at && next > at && next <= name.length)) throw new RangeError(`${name} is not the name of a cell`)
    if (next === name.length) return name.slice(0, at + 1)
    at = next
  }
}
