import { ListPositions } from './positions.js'

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
/** 70 bits: unique within a list, whoever adds to it. */
const ID_LENGTH = 12

/** Where new list elements get their ids and places from: one for a node, so that its runs share their position's prefix. */
export class ElementSource {
  readonly #random: (length: number) => Uint8Array
  readonly #positions: ListPositions

  constructor (random: (length: number) => Uint8Array) {
    this.#random = random
    this.#positions = new ListPositions(() => this.newId(), random)
  }

  newId (): string {
    let id = ''
    // The remainder favours some digits a little; ids must be unique, not secret.
    for (const byte of this.#random(ID_LENGTH)) id += BASE58[byte % BASE58.length]
    return id
  }

  /** A position after `left` and before `right`; undefined: the ends of the list. */
  between (left: string | undefined, right: string | undefined): string {
    return this.#positions.between(left, right)
  }
}
