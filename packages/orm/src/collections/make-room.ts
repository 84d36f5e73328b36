import { LIMITS } from '@dinemic/core'
import type { ElementSource } from './element-source.js'
import { positionsFor } from './list-element.js'
import type { ListElement } from './list-element.js'

/** Elements on each side that move at least. */
const LEAST = 32
/** In bytes: half of what a position may have, so that there is room for long. */
const SHORT = LIMITS.elementKey / 2

/**
 * The elements with new positions around an index where none is left between the neighbours: of as few as it takes to have
 * short ones again, of all of them in the end. What others insert there meanwhile may come to stand before or behind them.
 */
export function makeRoom (elements: readonly ListElement[], index: number, source: ElementSource): ListElement[] {
  for (let reach = LEAST; ; reach *= 2) {
    const start = Math.max(index - reach, 0)
    const end = Math.min(index + reach, elements.length)
    const everything = start === 0 && end === elements.length
    const positions = positionsFor(end - start, elements[start - 1]?.position, elements[end]?.position, source)
    if (positions === undefined || (!everything && positions.some(({ length }) => length > SHORT))) continue
    const moved = positions.map((position, i): ListElement => ({ ...elements[start + i]!, position }))
    return [...elements.slice(0, start), ...moved, ...elements.slice(end)]
  }
}
