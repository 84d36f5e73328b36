import { SortedMap } from '../sorted-map.js'
import { finish } from '../steps.js'
import type { Steps } from '../steps.js'
import type { ElementState, FieldState, ListElement } from '../state-types.js'
import { shown } from './register.js'

/** The elements that show, in the order of (position, element id). */
export function listElements (field: FieldState): ListElement[] {
  return [...field.order.values()]
}

/** An element shows while it has a value and a position and no deletion of it stands. */
export function elementShown (id: string, state: ElementState | undefined): ListElement | undefined {
  if (state === undefined || state.deleted !== null) return undefined
  const value = shown(state.value)?.value
  const position = shown(state.position)?.value
  return value === undefined || position === undefined ? undefined : { id, position, value }
}

/** What sorts as (position, element id) does: no position has a character as low as the one between. */
export function placeKey ({ position, id }: Pick<ListElement, 'position' | 'id'>): string {
  return `${position}\0${id}`
}

export function orderOf (list: SortedMap<ElementState>): SortedMap<ListElement> {
  return finish(orderInSteps(list))
}

export function * orderInSteps (list: SortedMap<ElementState>): Steps<SortedMap<ListElement>> {
  const places: [string, ListElement][] = []
  for (const [id, state] of list) {
    const element = elementShown(id, state)
    if (element !== undefined) places.push([placeKey(element), element])
    yield
  }
  return yield * SortedMap.building(places)
}

/** The order after one element has changed. */
export function reordered (order: SortedMap<ListElement>, before: ListElement | undefined, after: ListElement | undefined): SortedMap<ListElement> {
  if (before?.position === after?.position && before?.value === after?.value) return order
  const rest = before === undefined || before.position === after?.position ? order : order.delete(placeKey(before))
  return after === undefined ? rest : rest.set(placeKey(after), after)
}
