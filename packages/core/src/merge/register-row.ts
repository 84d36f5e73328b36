import type { Encodable } from '../codec/format.js'
import type { Candidate, Register } from '../state-types.js'
import type { WireValue } from '../update-types.js'
import type { Pen, Reading, Wire, Writer } from './cell-rows.js'
import { compareCandidates } from './register.js'

/** With more candidates than this each lies in a cell: who may write can make thousands, by forks or in many names. */
const MOST_CANDIDATES = 16
export const CANDIDATE = 'r'

export function candidatesLieApart (register: Register<WireValue>): boolean {
  return register.length > MOST_CANDIDATES
}

/** As a list, or the number of the candidates that lie apart. */
export function registerToWire (register: Register<WireValue>, pen: Pen): Encodable {
  return !pen.whole && candidatesLieApart(register) ? register.length : register.map(candidate => candidateToWire(candidate, pen))
}

export function wireToRegister<T extends WireValue> (wire: Encodable | undefined, holder: string, reading: Reading): Register<T> {
  if (typeof wire !== 'number') return (wire as readonly Wire[]).map(item => wireToCandidate<T>(item, reading.writers))
  return reading.shelf.take(holder + CANDIDATE, wire).map(({ wire: item, writers }) => wireToCandidate<T>(item, writers)).sort(compareCandidates)
}

/** Which candidates' cells come and which go where a register lies apart. What an update writes into a cell never changes. */
export function * candidateChanges (old: Register<WireValue>, now: Register<WireValue>): Iterable<{ readonly candidate: Candidate<WireValue>, readonly gone: boolean }> {
  const [before, after] = [old, now].map(register => candidatesLieApart(register) ? register : []) as [typeof old, typeof now]
  for (let i = 0, j = 0; i < before.length || j < after.length;) {
    const left = before[i]
    const right = after[j]
    if (left !== undefined && (left === right || left.update === right?.update)) {
      i++
      j++
    } else if (left !== undefined && (right === undefined || compareCandidates(left, right) < 0)) {
      yield { candidate: left, gone: true }
      i++
    } else {
      yield { candidate: right!, gone: false }
      j++
    }
  }
}

/** A value is written as a list of one, a deletion as an empty one. */
export function candidateToWire (candidate: Candidate<WireValue>, { writers }: Pen): Encodable[] {
  const number = writers.number(candidate)
  return candidate.value === undefined ? [number] : [number, candidate.value]
}

function wireToCandidate<T extends WireValue> (wire: Wire, writers: readonly Writer[]): Candidate<T> {
  const [number, value] = wire as readonly [number, T | undefined]
  const { update, clock, author, root, seq } = writers[number]!
  return { update, clock, author, root, seq, value }
}
