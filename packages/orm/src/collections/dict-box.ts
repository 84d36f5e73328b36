import type { WireValue } from '@dinemic/core'
import { ownCopy } from './own-copy.js'

/** What a `Dict` holds: the entries, read from the snapshot when they are first asked for. */
export class DictBox {
  /** The field as users know it, such as `Person.phones`. */
  readonly where: string
  #load: () => ReadonlyMap<string, WireValue> = () => new Map()
  #entries: Map<string, unknown> | undefined

  constructor (where: string) {
    this.where = where
  }

  /** False: nobody has looked yet, so it is what it was reset to. */
  get touched (): boolean {
    return this.#entries !== undefined
  }

  get entries (): Map<string, unknown> {
    return this.#entries ??= new Map([...this.#load()].map(([key, value]) => [key, ownCopy(value)]))
  }

  reset (load: () => ReadonlyMap<string, WireValue>): void {
    this.#load = load
    this.#entries = undefined
  }
}
