import type { Candidate, ElementState, FieldState } from '../state-types.js'
import type { WireValue } from '../update-types.js'
import { shown } from './register.js'

export interface ListElement { readonly element: string, readonly position: string, readonly value: Candidate<WireValue> }

/** The elements that show, in the order of (position, element id). */
export function listElements (field: FieldState): ListElement[] {
  const elements: ListElement[] = []
  for (const [element, state] of field.list) {
    const visible = elementShown(state)
    if (visible !== undefined) elements.push({ element, ...visible })
  }
  return elements.sort((a, b) => compare(a.position, b.position) || compare(a.element, b.element))
}

/** An element shows while it has a value and a position and no deletion of it stands. */
export function elementShown (state: ElementState): { position: string, value: Candidate<WireValue> } | undefined {
  const value = shown(state.value)
  const position = shown(state.position)?.value
  if (state.deletes.length > 0 || value === undefined || position === undefined) return undefined
  return { position, value }
}

const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0
