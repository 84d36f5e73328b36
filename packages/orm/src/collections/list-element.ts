import type { WireValue } from '@dinemic/core'
import type { ElementSource } from './element-source.js'

/** Never changed in place: lists share elements with the snapshot that they came from. */
export interface ListElement { readonly id: string, readonly position: string, readonly value: WireValue }

/** Elements for values, one behind the other between two positions, or undefined if there is no room. What the values are is checked at `save()`. */
export function newElements (values: readonly unknown[], left: string | undefined, right: string | undefined, source: ElementSource): ListElement[] | undefined {
  const positions = positionsFor(values.length, left, right, source)
  return positions?.map((position, i) => ({ id: source.newId(), position, value: values[i] as WireValue }))
}

export function positionsFor (count: number, left: string | undefined, right: string | undefined, source: ElementSource): string[] | undefined {
  const positions: string[] = []
  while (positions.length < count) {
    const position = source.between(positions.at(-1) ?? left, right)
    if (position === undefined) return undefined
    positions.push(position)
  }
  return positions
}

/** The order of lists: by position, then by id. */
export function compareElements (a: ListElement, b: ListElement): number {
  return compare(a.position, b.position) || compare(a.id, b.id)
}

function compare (a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
