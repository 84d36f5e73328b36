/** Ids of waypoints as numbers in base 62, whose digits stand in byte order. */
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const BASE = 62n
/** Of this many digits are ids, and by so many they get longer where no room is left. */
const WIDTH = 10
const MORE = 5
/** A step from a neighbour is chance, so that two writers at one place don't meet, and small, so that there is room for many. */
const STEP_DIGITS = 5
const STEP = BASE ** BigInt(STEP_DIGITS)

/**
 * A new id after `low` and before `high` in byte order, of at most `room` digits: a random step away from the only
 * neighbour, or about half-way between two. Undefined where there is no room.
 */
export function idBetween (low: string | undefined, high: string | undefined, room: number, newId: () => string): string | undefined {
  if (low === undefined && high === undefined) return newId()
  // Most ids here are of waypoints that both neighbours share.
  if (low !== undefined && low === high) return undefined
  const most = Math.min(room, Math.max(low?.length ?? 0, high?.length ?? 0) + WIDTH + MORE)
  const crowded = Math.max(0, sharedDigits(low, high, most) + 1 - WIDTH)
  for (let width = WIDTH + Math.ceil(crowded / MORE) * MORE; width <= most; width += MORE) {
    // What is cut off at the end makes no difference: the new id isn't equal to what is left of either.
    const from = low === undefined ? 0n : toNumber(low, width)
    const to = high === undefined ? BASE ** BigInt(width) : toNumber(high, width)
    if (to - from <= 2n * STEP) continue
    const step = 1n + toNumber(newId(), STEP_DIGITS)
    if (high === undefined) return toId(from + step, width)
    if (low === undefined) return toId(to - step, width)
    return toId((from + to - STEP) / 2n + step, width)
  }
  return undefined
}

/** Digits at the beginning that are the same for both: no id as short as these lies between. Numbers of hundreds of digits are dear. */
function sharedDigits (low: string | undefined, high: string | undefined, most: number): number {
  let count = 0
  while (count < most && (low?.[count] ?? '0') === (high === undefined ? 'z' : high[count] ?? '0')) count++
  return count
}

function toNumber (id: string, width: number): bigint {
  let number = 0n
  for (let i = 0; i < width; i++) number = number * BASE + BigInt(i < id.length ? DIGITS.indexOf(id[i]!) : 0)
  return number
}

function toId (number: bigint, width: number): string {
  let id = ''
  for (let rest = number; id.length < width; rest /= BASE) id = DIGITS[Number(rest % BASE)]! + id
  return id
}
