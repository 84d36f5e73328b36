import type { WireValue } from '@dinemic/core'
import type { ElementSource } from './element-source.js'

/** Never changed in place: lists share elements with the snapshot that they came from. */
export interface ListElement { readonly id: string, readonly position: string, readonly value: WireValue }

/** Elements for values, one behind the other between two positions. What the values are is checked at `save()`. */
export function newElements (values: readonly unknown[], left: string | undefined, right: string | undefined, source: ElementSource): ListElement[] {
  let last = left
  return values.map((value) => {
    last = source.between(last, right)
    return { id: source.newId(), position: last, value: value as WireValue }
  })
}

/** The order of lists: by position, then by id. */
export function compareElements (a: ListElement, b: ListElement): number {
  return compare(a.position, b.position) || compare(a.id, b.id)
}

function compare (a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
