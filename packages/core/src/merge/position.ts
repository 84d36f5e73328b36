import { PositionSource } from 'position-strings'
import { DinemicError } from '../errors.js'
import { LIMITS } from '../limits.js'
import { idBetween } from './position-id.js'

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

/** Beyond this, in bytes, a position is put on a branch of its own where that makes it shorter, */
const COMFORTABLE = 64
/** and beyond this wherever there is room: chosen ids halve a place six times a byte, and the package once in two. */
const CROWDED = 96
/** A source remembers each of its branches, for ever; a fresh one costs one id. */
const MADE_BY_ONE_SOURCE = 65_536
/** 1 in base 52, where the package begins; A is for what comes in front. */
const FIRST_VALUE = 'B'

/**
 * Makes positions. `newId` gives random letters and digits, as many as make an id unique.
 *
 * The package hangs each position on a neighbour: put in front of the last one, or appended in turn by two writers, every
 * element is two bytes longer than the one before, and the 120th too long for the protocol. So a long position is replaced by
 * one on a new branch near the root, under an id chosen to sort between the neighbours: on our own run's branch where
 * there is one, so that runs stay together, else on the shortest.
 */
export class Positions {
  readonly #newId: () => string
  #source: PositionSource
  #made = 0

  constructor (newId: () => string) {
    this.#newId = newId
    this.#source = new PositionSource({ ID: newId() })
  }

  /**
   * A new position after `left` and before `right` (undefined: the ends of the list). Where `left` isn't less than
   * `right`, as when a stranger gave one position to two elements, the new one comes after `left`.
   * Throws `ORM_TOO_LARGE` where no position of 256 bytes is left: strangers can bring that about, and so can some 900
   * insertions in a row, each between the last two.
   */
  between (left: string | undefined, right: string | undefined): string {
    const low = left ?? PositionSource.FIRST
    const high = right === undefined || right <= low ? PositionSource.LAST : right
    const grown = this.#grow(low, high)
    if (grown.length <= COMFORTABLE) return grown
    const position = this.#branch(low, high, grown)
    if (position.length <= LIMITS.elementKey) return position
    throw new DinemicError('ORM_TOO_LARGE', `No position of up to ${LIMITS.elementKey} bytes is left between two elements of a list. Move one of them, or insert at another place.`,
      { details: { left, right, limit: LIMITS.elementKey } })
  }

  #grow (low: string, high: string): string {
    if (++this.#made % MADE_BY_ONE_SOURCE === 0) this.#renew()
    try {
      return this.#source.createBetween(low, high)
    } catch {
      // Somebody made positions under our source's id. A fresh id always fits between two different positions.
      this.#renew()
      return this.#source.createBetween(low, high)
    }
  }

  #renew (): void {
    this.#source = new PositionSource({ ID: this.#newId() })
  }

  #branch (low: string, high: string, grown: string): string {
    const branches = this.#branches(low, high)
    const own = branches.filter(position => position.length <= COMFORTABLE && this.#isOwn(position))
    return shortest(own) ?? shortest(grown.length > CROWDED ? branches : [grown, ...branches]) ?? grown
  }

  #branches (low: string, high: string): string[] {
    const branches: string[] = []
    let most: number = LIMITS.elementKey
    for (const stem of [...stems(low, high)].sort((a, b) => a.length - b.length)) {
      // What begins behind it is neither the shortest nor comfortable.
      if (stem.length > most) break
      const position = this.#branchAt(stem, low, high)
      if (position === undefined) continue
      branches.push(position)
      most = Math.min(most, Math.max(position.length, COMFORTABLE))
    }
    return branches
  }

  /** The first position of a new branch that begins at a stem, if there is room for one. */
  #branchAt (stem: string, low: string, high: string): string | undefined {
    const begin = stem === '' ? '' : `${stem},`
    if (!mayLieBetween(begin, low, high)) return undefined
    const room = LIMITS.elementKey - begin.length - 2
    const id = idBetween(idAt(low, begin), idAt(high, begin), room, this.#newId)
    const position = `${begin}${id}.${FIRST_VALUE}`
    return id !== undefined && low < position && position < high ? position : undefined
  }

  #isOwn (position: string): boolean {
    return position.startsWith(`${this.#source.ID}.`) || position.includes(`,${this.#source.ID}.`)
  }
}

/** Whether anything that begins so does. Most stems of a long position fail here, before an id is made for them. */
function mayLieBetween (begin: string, low: string, high: string): boolean {
  return (low < begin || low.startsWith(begin)) && begin < high
}

/** Where a branch may begin: at the root, behind each value on the way to the neighbours, behind the left and in front of the right one. */
function stems (low: string, high: string): Set<string> {
  const result = new Set(['', ...valueEnds(low), ...valueEnds(high)])
  if (low !== PositionSource.FIRST) result.add(low)
  if (high !== PositionSource.LAST) result.add(leftOf(high))
  return result
}

/** A value ends where a comma or a digit follows, but not within an id, which stands between a comma and a dot. */
function valueEnds (position: string): string[] {
  const ends: string[] = []
  let isInId = true
  for (let i = 0; i < position.length - 1; i++) {
    const character = position[i]!
    if (character === '.' || character === ',') isInId = character === ','
    else if (!isInId && character >= 'A' && position[i + 1]! < 'A') ends.push(position.slice(0, i + 1))
  }
  return ends
}

/** The last letter of a position is odd; the even one before it is where its left children hang. */
function leftOf (position: string): string {
  return position.slice(0, -1) + String.fromCharCode(position.charCodeAt(position.length - 1) - 1)
}

/** The id of the waypoint that follows these characters in a position. */
function idAt (position: string, begin: string): string | undefined {
  const end = position.indexOf('.', begin.length)
  return end > 0 && position.startsWith(begin) ? position.slice(begin.length, end) : undefined
}

function shortest (positions: readonly string[]): string | undefined {
  return positions.reduce<string | undefined>((best, position) => best === undefined || position.length < best.length ? position : best, undefined)
}
