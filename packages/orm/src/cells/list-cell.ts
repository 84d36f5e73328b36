import { DinemicError } from '@dinemic/core'
import type { FieldState, ListElement, ObjectId, Operation, WireValue } from '@dinemic/core'
import type { Reader } from '@dinemic/replica'
import type { ElementSource } from '../collections/element-source.js'
import { ListBox } from '../collections/list-box.js'
import { ListContent } from '../collections/list-content.js'
import { List } from '../collections/list.js'
import { sameValue } from '../collections/own-values.js'
import type { FieldSchema } from '../schema/types.js'
import { Cell, describe } from './cell.js'
import type { Readable } from './readable.js'

/** What the lists of a node share. */
export interface ListParts { readonly elements: ElementSource, readonly readable: Readable }

/** `@List()`: elements, each with an id for ever, a value and a position. Values stay sealed in a content until somebody looks. */
export class ListCell extends Cell<ListContent> {
  protected readonly empty = ListContent.empty
  readonly #box: ListBox
  readonly #list: List<unknown>
  readonly #shared: ListParts

  constructor (entity: object, model: string, field: FieldSchema, shared: ListParts) {
    super(entity, model, field)
    this.#shared = shared
    this.#box = new ListBox(this.where, shared.elements)
    this.#list = new List(this.#box)
  }

  override lock (): void {
    this.#box.isReadOnly = true
  }

  protected read (state: FieldState): ListContent {
    return ListContent.of(state)
  }

  protected override probe ({ order }: FieldState, object: ObjectId, reader: Reader): void {
    this.#shared.readable.probe({ name: `${object} list ${this.field.name}`, entries: order, valueOf: ({ value }) => value, open: (_place, element) => this.#clear(element), reader })
  }

  protected present (content: () => ListContent): unknown {
    this.#box.reset(content, element => this.#clear(element))
    return this.#list
  }

  /** Our own list, another one, or an array: of those the elements that have equal values stay the same. */
  protected accept (held: unknown, base: ListContent): ListContent {
    if (Array.isArray(held) || (held instanceof List && held !== this.#list)) this.#adopt([...held as Iterable<unknown>], base)
    else if (held !== this.#list) throw this.#notAList(held)
    return this.#box.checked()
  }

  protected override untouched (held: unknown): boolean {
    return held === this.#list && !this.#box.touched
  }

  protected isEmpty (content: ListContent): boolean {
    return content.size === 0
  }

  protected diff (from: ListContent, to: ListContent): Operation[] {
    const field = this.field.name
    const gone = new Map<string, ListElement>()
    const come: ListElement[] = []
    for (const { before, after } of to.order.changesSince(from.order)) {
      if (before !== undefined) gone.set(before.id, before)
      if (after !== undefined) come.push(after)
    }
    const operations = come.flatMap((element): Operation[] => {
      const { id, position } = element
      const value = this.#clear(element)
      const old = gone.get(id)
      gone.delete(id)
      if (old === undefined) return [{ op: 'insert', field, element: id, position, value }]
      return [
        ...old.position === position ? [] : [{ op: 'move', field, element: id, position } as const],
        ...sameValue(this.#clear(old), value) ? [] : [{ op: 'replace', field, element: id, value } as const]
      ]
    })
    return [...[...gone.keys()].map((element): Operation => ({ op: 'remove', field, element })), ...operations]
  }

  /** What somebody else deleted meanwhile stays deleted. */
  protected replay (content: ListContent, operations: readonly Operation[]): ListContent {
    return operations.reduce((made, operation) => {
      if (!('element' in operation)) return made
      const { op, element: id } = operation
      if (op === 'insert') return made.with({ id, position: operation.position, value: operation.value })
      const known = made.get(id)
      if (known === undefined) return made
      if (op === 'remove') return made.without(id)
      return made.with(op === 'replace' ? { ...known, value: operation.value } : { ...known, position: operation.position })
    }, content)
  }

  #clear ({ id, value }: ListElement): WireValue {
    return this.open({ slot: 'list', element: id }, value)
  }

  /** New elements get their ids once, however often somebody asks what is staged: so the array becomes the content of our list. */
  #adopt (values: readonly unknown[], base: ListContent): void {
    this.present(() => base)
    this.#box.replace(values)
    this.held = this.#list
  }

  #notAList (held: unknown): DinemicError {
    return new DinemicError('ORM_BAD_VALUE', `${this.where} is a list and was given ${describe(held)}. Assign an array, or use push, splice or replace.`, { details: { where: this.where } })
  }
}
