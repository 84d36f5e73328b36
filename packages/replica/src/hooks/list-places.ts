import { EMPTY_FIELD, listElements } from '@dinemic/core'
import type { ObjectState, Operation } from '@dinemic/core'

type Indexes = ReadonlyMap<string, number>

/** Where the elements of an object's lists stand before an update and after it. A list is looked at once, and only if asked for. */
export class ListPlaces {
  readonly #state: ObjectState | undefined
  readonly #operations: readonly Operation[]
  readonly #before = new Map<string, Indexes>()
  readonly #after = new Map<string, Indexes>()

  constructor (state: ObjectState | undefined, operations: readonly Operation[]) {
    this.#state = state
    this.#operations = operations
  }

  before (field: string, element: string): number | undefined {
    if (!this.#before.has(field)) this.#before.set(field, indexesOf(this.#positions(field)))
    return this.#before.get(field)!.get(element)
  }

  after (field: string, element: string): number | undefined {
    if (!this.#after.has(field)) this.#after.set(field, indexesOf(this.#positionsAfter(field)))
    return this.#after.get(field)!.get(element)
  }

  #positions (field: string): Map<string, string> {
    return new Map(listElements(this.#state?.fields.get(field) ?? EMPTY_FIELD).map(({ element, position }) => [element, position]))
  }

  #positionsAfter (field: string): Map<string, string> {
    const positions = this.#positions(field)
    for (const operation of this.#operations) {
      if (operation.field !== field) continue
      if (operation.op === 'remove') positions.delete(operation.element)
      else if (operation.op === 'insert' || (operation.op === 'move' && positions.has(operation.element))) positions.set(operation.element, operation.position)
    }
    return positions
  }
}

/** In the order of the merge: position, then element. */
function indexesOf (positions: ReadonlyMap<string, string>): Indexes {
  const sorted = [...positions].sort(([a, p], [b, q]) => p < q || (p === q && a < b) ? -1 : 1)
  return new Map(sorted.map(([element], index) => [element, index]))
}
