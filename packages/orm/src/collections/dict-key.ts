import { DinemicError, isWellFormed } from '@dinemic/core'

/** Throws `ORM_BAD_VALUE` for what can't be a key of a dict. */
export function checkKey (key: unknown, where: string): string {
  if (typeof key === 'string' && isWellFormed(key)) return key
  throw new DinemicError('ORM_BAD_VALUE', `${where} has a key that is ${typeof key === 'string' ? 'a string with a lone surrogate' : `of type ${typeof key}`}. Keys are well-formed strings.`, { details: { where } })
}
