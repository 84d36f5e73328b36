import type { Candidate, Register } from '../state-types.js'
import type { UpdateId } from '../types.js'

/** What shows: the first candidate, unless it is a deletion. */
export function shown<T> (register: Register<T>): Candidate<T> | undefined {
  const first = register[0]
  return first === undefined || first.value === undefined ? undefined : first
}

/** The register without what `replaced` says is dead, and with the candidate unless that is dead itself. */
export function write<T> (register: Register<T>, candidate: Candidate<T> | undefined, replaced: (old: Candidate<T>) => boolean): Register<T> {
  const kept = register.filter(old => !replaced(old))
  if (candidate !== undefined) kept.splice(placeOf(kept, candidate), 0, candidate)
  return kept
}

function placeOf<T> (register: Register<T>, candidate: Candidate<T>): number {
  let [from, to] = [0, register.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    if (compareCandidates(register[middle]!, candidate) < 0) from = middle + 1
    else to = middle
  }
  return from
}

/** Ids of the updates whose values stand in a register: what a writer who saw it replaces. */
export function writersOf<T> (register: Register<T> | undefined): UpdateId[] {
  return register?.map(candidate => candidate.update) ?? []
}

/** Truly concurrent values: the later clock first, then the owner's, then the greater author, then the greater id. */
export function compareCandidates<T> (a: Candidate<T>, b: Candidate<T>): number {
  if (a.clock !== b.clock) return a.clock > b.clock ? -1 : 1
  if (a.author !== b.author) {
    if (a.author === null || b.author === null) return a.author === null ? -1 : 1
    return a.author > b.author ? -1 : 1
  }
  return a.update > b.update ? -1 : 1
}
