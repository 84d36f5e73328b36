import type { Candidate, ElementState, FieldState, Register } from '../state-types.js'
import { Sealed } from '../update-types.js'
import type { Operation, WireValue } from '../update-types.js'
import { dictCell, elementCell, positionCell, registerCell } from '../update/operations.js'
import { write } from './register.js'

export const EMPTY_FIELD: FieldState = { register: [], dict: new Map(), list: new Map(), counter: undefined, increments: 0 }
const EMPTY_ELEMENT: ElementState = { value: [], position: [], deletes: [] }

/** How one update writes: its candidate without value, and which candidates of a cell it kills. */
export interface Writer {
  readonly candidate: Omit<Candidate<never>, 'value'>
  /** A value of this update in that cell is already replaced by one that arrived before it. */
  readonly isDead: (cell: string) => boolean
  readonly replaces: (old: Candidate<unknown>) => boolean
  /** False for an endorsement whose increments another one has made. */
  readonly increments: boolean
  /** Field names in which a value in the clear is ignored. */
  readonly encrypted: ReadonlySet<string>
}

/** One operation's effect on its field. */
export function applyOperation (field: FieldState, operation: Operation, writer: Writer): FieldState {
  switch (operation.op) {
    case 'set': return { ...field, register: put(field.register, registerCell(operation.field), operation.value, operation.field, writer) }
    case 'delete': return { ...field, register: put(field.register, registerCell(operation.field), undefined, operation.field, writer) }
    case 'put': return withKey(field, operation.key, operation.value, operation.field, writer)
    case 'drop': return withKey(field, operation.key, undefined, operation.field, writer)
    case 'insert': return withElement(field, operation.element, element => ({
      ...element,
      value: put(element.value, elementCell(operation.field, operation.element), operation.value, operation.field, writer),
      position: place(element.position, positionCell(operation.field, operation.element), operation.position, writer)
    }))
    case 'replace': return withElement(field, operation.element, element => ({
      ...element, value: put(element.value, elementCell(operation.field, operation.element), operation.value, operation.field, writer)
    }))
    case 'move': return withElement(field, operation.element, element => ({
      ...element, position: place(element.position, positionCell(operation.field, operation.element), operation.position, writer)
    }))
    case 'remove': return withElement(field, operation.element, element => ({
      ...element, deletes: [...element.deletes, writer.candidate.update].sort()
    }))
    case 'add': return !writer.increments ? field : { ...field, counter: (field.counter ?? 0n) + BigInt(operation.amount), increments: field.increments + 1 }
  }
}

/** Takes one increment back. */
export function withoutIncrement (field: FieldState, amount: number): FieldState {
  const increments = field.increments - 1
  return { ...field, increments, counter: increments === 0 ? undefined : field.counter! - BigInt(amount) }
}

/** What is left of a field when its name becomes one of an encrypted field: values in the clear are ignored. */
export function withoutClear (field: FieldState): FieldState {
  return {
    ...field,
    register: sealedOnly(field.register),
    dict: new Map([...field.dict].map(([key, register]) => [key, sealedOnly(register)])),
    list: new Map([...field.list].map(([id, element]) => [id, { ...element, value: sealedOnly(element.value) }]))
  }
}

function put (register: Register<WireValue>, cell: string, value: WireValue | undefined, name: string, writer: Writer): Register<WireValue> {
  const ignored = writer.isDead(cell) || (writer.encrypted.has(name) && isClear(value))
  return write(register, ignored ? undefined : { ...writer.candidate, value }, writer.replaces)
}

function place (register: Register<string>, cell: string, value: string, writer: Writer): Register<string> {
  return write(register, writer.isDead(cell) ? undefined : { ...writer.candidate, value }, writer.replaces)
}

function withKey (field: FieldState, key: string, value: WireValue | undefined, name: string, writer: Writer): FieldState {
  const register = put(field.dict.get(key) ?? [], dictCell(name, key), value, name, writer)
  return { ...field, dict: new Map(field.dict).set(key, register) }
}

function withElement (field: FieldState, element: string, change: (element: ElementState) => ElementState): FieldState {
  return { ...field, list: new Map(field.list).set(element, change(field.list.get(element) ?? EMPTY_ELEMENT)) }
}

function sealedOnly (register: Register<WireValue>): Register<WireValue> {
  return register.filter(candidate => !isClear(candidate.value))
}

function isClear (value: WireValue | undefined): boolean {
  return value !== undefined && !(value instanceof Sealed)
}
