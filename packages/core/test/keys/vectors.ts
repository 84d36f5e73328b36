import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe } from '@jest/globals'

/** Test vectors from others: used in place, not part of the repository, and skipped with a message where they aren't there. */

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const folder = process.env.DINEMIC_VECTORS ?? join(root, '../shared/vectors')
const present = existsSync(folder)

export const describeVectors = present ? describe : describe.skip

export const vectorsTitle = present
  ? 'vectors of Wycheproof and speccheck'
  : `vectors of Wycheproof and speccheck, neither where DINEMIC_VECTORS points nor in ../shared/vectors: nothing at ${folder}`

if (!present) console.warn(`Skipped: ${vectorsTitle}`)

export function readVectors<T> (file: string): T {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as T
}

export interface Wycheproof<T> {
  readonly testGroups: readonly { readonly publicKey: { readonly pk: string }, readonly tests: readonly T[] }[]
}
