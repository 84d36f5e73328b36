import { DinemicError, Sealed, checkValue, equalValues, listElements } from '@dinemic/core'
import type { FieldState, Operation } from '@dinemic/core'
import type { ElementSource } from '../collections/element-source.js'
import { ListBox } from '../collections/list-box.js'
import { compareElements } from '../collections/list-element.js'
import type { ListElement } from '../collections/list-element.js'
import { List } from '../collections/list.js'
import type { FieldSchema } from '../schema/types.js'
import { Cell, describe, isClear } from './cell.js'
import type { Opener } from './cell.js'

type Content = readonly ListElement[]

/** `@List()`: elements, each with an id for ever, a value and a position. */
export class ListCell extends Cell<Content> {
  protected readonly empty: Content = []
  readonly #box: ListBox
  readonly #list: List<unknown>

  constructor (entity: object, model: string, field: FieldSchema, source: ElementSource) {
    super(entity, model, field)
    this.#box = new ListBox(this.where, source)
    this.#list = new List(this.#box)
  }

  protected read (state: FieldState, open: Opener): Content {
    return listElements(state).map(({ id, position, value }) => ({ id, position, value: open({ slot: 'list', element: id }, value) }))
  }

  protected present (content: () => Content): unknown {
    this.#box.reset(content)
    return this.#list
  }

  /** Our own list, another one, or an array: of those the elements that have equal values stay the same. */
  protected accept (held: unknown, base: Content): Content {
    if (Array.isArray(held) || (held instanceof List && held !== this.#list)) this.#adopt([...held as Iterable<unknown>], base)
    else if (held !== this.#list) throw this.#notAList(held)
    return this.#checked(this.#box.elements)
  }

  protected override untouched (held: unknown): boolean {
    return held === this.#list && !this.#box.touched
  }

  protected isEmpty (content: Content): boolean {
    return content.length === 0
  }

  protected diff (from: Content, to: Content): Operation[] {
    if (from === to) return []
    const field = this.field.name
    const gone = new Map(from.map((element) => [element.id, element]))
    const operations: Operation[] = []
    for (const element of to) {
      const { id, position, value } = element
      const old = gone.get(id)
      gone.delete(id)
      if (old === element) continue
      if (old === undefined) operations.push({ op: 'insert', field, element: id, position, value })
      else {
        if (old.position !== position) operations.push({ op: 'move', field, element: id, position })
        if (!sameValue(old, element)) operations.push({ op: 'replace', field, element: id, value })
      }
    }
    return [...[...gone.keys()].map((element): Operation => ({ op: 'remove', field, element })), ...operations]
  }

  /** What somebody else deleted meanwhile stays deleted. */
  protected replay (content: Content, operations: readonly Operation[]): Content {
    const elements = new Map(content.map((element) => [element.id, element]))
    for (const operation of operations) {
      if (operation.op === 'insert') elements.set(operation.element, { id: operation.element, position: operation.position, value: operation.value })
      if (operation.op === 'remove') elements.delete(operation.element)
      const known = 'element' in operation ? elements.get(operation.element) : undefined
      if (known !== undefined && operation.op === 'replace') elements.set(known.id, { ...known, value: operation.value })
      if (known !== undefined && operation.op === 'move') elements.set(known.id, { ...known, position: operation.position })
    }
    return [...elements.values()].sort(compareElements)
  }

  /** New elements get their ids once, however often somebody asks what is staged: so the array becomes the content of our list. */
  #adopt (values: readonly unknown[], base: Content): void {
    this.#box.reset(() => base)
    this.#box.replace(values)
    this.held = this.#list
  }

  #checked (elements: Content): Content {
    return elements.map((element, index) => {
      if (element.value instanceof Sealed) return element
      const value = checkValue(element.value, `${this.where}[${index}]`)
      return Object.is(value, element.value) ? element : { ...element, value }
    })
  }

  #notAList (held: unknown): DinemicError {
    return new DinemicError('ORM_BAD_VALUE', `${this.where} is a list and was given ${describe(held)}. Assign an array, or use push, splice or replace.`, { details: { where: this.where } })
  }
}

function sameValue (a: ListElement, b: ListElement): boolean {
  return a.value === b.value || (isClear(a.value) && isClear(b.value) && equalValues(a.value, b.value))
}
