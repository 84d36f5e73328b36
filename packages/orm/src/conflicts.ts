import { Sealed, isDinemicError } from '@dinemic/core'
import type { ObjectState, Register, WireValue } from '@dinemic/core'
import type { Reader } from '@dinemic/replica'
import type { Slot } from './cells/cell.js'
import type { Conflict } from './types.js'

/** The concurrent values under a name, those that show first; none where there is but one. */
export function conflictsIn (state: ObjectState, name: string, reader: Reader): Conflict[] {
  const field = state.fields.get(name)
  if (field === undefined) return []
  const conflicts = (slot: Slot, register: Register<WireValue>): Conflict[] => register.length < 2 ? [] : register.map(({ value, author, update }) => ({
    ...(slot.slot === 'register' ? {} : { key: slot.element }),
    value: open(value, (sealed) => reader.open({ field: name, ...slot }, sealed)),
    caller: author ?? state.id,
    update
  }))
  return [
    ...conflicts({ slot: 'register' }, field.register),
    ...[...field.dict].flatMap(([element, register]) => conflicts({ slot: 'dict', element }, register)),
    ...[...field.list].flatMap(([element, { value }]) => conflicts({ slot: 'list', element }, value))
  ]
}

function open (value: WireValue | undefined, opened: (sealed: Sealed) => unknown): unknown {
  if (!(value instanceof Sealed)) return value
  try {
    return opened(value)
  } catch (error) {
    if (isDinemicError(error)) return value // sealed here, or damaged: the other values are of use all the same
    throw error
  }
}
