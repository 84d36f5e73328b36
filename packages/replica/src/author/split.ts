import { LIMITS, encode, operationToWire } from '@dinemic/core'
import type { Operation, Steps } from '@dinemic/core'

/** Room for what stands around the operations: header, pointers, grants of a genesis. */
export const OPERATION_BYTES = LIMITS.body - 48 * 1024
const CODEC = { maxDepth: LIMITS.nesting + 2, sealed: 'any' } as const

/** Operations in runs that fit into one update each. A single one that is too large stays alone, for `signUpdate` to refuse. */
export function * splitOperations (operations: Iterable<Operation>): Steps<(readonly Operation[])[]> {
  const runs: Operation[][] = [[]]
  let size = 0
  for (const operation of operations) {
    const bytes = encode(operationToWire(operation), CODEC).length
    const run = runs[runs.length - 1]!
    if (run.length > 0 && (run.length >= LIMITS.operations || size + bytes > OPERATION_BYTES)) {
      runs.push([operation])
      size = bytes
    } else {
      run.push(operation)
      size += bytes
    }
    yield
  }
  return runs
}

export function chunk<T> (items: readonly T[], size: number): (readonly T[])[] {
  const chunks: (readonly T[])[] = []
  for (let i = 0; i < items.length; i += size) chunks.push(items.slice(i, i + size))
  return chunks
}
