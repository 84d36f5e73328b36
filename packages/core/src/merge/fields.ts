import { SortedMap } from '../sorted-map.js'
import type { Candidate, ElementState, FieldState, Register } from '../state-types.js'
import type { Steps } from '../steps.js'
import { Sealed } from '../update-types.js'
import type { Operation, WireValue } from '../update-types.js'
import { dictCell, elementCell, positionCell, registerCell } from '../update/operations.js'
import { entriesInSteps } from './dict.js'
import { elementShown, orderInSteps, reordered } from './list.js'
import { shown, write } from './register.js'

export const EMPTY_FIELD: FieldState = { register: [], dict: SortedMap.empty(), entries: SortedMap.empty(), list: SortedMap.empty(), order: SortedMap.empty(), counter: undefined, increments: 0 }
const EMPTY_ELEMENT: ElementState = { value: [], position: [], deleted: null }

/** How one update writes: its candidate without value, and which candidates of a cell it kills. */
export interface Writer {
  readonly candidate: Omit<Candidate<never>, 'value'>
  /** A value of this update in that cell is already replaced by one that arrived before it. */
  readonly isDead: (cell: string) => boolean
  readonly replaces: (old: Candidate<unknown>) => boolean
  /** The counters whose increments another endorsement of the same proposal has made. */
  readonly made: ReadonlySet<string>
  /** Field names in which a value in the clear is ignored. */
  readonly encrypted: { has (name: string): boolean }
}

/** The field with one more operation. */
export function applyOperation (state: FieldState, operation: Operation, writer: Writer): FieldState {
  const { field } = operation
  switch (operation.op) {
    case 'set': return { ...state, register: put(state.register, registerCell(field), operation.value, field, writer) }
    case 'delete': return { ...state, register: put(state.register, registerCell(field), undefined, field, writer) }
    case 'put': return withKey(state, field, operation.key, operation.value, writer)
    case 'drop': return withKey(state, field, operation.key, undefined, writer)
    case 'insert': return withElement(state, operation.element, element => ({
      ...element,
      value: put(element.value, elementCell(field, operation.element), operation.value, field, writer),
      position: place(element.position, positionCell(field, operation.element), operation.position, writer)
    }))
    case 'replace': return withElement(state, operation.element, element => ({
      ...element, value: put(element.value, elementCell(field, operation.element), operation.value, field, writer)
    }))
    case 'move': return withElement(state, operation.element, element => ({
      ...element, position: place(element.position, positionCell(field, operation.element), operation.position, writer)
    }))
    case 'remove': return withElement(state, operation.element, element => ({
      ...element, deleted: element.deleted === null || writer.candidate.update < element.deleted ? writer.candidate.update : element.deleted
    }))
    case 'add': return writer.made.has(field) ? state : withIncrement(state, operation.amount)
  }
}

function withKey (state: FieldState, field: string, key: string, value: WireValue | undefined, writer: Writer): FieldState {
  const register = put(state.dict.get(key) ?? [], dictCell(field, key), value, field, writer)
  const visible = shown(register)?.value
  return { ...state, dict: state.dict.set(key, register), entries: visible === undefined ? state.entries.delete(key) : state.entries.set(key, visible) }
}

function withElement (state: FieldState, id: string, change: (element: ElementState) => ElementState): FieldState {
  const before = state.list.get(id)
  const after = change(before ?? EMPTY_ELEMENT)
  return { ...state, list: state.list.set(id, after), order: reordered(state.order, elementShown(id, before), elementShown(id, after)) }
}

function withIncrement (state: FieldState, amount: number): FieldState {
  return { ...state, counter: (state.counter ?? 0n) + BigInt(amount), increments: state.increments + 1 }
}

/** Takes one increment back. */
export function withoutIncrement (field: FieldState, amount: number): FieldState {
  const increments = field.increments - 1
  return { ...field, increments, counter: increments === 0 ? undefined : field.counter! - BigInt(amount) }
}

/** What is left of a field when its name becomes one of an encrypted field: values in the clear are ignored. */
export function * withoutClear (field: FieldState): Steps<FieldState> {
  const dict = yield * field.dict.mapping(sealedOnly)
  const list = yield * field.list.mapping(element => ({ ...element, value: sealedOnly(element.value) }))
  return { ...field, register: sealedOnly(field.register), dict, entries: yield * entriesInSteps(dict), list, order: yield * orderInSteps(list) }
}

function put (register: Register<WireValue>, cell: string, value: WireValue | undefined, name: string, writer: Writer): Register<WireValue> {
  const ignored = writer.isDead(cell) || (writer.encrypted.has(name) && isClear(value))
  return write(register, ignored ? undefined : candidateOf(value, writer), writer.replaces)
}

function place (register: Register<string>, cell: string, value: string, writer: Writer): Register<string> {
  return write(register, writer.isDead(cell) ? undefined : candidateOf(value, writer), writer.replaces)
}

/** Piece by piece: behind a spread Node 20 makes a hidden class for each object, and there are many of these. */
function candidateOf<T> (value: T | undefined, { candidate: { update, clock, author, root, seq } }: Writer): Candidate<T> {
  return { update, clock, author, root, seq, value }
}

function sealedOnly (register: Register<WireValue>): Register<WireValue> {
  return register.filter(candidate => !isClear(candidate.value))
}

function isClear (value: WireValue | undefined): boolean {
  return value !== undefined && !(value instanceof Sealed)
}
