import { EMPTY_FIELD, elementShown, placeKey } from '@dinemic/core'
import type { ListElement, ObjectState, Operation, SortedMap } from '@dinemic/core'

type Order = SortedMap<ListElement>

/** Where the elements of an object's lists stand before an update and after it. What stays in its place is not looked at. */
export class ListPlaces {
  readonly #state: ObjectState | undefined
  readonly #operations: readonly Operation[]
  readonly #after = new Map<string, { readonly order: Order, readonly moved: ReadonlyMap<string, ListElement> }>()

  constructor (state: ObjectState | undefined, operations: readonly Operation[]) {
    this.#state = state
    this.#operations = operations
  }

  before (field: string, id: string): number | undefined {
    return indexIn(this.#order(field), this.#shown(field, id))
  }

  after (field: string, id: string): number | undefined {
    const known = this.#after.get(field) ?? this.#edit(field)
    this.#after.set(field, known)
    return indexIn(known.order, known.moved.get(id) ?? this.#shown(field, id))
  }

  #edit (field: string): { order: Order, moved: Map<string, ListElement> } {
    let order = this.#order(field)
    const moved = new Map<string, ListElement>()
    for (const operation of this.#operations) {
      if (operation.field !== field || !('element' in operation)) continue
      const { op, element: id } = operation
      const from = moved.get(id) ?? this.#shown(field, id)
      const isMoved = op === 'insert' || (op === 'move' && from !== undefined)
      if (from !== undefined && (isMoved || op === 'remove')) order = order.delete(placeKey(from))
      if (!isMoved) continue
      const to = { id, position: operation.position, value: null }
      order = order.set(placeKey(to), to)
      moved.set(id, to)
    }
    return { order, moved }
  }

  #order (field: string): Order {
    return (this.#state?.fields.get(field) ?? EMPTY_FIELD).order
  }

  #shown (field: string, id: string): ListElement | undefined {
    return elementShown(id, this.#state?.fields.get(field)?.list.get(id))
  }
}

/** Undefined for what isn't there, or isn't any more. */
function indexIn (order: Order, element: ListElement | undefined): number | undefined {
  if (element === undefined) return undefined
  const key = placeKey(element)
  return order.has(key) ? order.rank(key) : undefined
}
