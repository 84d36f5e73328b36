import { EMPTY_FIELD, SortedMap, elementShown, placeKey } from '@dinemic/core'
import type { FieldState, ListElement } from '@dinemic/core'

const GONE: unique symbol = Symbol('gone')

/** The elements of a list at one moment: those of a snapshot, and on top what was staged. Never changed in place. */
export class ListContent {
  static readonly empty = new ListContent(EMPTY_FIELD, EMPTY_FIELD.order, SortedMap.empty())
  /** By `placeKey`. */
  readonly order: SortedMap<ListElement>
  readonly #snapshot: FieldState
  /** Elements that are other than in the snapshot, by id. */
  readonly #staged: SortedMap<ListElement | typeof GONE>

  private constructor (snapshot: FieldState, order: SortedMap<ListElement>, staged: SortedMap<ListElement | typeof GONE>) {
    this.#snapshot = snapshot
    this.order = order
    this.#staged = staged
  }

  static of (snapshot: FieldState): ListContent {
    return new ListContent(snapshot, snapshot.order, SortedMap.empty())
  }

  get size (): number {
    return this.order.size
  }

  get (id: string): ListElement | undefined {
    const staged = this.#staged.get(id)
    if (staged !== undefined) return staged === GONE ? undefined : staged
    return elementShown(id, this.#snapshot.list.get(id))
  }

  at (index: number): ListElement | undefined {
    return this.order.at(index)?.[1]
  }

  /** Undefined in front of the first and behind the last. */
  positionAt (index: number): string | undefined {
    return this.at(index)?.position
  }

  slice (start: number, end: number): ListElement[] {
    const elements: ListElement[] = []
    for (const element of this.order.values(start)) {
      if (start + elements.length >= end) break
      elements.push(element)
    }
    return elements
  }

  with (element: ListElement): ListContent {
    return new ListContent(this.#snapshot, this.#without(element.id).set(placeKey(element), element), this.#staged.set(element.id, element))
  }

  without (id: string): ListContent {
    return new ListContent(this.#snapshot, this.#without(id), this.#staged.set(id, GONE))
  }

  #without (id: string): SortedMap<ListElement> {
    const element = this.get(id)
    return element === undefined ? this.order : this.order.delete(placeKey(element))
  }
}
