import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, test } from '@jest/globals'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const folder = process.env.DINEMIC_VECTORS ?? join(root, '../shared/vectors')

/**
 * A suite over a file of test vectors from others, which are used in place and not part of the repository.
 * Skipped with a message where they aren't there.
 */
export function describeVectors<T> (file: string, suite: (vectors: T) => void): void {
  const path = join(folder, file)
  if (existsSync(path)) {
    describe(file, () => suite(JSON.parse(readFileSync(path, 'utf8')) as T))
  } else {
    test.skip(`${file}: it is neither where DINEMIC_VECTORS points nor in ../shared/vectors (looked at ${path})`, () => {})
  }
}

export interface Wycheproof<T> { readonly numberOfTests: number, readonly testGroups: readonly ({ readonly publicKey: { readonly pk: string }, readonly tests: readonly T[] })[] }
