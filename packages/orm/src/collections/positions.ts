import { LIMITS, Positions, isPosition } from '@dinemic/core'

/**
 * Positions that stay short. `position-strings`, on which core's `Positions` stands, makes each position a child of a
 * neighbour, so that some habits let them grow without bound: an element that is put in front of the last one, or appended
 * in turn by two nodes, is two bytes longer than the one before, and after 120 of them longer than the protocol allows.
 *
 * Past `COMFORTABLE` we begin a new branch, as near to the root as there is room: a waypoint whose id we choose to fall
 * between those of the neighbours. The price: a run that several make at one place at one time, and that is so awkward and
 * so long, isn't one block any more but a few.
 */
export class ListPositions {
  readonly #newId: () => string
  readonly #random: (length: number) => Uint8Array
  #positions: Positions
  #made = 0

  /** `newId`: random letters and digits, as many as make an id unique. */
  constructor (newId: () => string, random: (length: number) => Uint8Array) {
    this.#newId = newId
    this.#random = random
    this.#positions = new Positions(newId)
  }

  /** After `left` and before `right`; undefined: the ends of the list. */
  between (left: string | undefined, right: string | undefined): string {
    // They remember each of their branches, for ever: fresh ones forget, at the price of one id.
    if (++this.#made % FORGET_AFTER === 0) this.#positions = new Positions(this.#newId)
    const position = this.#positions.between(left, right)
    return position.length <= COMFORTABLE ? position : this.#branch(left, right) ?? position
  }

  /** The shortest position on a branch of its own, or undefined if the neighbours leave no room for one. */
  #branch (low = '', high = LAST): string | undefined {
    for (const stem of stems(low, high)) {
      const id = idBetween(branchId(low, stem), branchId(high, stem), this.#random)
      const position = `${stem}${stem === '' ? '' : ','}${id}.${FIRST_VALUE}`
      if (id !== undefined && position.length <= LIMITS.elementKey && low < position && position < high && isPosition(position)) return position
    }
    return undefined
  }
}

const COMFORTABLE = 96
const FORGET_AFTER = 100_000
/** Greater than every position. */
const LAST = '~'
/** 1 in base 52, as the package begins: the value before it, A, is for what comes in front. */
const FIRST_VALUE = 'B'
/** In byte order. */
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const UNIQUE_DIGITS = 10

/** Where a branch may begin: behind each value of `low` and of `high`, and to the left of `high` itself. Nearest to the root first. */
function stems (low: string, high: string): string[] {
  const left = high === LAST ? [] : [leftOf(high)]
  return ['', ...valueEnds(low), ...(low === '' ? [] : [low]), ...valueEnds(high), ...left].sort((a, b) => a.length - b.length)
}

/** A value ends before a comma or a digit. Inside an id that is wrong: such a stem makes no position, which is checked. */
function valueEnds (position: string): string[] {
  return [...position.matchAll(/[A-Za-z](?=[,0-9])/g)].map(({ index }) => position.slice(0, index + 1))
}

/** A position's last letter is odd; the even one before it is for its left children. */
function leftOf (position: string): string {
  return position.slice(0, -1) + String.fromCharCode(position.charCodeAt(position.length - 1) - 1)
}

/** The id of the branch at `stem` on which a position stands, if it stands on a named one. */
function branchId (position: string, stem: string): string | undefined {
  if (!position.startsWith(stem)) return undefined
  const rest = position.slice(stem.length)
  return (stem === '' ? /^([A-Za-z0-9]+)\./ : /^,([A-Za-z0-9]+)\./).exec(rest)?.[1]
}

/** A new id between two others in byte order: a fraction half-way, and chance enough to be the only one who hits on it. */
function idBetween (low: string | undefined, high: string | undefined, random: (length: number) => Uint8Array): string | undefined {
  if (low !== undefined && high !== undefined && low >= high) return undefined
  let id = ''
  let bounded = high !== undefined
  for (let i = 0; i < LIMITS.elementKey; i++) {
    const from = i < (low?.length ?? 0) ? DIGITS.indexOf(low![i]!) : -1
    const to = bounded ? DIGITS.indexOf(high![i] ?? '0') : DIGITS.length
    if (to - from > 1) return id + DIGITS[Math.floor((from + to) / 2)] + randomDigits(random)
    const next = Math.max(from, 0)
    id += DIGITS[next]
    if (next < to) bounded = false
  }
  return undefined
}

function randomDigits (random: (length: number) => Uint8Array): string {
  let digits = ''
  for (const byte of random(UNIQUE_DIGITS)) digits += DIGITS[byte % DIGITS.length]
  return digits
}
