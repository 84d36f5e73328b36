import { SortedMap } from '@dinemic/core'
import type { WireValue } from '@dinemic/core'
import { checkKey } from './dict-key.js'
import { OwnValues, readOnly } from './own-values.js'

export type DictContent = SortedMap<WireValue>

/** What a value that isn't checked yet is until then. */
const UNCHECKED = null

/** What a `Dict` holds: the entries of the snapshot, read when they are first asked for, with what is staged. */
export class DictBox {
  /** The field as users know it, such as `Person.phones`. */
  readonly where: string
  isReadOnly = false
  readonly #own = new OwnValues()
  #load: () => DictContent = () => SortedMap.empty()
  #open: (key: string, value: WireValue) => WireValue = (_key, value) => value
  #loaded: DictContent | undefined
  #content: DictContent | undefined

  constructor (where: string) {
    this.where = where
  }

  /** False: it is what it was reset to, for certain. */
  get touched (): boolean {
    return this.#content !== this.#loaded || this.#own.size > 0
  }

  get content (): DictContent {
    return this.#content ??= this.#loaded = this.#load()
  }

  /** `open`: a value in the clear. */
  reset (load: () => DictContent, open: (key: string, value: WireValue) => WireValue): void {
    this.#load = load
    this.#open = open
    this.#loaded = undefined
    this.#content = undefined
    this.#own.clear()
  }

  /** The content with what was put or changed in place checked. Throws `ORM_BAD_VALUE`. */
  checked (): DictContent {
    let { content } = this
    for (const key of this.#own.keys()) checkKey(key, this.where)
    const changed = this.#own.changed(key => this.#open(key, content.get(key)!), key => `${this.where}[${JSON.stringify(key)}]`)
    for (const [key, value] of changed) content = content.set(key, value)
    return this.#content = content
  }

  get (key: string): unknown {
    return this.content.has(key) ? this.#own.give(key, () => this.#open(key, this.content.get(key)!)) : undefined
  }

  set (key: string, value: unknown): void {
    this.#edit(this.content.set(key, this.content.get(key) ?? UNCHECKED))
    this.#own.put(key, value)
  }

  delete (key: string): void {
    this.#edit(this.content.delete(key))
    this.#own.forget(key)
  }

  clear (): void {
    this.#edit(SortedMap.empty())
    this.#own.clear()
  }

  #edit (content: DictContent): void {
    if (this.isReadOnly) throw readOnly(this.where)
    this.#content = content
  }
}
