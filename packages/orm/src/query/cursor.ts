import { DinemicError, decode, encode, equalBytes, isId } from '@dinemic/core'
import type { CryptoProvider, Value } from '@dinemic/core'
import type { Position, SortKey } from './order.js'
import type { Condition } from './where.js'

const VERSION = 1
/** Conditions nest as deep as the user writes them; a cursor's own nesting is that of a value and two more. */
const MAX_DEPTH = 256

/** What tells one query from another: a cursor is a place in the order of the query that made it. */
export function fingerprintOf (provider: CryptoProvider, model: string, condition: Condition, order: readonly SortKey[]): Uint8Array {
  const plainOrder = order.map(({ property, descending }) => [property, descending])
  return provider.sha256(encode([model, condition as unknown as Value, plainOrder], { maxDepth: MAX_DEPTH })).slice(0, 16)
}

/** base64url of [version, fingerprint, sort keys, id]. */
export function formatCursor (fingerprint: Uint8Array, { id, keys }: Position): string {
  const plainKeys = keys.map((key) => key ?? null) // null and no value stand at the same place
  return Buffer.from(encode([VERSION, fingerprint, plainKeys, id], { maxDepth: MAX_DEPTH })).toString('base64url')
}

/** Throws `ORM_BAD_VALUE` for what `formatCursor` didn't write, or wrote for another query. */
export function parseCursor (fingerprint: Uint8Array, cursor: unknown): Position {
  if (typeof cursor !== 'string') throw badCursor(`it is of type ${typeof cursor}`)
  const parts = decodeParts(cursor)
  if (!Array.isArray(parts) || parts.length !== 4 || parts[0] !== VERSION) throw badCursor('it is no cursor')
  const [, from, keys, id] = parts as readonly unknown[]
  if (!(from instanceof Uint8Array) || !Array.isArray(keys) || !isId(id)) throw badCursor('it is no cursor')
  if (!equalBytes(from, fingerprint)) throw badCursor('it belongs to another query')
  return { id, keys }
}

function decodeParts (cursor: string): unknown {
  try {
    return decode(Buffer.from(cursor, 'base64url'), { maxDepth: MAX_DEPTH })
  } catch {
    return undefined // not our encoding
  }
}

function badCursor (problem: string): DinemicError {
  return new DinemicError('ORM_BAD_VALUE', `The 'after' of a query: ${problem}. Pass the cursor of rows that the same where and orderBy gave.`)
}
