import { DinemicError } from '@dinemic/core'

/** What LevelDB rejected with, as an error of ours. `where`: the directory, or undefined in memory. */
export function fromLevel (error: unknown, where: string | undefined): DinemicError {
  if (error instanceof DinemicError) return error
  const directory = shown(where)
  const codes = codesOf(error)
  const options = { cause: error, details: { path: where } }
  if (codes.includes('LEVEL_LOCKED')) {
    return new DinemicError('STORE_LOCKED', `${directory} is in use by another process, or by another node of this one: stop that node first, or give this one a directory of its own.`, options)
  }
  if (codes.includes('LEVEL_CORRUPTION')) {
    return new DinemicError('STORE_CORRUPT', `${directory} is damaged: restore it from a backup, or start with an empty directory and let the peers send what they have. Private keys that are in no other place are lost with it.`, options)
  }
  if (codes.at(-1) === 'LEVEL_DATABASE_NOT_OPEN' || codes.at(-1) === 'LEVEL_ITERATOR_NOT_OPEN') {
    return new DinemicError('STORE_NOT_OPEN', `${directory} was closed while it was being read or written: wait for what is under way before you close it.`, options)
  }
  return new DinemicError('STORE_IO', `${directory} can't be read or written (${messageOf(error)}): check that the disk has room and that this user may write there, then start again.`, options)
}

/** Something is where it should not be, or is not what it should be. */
export function corrupt (problem: string, path?: string): DinemicError {
  return new DinemicError('STORE_CORRUPT', `${shown(path)} is not a store that can be used: ${problem}. Check the path; if it is right, restore it from a backup or start with an empty directory.`, { details: { path } })
}

export function notOpen (verb: string): DinemicError {
  return new DinemicError('STORE_NOT_OPEN', `${verb}() was called before open() or after close(): call open() first, and don't use what was closed.`)
}

/** The codes of an error and of its causes. Level wraps: the outermost says what was tried, the innermost what happened. */
export function codesOf (error: unknown): unknown[] {
  return isObject(error) ? [...'code' in error ? [error.code] : [], ...'cause' in error ? codesOf(error.cause) : []] : []
}

function messageOf (error: unknown): string {
  if (!isObject(error)) return String(error)
  return 'cause' in error && isObject(error.cause) ? messageOf(error.cause) : String('message' in error ? error.message : error)
}

/** Not `instanceof Error`: what Node itself rejects with may come from another realm. */
function isObject (value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function shown (path: string | undefined): string {
  return path === undefined ? 'The store' : `The directory ${path}`
}
