import { EMPTY_FIELD, Sealed, elementShown, equalValues, placeKey, shown } from '@dinemic/core'
import type { FieldState, ListElement, ObjectState, Operation, WireValue } from '@dinemic/core'
import type { FieldChange } from '../engine.js'
import { ListPlaces } from './list-places.js'

/**
 * What an update means to do, as its before-hooks see it: one change for each operation. An element's index is the one that
 * it has when all of them are done, as in the after-hooks; of a deleted one where it stands before.
 */
export function intendedChanges (state: ObjectState | undefined, operations: readonly Operation[]): FieldChange[] {
  const places = new ListPlaces(state, operations)
  return operations.map(operation => intendedChange(state?.fields.get(operation.field) ?? EMPTY_FIELD, operation, places))
}

function intendedChange (field: FieldState, operation: Operation, places: ListPlaces): FieldChange {
  const name = operation.field
  switch (operation.op) {
    case 'set': return { type: 'set', field: name, slot: 'register', before: shown(field.register)?.value, after: operation.value }
    case 'delete': return { type: 'delete', field: name, slot: 'register', before: shown(field.register)?.value, after: undefined }
    case 'put': return { type: 'set', field: name, slot: 'dict', key: operation.key, before: field.entries.get(operation.key), after: operation.value }
    case 'drop': return { type: 'delete', field: name, slot: 'dict', key: operation.key, before: field.entries.get(operation.key), after: undefined }
    case 'add': return { type: 'set', field: name, slot: 'counter', before: field.counter, after: (field.counter ?? 0n) + BigInt(operation.amount) }
  }
  const { element } = operation
  const before = elementShown(element, field.list.get(element))?.value
  const place = { field: name, slot: 'list', key: element, before } as const
  if (operation.op === 'remove') return { ...place, type: 'delete', ...indexed(places.before(name, element)), after: undefined }
  return { ...place, type: 'set', ...indexed(places.after(name, element)), after: operation.op === 'move' ? before : operation.value }
}

/** None where the element is deleted already, by this update or another. */
function indexed (index: number | undefined): Pick<FieldChange, 'index'> {
  return index === undefined ? {} : { index }
}

/** Each visible value that differs between two states, in these fields or in all. */
export function visibleChanges (before: ObjectState | undefined, after: ObjectState | undefined, names?: Iterable<string>): FieldChange[] {
  const fields = new Set(names ?? [...before?.fields.keys() ?? [], ...after?.fields.keys() ?? []])
  return [...fields].flatMap(name => {
    const old = before?.fields.get(name) ?? EMPTY_FIELD
    const now = after?.fields.get(name) ?? EMPTY_FIELD
    return old === now ? [] : [...registerChanges(name, old, now), ...dictChanges(name, old, now), ...listChanges(name, old, now), ...counterChanges(name, old, now)]
  })
}

function registerChanges (field: string, old: FieldState, now: FieldState): FieldChange[] {
  return change({ field, slot: 'register' }, shown(old.register)?.value, shown(now.register)?.value)
}

function dictChanges (field: string, old: FieldState, now: FieldState): FieldChange[] {
  return [...now.entries.changesSince(old.entries)].flatMap(({ key, before, after }) => change({ field, slot: 'dict', key }, before, after))
}

/** What is gone at the indexes that it had, then what is new, changed or moved at those that it has. */
function listChanges (field: string, old: FieldState, now: FieldState): FieldChange[] {
  const left = new Map<string, ListElement>()
  const came: ListElement[] = []
  for (const { before, after } of now.order.changesSince(old.order)) {
    if (before !== undefined) left.set(before.id, before)
    if (after !== undefined) came.push(after)
  }
  const set = came.flatMap((element): FieldChange[] => {
    const { id, position, value } = element
    const previous = left.get(id)
    left.delete(id)
    if (previous !== undefined && previous.position === position && sameValue(previous.value, value)) return []
    return [{ type: 'set', field, slot: 'list', key: id, index: now.order.rank(placeKey(element)), before: previous?.value, after: value }]
  })
  const gone = [...left.values()].map((element): FieldChange =>
    ({ type: 'delete', field, slot: 'list', key: element.id, index: old.order.rank(placeKey(element)), before: element.value, after: undefined }))
  return [...gone, ...set]
}

function counterChanges (field: string, old: FieldState, now: FieldState): FieldChange[] {
  return change({ field, slot: 'counter' }, old.counter, now.counter)
}

function change (where: Pick<FieldChange, 'field' | 'slot' | 'key'>, before: WireValue | undefined, after: WireValue | undefined): FieldChange[] {
  if (sameValue(before, after)) return []
  return [{ ...where, type: after === undefined ? 'delete' : 'set', before, after }]
}

/** A ciphertext is the same only if it is the same bytes: what it hides may not be readable here. */
function sameValue (a: WireValue | undefined, b: WireValue | undefined): boolean {
  if (a === undefined || b === undefined || a instanceof Sealed || b instanceof Sealed) return a === b || (a instanceof Sealed && b instanceof Sealed && sameSealed(a, b))
  return equalValues(a, b)
}

function sameSealed (a: Sealed, b: Sealed): boolean {
  return a.epoch === b.epoch && equalValues(a.nonce, b.nonce) && equalValues(a.boxed, b.boxed)
}
