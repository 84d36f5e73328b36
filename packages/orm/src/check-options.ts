import { DinemicError } from '@dinemic/core'
import { didYouMean } from './nearest.js'

/** What an option takes; `any`: whoever uses it checks it. */
type Kind = 'boolean' | 'number' | 'list' | 'any'

/** The options that there are, and what each takes. */
export type OptionKinds<T> = { readonly [K in keyof T]?: Kind }

/**
 * Types don't reach those who write JavaScript, and a misspelt option that is ignored may give more than was meant:
 * `{ id, fileds: ['name'] }` would grant every field. Throws `ORM_BAD_VALUE`; `where` begins its text.
 */
export function checkOptions<T extends object> (where: string, given: T, kinds: OptionKinds<T>): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw badOptions(`${where} takes its options as an object and was given ${describe(given)}. It has: ${Object.keys(kinds).join(', ')}.`)
  }
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(kinds, name)) throw badOptions(`${where} has no option '${name}'.${didYouMean(name, Object.keys(kinds))} It has: ${Object.keys(kinds).join(', ')}.`)
    const kind = kinds[name as keyof T]
    if (value !== undefined && !fits(kind!, value)) throw badOptions(`${where}: ${name} takes a ${kind} and was given ${describe(value)}.`)
  }
}

function fits (kind: Kind, value: unknown): boolean {
  if (kind === 'any') return true
  return kind === 'list' ? Array.isArray(value) : typeof value === kind && !Number.isNaN(value)
}

function describe (value: unknown): string {
  if (typeof value === 'number' || value === null || value === undefined) return String(value)
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function badOptions (message: string): DinemicError {
  return new DinemicError('ORM_BAD_VALUE', message)
}
