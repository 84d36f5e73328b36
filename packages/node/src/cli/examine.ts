import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DinemicError, isDinemicError } from '@dinemic/core'
import { nativeProvider as provider } from '@dinemic/core/native'
import { inspectStore } from '@dinemic/replica'
import type { Inspection } from '@dinemic/replica'
import { LevelDatabase, LevelKeyRing, LevelStore } from '@dinemic/store'
import { NODE_MODEL } from '../node-key.js'

export interface Examination extends Inspection {
  readonly path: string
  /** Of the files, in bytes. */
  readonly size: number
  /** How many objects have their private key here; 'encrypted' where a password hides that. */
  readonly keys: number | 'encrypted'
}

/** Opens the store as a node would, reads all of it and closes it; what LevelDB writes at opening is all that is written. */
export async function examine (path: string): Promise<Examination> {
  const size = await sizeOfStore(path)
  const database = new LevelDatabase({ path })
  const store = new LevelStore(database)
  await store.open()
  try {
    return { path, size, keys: await countKeys(database), ...await inspectStore(store, provider) }
  } finally {
    await store.close()
  }
}

/** Opening what isn't there would make it. */
async function sizeOfStore (path: string): Promise<number> {
  const files = await readdir(path).catch((): string[] => [])
  if (!files.includes('CURRENT')) throw new DinemicError('NODE_NO_STORE', `There is no store in ${path}. Give the directory that the node has as its path.`, { details: { path } })
  const sizes = await Promise.all(files.map(async file => (await stat(join(path, file))).size))
  return sizes.reduce((sum, one) => sum + one, 0)
}

async function countKeys (database: LevelDatabase): Promise<number | 'encrypted'> {
  const keys = new LevelKeyRing(database)
  try {
    await keys.open()
  } catch (error) {
    if (isDinemicError(error, 'STORE_WRONG_PASSWORD')) return 'encrypted'
    throw error
  }
  try {
    let count = 0
    for await (const id of keys.ids()) if (!id.startsWith(`${NODE_MODEL}:`)) count++
    return count
  } finally {
    await keys.close()
  }
}
