import type { WireValue } from '@dinemic/core'
import type { ElementSource } from './element-source.js'
import { newElements } from './list-element.js'
import type { ListElement } from './list-element.js'
import { makeRoom } from './make-room.js'
import { minimalEdit } from './minimal-edit.js'
import { ownCopy } from './own-copy.js'

/** What a `List` holds: the elements, read from the snapshot when they are first asked for. */
export class ListBox {
  /** The field as users know it, such as `Person.tags`. */
  readonly where: string
  readonly #source: ElementSource
  #load: () => readonly ListElement[] = () => []
  #elements: ListElement[] | undefined

  constructor (where: string, source: ElementSource) {
    this.where = where
    this.#source = source
  }

  /** False: nobody has looked yet, so it is what it was reset to. */
  get touched (): boolean {
    return this.#elements !== undefined
  }

  get elements (): readonly ListElement[] {
    return this.#writable()
  }

  reset (load: () => readonly ListElement[]): void {
    this.#load = load
    this.#elements = undefined
  }

  /** Takes `count` elements out at `start` and puts new ones there; gives the ones taken out. */
  splice (start: number, count: number, values: readonly unknown[]): readonly ListElement[] {
    const inserted = this.#inRoom(start, (elements) => newElements(values, elements[start - 1]?.position, elements[start + count]?.position, this.#source))
    const elements = this.#writable()
    if (start === elements.length) {
      for (const element of inserted) elements.push(element)
      return []
    }
    this.#elements = [...elements.slice(0, start), ...inserted, ...elements.slice(start + count)]
    return elements.slice(start, start + count)
  }

  set (index: number, value: unknown): void {
    const elements = this.#writable()
    elements[index] = { ...elements[index]!, value: value as WireValue }
  }

  /** `to` is the index that the element has afterwards. */
  move (from: number, to: number): void {
    const [element] = this.#writable().splice(from, 1)
    const position = this.#inRoom(to, (elements) => this.#source.between(elements[to - 1]?.position, elements[to]?.position))
    this.#writable().splice(to, 0, { ...element!, position })
  }

  replace (values: readonly unknown[]): void {
    this.#elements = minimalEdit(this.#writable(), values, this.#source)
  }

  /** What `place` gives, if need be after making room at the index. */
  #inRoom<R> (index: number, place: (elements: readonly ListElement[]) => R | undefined): R {
    const placed = place(this.#writable())
    if (placed !== undefined) return placed
    this.#elements = makeRoom(this.#writable(), index, this.#source)
    return this.#inRoom(index, place)
  }

  #writable (): ListElement[] {
    return this.#elements ??= this.#load().map((element) => {
      const value = ownCopy(element.value)
      return value === element.value ? element : { ...element, value }
    })
  }
}
