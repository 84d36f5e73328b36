import { Positions, isDinemicError } from '@dinemic/core'

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
/** 70 bits: unique within a list, whoever adds to it. */
const ID_LENGTH = 12

/** Where new list elements get their ids and places from: one for a node, so that its runs share their position's prefix. */
export class ElementSource {
  readonly #random: (length: number) => Uint8Array
  readonly #positions: Positions

  constructor (random: (length: number) => Uint8Array) {
    this.#random = random
    this.#positions = new Positions(() => this.newId())
  }

  newId (): string {
    let id = ''
    // The remainder favours some digits a little; ids must be unique, not secret.
    for (const byte of this.#random(ID_LENGTH)) id += BASE58[byte % BASE58.length]
    return id
  }

  /** A position after `left` and before `right` (undefined: the ends of the list), or undefined if there is no room. */
  between (left: string | undefined, right: string | undefined): string | undefined {
    try {
      return this.#positions.between(left, right)
    } catch (error) {
      // Halving one place again and again takes a bit each time, whatever the scheme: after some hundreds there is no room.
      if (isDinemicError(error, 'ORM_TOO_LARGE')) return undefined
      throw error
    }
  }
}
