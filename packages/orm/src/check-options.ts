import { DinemicError } from '@dinemic/core'
import { didYouMean } from './nearest.js'

/** What an option takes; `any`: whoever uses it checks it. A time-out is one that a timer of JavaScript can wait for. */
type Kind = 'boolean' | 'number' | 'text' | 'list' | 'timeout' | 'signal' | 'any'

/** Above this a timer of JavaScript fires at once. */
const MAX_TIMEOUT = 2 ** 31 - 1

/** The options that there are, and what each takes. */
export type OptionKinds<T> = { readonly [K in keyof T]?: Kind }

/**
 * Types don't reach those who write JavaScript, and a misspelt option that is ignored may give more than was meant:
 * `{ id, fileds: ['name'] }` would grant every field. Throws `ORM_BAD_VALUE`; `where` begins its text.
 */
export function checkOptions<T extends object> (where: string, given: T, kinds: OptionKinds<T>): void {
  const problem = problemOfOptions(where, given, kinds)
  if (problem !== undefined) throw new DinemicError('ORM_BAD_VALUE', problem)
}

/** For those who have a code of their own. */
export function problemOfOptions<T extends object> (where: string, given: T, kinds: OptionKinds<T>): string | undefined {
  const known = Object.keys(kinds)
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return `${where} takes its options as an object and was given ${describe(given)}. It has: ${known.join(', ')}.`
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(kinds, name)) return `${where} has no option '${name}'.${didYouMean(name, known)} It has: ${known.join(', ')}.`
    const kind = kinds[name as keyof T]!
    if (value !== undefined && !fits(kind, value)) return `${where}: ${name} takes ${WANTED[kind]} and was given ${describe(value)}.`
  }
  return undefined
}

const WANTED: { readonly [K in Kind]: string } = {
  boolean: 'a boolean', number: 'a number', text: 'a string', list: 'a list', timeout: `whole ms from 0 to ${MAX_TIMEOUT}`, signal: 'an AbortSignal (of an AbortController its signal)', any: 'anything'
}

function fits (kind: Kind, value: unknown): boolean {
  switch (kind) {
    case 'any': return true
    case 'list': return Array.isArray(value)
    case 'text': return typeof value === 'string'
    case 'timeout': return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_TIMEOUT
    case 'signal': return value instanceof AbortSignal
    default: return typeof value === kind && !Number.isNaN(value)
  }
}

function describe (value: unknown): string {
  if (typeof value === 'number' || value === null || value === undefined) return String(value)
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
