import { LIMITS } from '@dinemic/core'
import type { ElementSource } from './element-source.js'
import type { ListContent } from './list-content.js'
import { positionsFor } from './list-element.js'

/** In bytes: half of what a position may have, so that there is room for long. */
const SHORT = LIMITS.elementKey / 2

/**
 * The elements with new positions around an index where none is left between the neighbours: of as few as it takes to have
 * short ones again, of all of them in the end: a stranger's element behind which nothing can stand comes a little forward.
 * What others insert there meanwhile may come to stand before or behind them.
 */
export function makeRoom (content: ListContent, index: number, source: ElementSource): ListContent {
  for (let reach = 1; ; reach *= 2) {
    const start = Math.max(index - reach, 0)
    const end = Math.min(index + reach, content.size)
    const everything = start === 0 && end === content.size
    const positions = positionsFor(end - start, content.positionAt(start - 1), content.positionAt(end), source)
    if (positions === undefined || (!everything && positions.some(({ length }) => length > SHORT))) continue
    return content.slice(start, end).reduce((made, element, i) => made.with({ ...element, position: positions[i]! }), content)
  }
}
