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

/** A field that one update is writing: copies its dict and its list once, however many operations there are. */
export class FieldDraft {
  #field: FieldState
  #dict: Map<string, Register<WireValue>> | undefined
  #list: Map<string, ElementState> | undefined

  constructor (field: FieldState) {
    this.#field = field
  }

  get state (): FieldState {
    return { ...this.#field, dict: this.#dict ?? this.#field.dict, list: this.#list ?? this.#field.list }
  }

  apply (operation: Operation, writer: Writer): void {
    const { field } = operation
    switch (operation.op) {
      case 'set': return this.#setRegister(put(this.#field.register, registerCell(field), operation.value, field, writer))
      case 'delete': return this.#setRegister(put(this.#field.register, registerCell(field), undefined, field, writer))
      case 'put': return this.#setKey(field, operation.key, operation.value, writer)
      case 'drop': return this.#setKey(field, operation.key, undefined, writer)
      case 'insert': return this.#setElement(operation.element, element => ({
        ...element,
        value: put(element.value, elementCell(field, operation.element), operation.value, field, writer),
        position: place(element.position, positionCell(field, operation.element), operation.position, writer)
      }))
      case 'replace': return this.#setElement(operation.element, element => ({
        ...element, value: put(element.value, elementCell(field, operation.element), operation.value, field, writer)
      }))
      case 'move': return this.#setElement(operation.element, element => ({
        ...element, position: place(element.position, positionCell(field, operation.element), operation.position, writer)
      }))
      case 'remove': return this.#setElement(operation.element, element => ({
        ...element, deletes: [...element.deletes, writer.candidate.update].sort()
      }))
      case 'add': return writer.increments ? this.#increment(operation.amount) : undefined
    }
  }

  #setRegister (register: Register<WireValue>): void {
    this.#field = { ...this.#field, register }
  }

  #setKey (field: string, key: string, value: WireValue | undefined, writer: Writer): void {
    this.#dict ??= new Map(this.#field.dict)
    this.#dict.set(key, put(this.#dict.get(key) ?? [], dictCell(field, key), value, field, writer))
  }

  #setElement (id: string, change: (element: ElementState) => ElementState): void {
    this.#list ??= new Map(this.#field.list)
    this.#list.set(id, change(this.#list.get(id) ?? EMPTY_ELEMENT))
  }

  #increment (amount: number): void {
    const { counter = 0n, increments } = this.#field
    this.#field = { ...this.#field, counter: counter + BigInt(amount), increments: increments + 1 }
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

function sealedOnly (register: Register<WireValue>): Register<WireValue> {
  return register.filter(candidate => !isClear(candidate.value))
}

function isClear (value: WireValue | undefined): boolean {
  return value !== undefined && !(value instanceof Sealed)
}
