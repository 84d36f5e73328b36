import type { ListElement, WireValue } from '@dinemic/core'
import type { ElementSource } from './element-source.js'

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
