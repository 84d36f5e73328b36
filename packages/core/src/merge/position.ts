import { PositionSource } from 'position-strings'

/**
 * Positions in a list (Weidner, `position-strings`): unique strings, dense in byte order, whose runs don't interleave.
 * The grammar is that of the package, checked at decode, so that no stranger's position can make it throw:
 * a first waypoint, then waypoints (long or one digit, its leading letters read as part of what stands before),
 * each followed by letters, the last of them odd in base 52.
 */
const GRAMMAR = /^[A-Za-z0-9]+\.[A-Za-z]+(?:(?:,[A-Za-z0-9]+\.|[0-9])[A-Za-z]+)*$/

export function isPosition (text: string): boolean {
  return GRAMMAR.test(text) && text.charCodeAt(text.length - 1) % 2 === 0
}

/** Makes positions. `newId` gives random alphanumeric text, as long as ids must be to be unique. */
export class Positions {
  readonly #newId: () => string
  #source: PositionSource

  constructor (newId: () => string) {
    this.#newId = newId
    this.#source = new PositionSource({ ID: newId() })
  }

  /**
   * A new position after `left` and before `right` (undefined: the ends of the list). Where `left` isn't less than
   * `right`, as when a stranger gave one position to two elements, the new one comes after `left`.
   */
  between (left: string | undefined, right: string | undefined): string {
    const low = left ?? PositionSource.FIRST
    const high = right === undefined || right <= low ? PositionSource.LAST : right
    try {
      return this.#source.createBetween(low, high)
    } catch {
      // Somebody made positions under our source's id. A fresh id always fits between two different positions.
      this.#source = new PositionSource({ ID: this.#newId() })
      return this.#source.createBetween(low, high)
    }
  }
}
