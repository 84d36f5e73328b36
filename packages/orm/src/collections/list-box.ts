import { placeKey } from '@dinemic/core'
import type { ListElement, WireValue } from '@dinemic/core'
import type { ElementSource } from './element-source.js'
import { ListContent } from './list-content.js'
import { newElements } from './list-element.js'
import { makeRoom } from './make-room.js'
import { minimalEdit } from './minimal-edit.js'
import { OwnValues, readOnly } from './own-values.js'

/** What a value that isn't checked yet is until then. */
const UNCHECKED = null

/** What a `List` holds: the content of the snapshot, read when it is first asked for, with what is staged. */
export class ListBox {
  /** The field as users know it, such as `Person.tags`. */
  readonly where: string
  isReadOnly = false
  readonly #source: ElementSource
  readonly #own = new OwnValues()
  #load: () => ListContent = () => ListContent.empty
  #open: (element: ListElement) => WireValue = ({ value }) => value
  #loaded: ListContent | undefined
  #content: ListContent | undefined

  constructor (where: string, source: ElementSource) {
    this.where = where
    this.#source = source
  }

  /** False: it is what it was reset to, for certain. */
  get touched (): boolean {
    return this.#content !== this.#loaded || this.#own.size > 0
  }

  get content (): ListContent {
    return this.#content ??= this.#loaded = this.#load()
  }

  /** `open`: an element's value in the clear. */
  reset (load: () => ListContent, open: (element: ListElement) => WireValue): void {
    this.#load = load
    this.#open = open
    this.#loaded = undefined
    this.#content = undefined
    this.#own.clear()
  }

  /** The content with what was put or changed in place checked. Throws `ORM_BAD_VALUE`. */
  checked (): ListContent {
    let content = this.content
    const changed = this.#own.changed(id => this.#open(content.get(id)!), id => `${this.where}[${content.order.rank(placeKey(content.get(id)!))}]`)
    for (const [id, value] of changed) content = content.with({ ...content.get(id)!, value })
    return this.#content = content
  }

  valueOf (element: ListElement): unknown {
    return this.#own.give(element.id, () => this.#open(element))
  }

  /** As `valueOf`, for who neither keeps nor changes it. */
  peek (element: ListElement): unknown {
    return this.#own.peek(element.id, () => this.#open(element))
  }

  /** Takes `count` elements out at `start` and puts new ones there; gives the values taken out. */
  splice (start: number, count: number, values: readonly unknown[]): unknown[] {
    const inserted = this.#inRoom(start, content => newElements(values, content.positionAt(start - 1), content.positionAt(start + count), this.#source))
    return this.#exchange(this.content.slice(start, start + count), inserted)
  }

  set (index: number, value: unknown): void {
    const { id } = this.content.at(index)!
    this.#edit(this.content)
    this.#own.put(id, value)
  }

  /** `to` is the index that the element has afterwards. */
  move (from: number, to: number): void {
    const element = this.content.at(from)!
    this.#edit(this.content.without(element.id))
    const position = this.#inRoom(to, content => this.#source.between(content.positionAt(to - 1), content.positionAt(to)))
    this.#edit(this.content.with({ ...element, position }))
  }

  replace (values: readonly unknown[]): void {
    const old = [...this.content.order.values()]
    const edited = minimalEdit(old.map(element => ({ ...element, value: this.peek(element) as WireValue })), values, this.#source)
    const kept = new Set(edited.map(({ id }) => id))
    this.#exchange(old.filter(({ id }) => !kept.has(id)), edited.filter(({ id }) => this.content.get(id) === undefined))
  }

  #exchange (gone: readonly ListElement[], come: readonly ListElement[]): unknown[] {
    const values = gone.map(element => this.valueOf(element))
    let { content } = this
    for (const { id } of gone) content = content.without(id)
    for (const element of come) content = content.with({ ...element, value: UNCHECKED })
    this.#edit(content)
    for (const { id } of gone) this.#own.forget(id)
    for (const { id, value } of come) this.#own.put(id, value)
    return values
  }

  /** What `place` gives, if need be after making room at the index. */
  #inRoom<R> (index: number, place: (content: ListContent) => R | undefined): R {
    const placed = place(this.content)
    if (placed !== undefined) return placed
    this.#edit(makeRoom(this.content, index, this.#source))
    return this.#inRoom(index, place)
  }

  #edit (content: ListContent): void {
    if (this.isReadOnly) throw readOnly(this.where)
    this.#content = content
  }
}
