import type { ObjectState, Register, WireValue } from '@dinemic/core'
import type { Reader } from '@dinemic/replica'
import type { Slot } from './cells/cell.js'
import { openOwn } from './open-own.js'
import type { FieldKind } from './schema/types.js'
import type { Conflict } from './types.js'

const SLOTS: { readonly [Kind in FieldKind]: readonly Slot['slot'][] } = { value: ['register'], ref: ['register'], dict: ['dict'], list: ['list'], counter: [] }

/** The concurrent values under a stored name, those that show first; none where there is but one. Without a kind: of all that stands there. */
export function conflictsIn (state: ObjectState, { name, kind }: { readonly name: string, readonly kind?: FieldKind | undefined }, reader: Reader): Conflict[] {
  const field = state.fields.get(name)
  if (field === undefined) return []
  const slots = kind === undefined ? Object.values(SLOTS).flat() : SLOTS[kind]
  const conflicts = (slot: Slot, register: Register<WireValue>): Conflict[] => register.length < 2 || !slots.includes(slot.slot) ? [] : register.map(({ value, author, update }) => ({
    ...(slot.slot === 'register' ? {} : { key: slot.element }),
    value: openOwn(reader, { field: name, ...slot }, value),
    caller: author ?? state.id,
    update
  }))
  return [
    ...conflicts({ slot: 'register' }, field.register),
    ...[...field.dict].flatMap(([element, register]) => conflicts({ slot: 'dict', element }, register)),
    // Whatever is written concurrently to a deleted element: it stays deleted.
    ...[...field.list].flatMap(([element, { value, deleted }]) => deleted !== null ? [] : conflicts({ slot: 'list', element }, value))
  ]
}
