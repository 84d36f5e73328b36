import type { Clock } from './types.js'

const COUNTER_BITS = 16n
const MAX_MILLIS = 2 ** 48 - 1
const MAX_CLOCK = 2n ** 64n - 1n

/** How far ahead of its own time a writer follows a clock that it has seen, in ms. What is further ahead is passed over. */
export const CLOCK_BOUND = 5 * 60 * 1000

export function clockOf (millis: number, counter = 0): Clock {
  const clamped = Math.min(Math.max(Math.floor(millis), 0), MAX_MILLIS)
  return BigInt(clamped) << COUNTER_BITS | BigInt(counter)
}

/** The wall clock part, in ms since 1970. */
export function clockMillis (clock: Clock): number {
  return Number(clock >> COUNTER_BITS)
}

/**
 * The clock of a new update (R12): one tick after the greatest of its writer's own time, its previous update
 * and the values that it replaces, as far as these aren't ahead of the writer's time by more than `bound` ms.
 * A received update never moves a clock by itself. After Kulkarni et al., "Logical Physical Clocks", 2014.
 */
export function nextClock (now: number, seen: Iterable<Clock>, bound = CLOCK_BOUND): Clock {
  const limit = clockOf(now + bound, 0xffff)
  let greatest = clockOf(now)
  for (const clock of seen) {
    if (clock > greatest && clock <= limit) greatest = clock
  }
  return greatest < MAX_CLOCK ? greatest + 1n : MAX_CLOCK
}
