import { base58btc } from 'multiformats/bases/base58'
import { BoundedCache } from './bounded-cache.js'
import { bytesToMapKey, inOnePiece } from './bytes.js'
import { DinemicError } from './errors.js'
import { isStrictPoint } from './keys/strict.js'
import type { ObjectId } from './types.js'

/** An id, taken apart. `key` is shared by all who parse the same id: never write to it. */
export interface ParsedId {
  readonly model: string
  /** The Ed25519 public key, 32 bytes. */
  readonly key: Uint8Array
}

const MODEL_NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/
/** 64 for the model, a colon, and 44 for the largest 32-byte key in base58. */
const MAX_LENGTH = 109
const WHAT_AN_ID_IS = 'An id is Model:<base58btc of a 32-byte Ed25519 public key>; take it from entity.id.'

// Base58 is quadratic, and each update that arrives names two or three ids.
const parsedById = new BoundedCache<string, ParsedId>(4096)
const idsByKey = new BoundedCache<string, ObjectId>(4096)

/** The id of an object: model name and public key. Throws `CORE_BAD_ID` for a bad name or a weak key. */
export function formatId (model: string, key: Uint8Array): ObjectId {
  if (!isModelName(model)) throw badId(model, 'the model name must match [A-Za-z][A-Za-z0-9_]*, at most 64 characters')
  if (key.length !== 32) throw badId(model, `the key has ${key.length} bytes instead of 32`)
  const cacheKey = model + ':' + bytesToMapKey(key)
  const cached = idsByKey.get(cacheKey)
  if (cached !== undefined) return cached
  if (!isStrictPoint(key)) throw badId(model, 'the key is of small order or not canonical, so anybody could sign for it')
  const id = inOnePiece(`${model}:${base58btc.baseEncode(key)}`)
  idsByKey.set(cacheKey, id)
  // Who reads an id asks for its key next, and base58 is slow both ways. A copy, which the slice of a Buffer
  // isn't: the key may be a piece of a message, or be overwritten by whoever gave it.
  parsedById.set(id, Object.freeze({ model, key: new Uint8Array(key) }))
  return id
}

/** Takes an id apart. Throws `CORE_BAD_ID` for everything that `formatId` would not have written. */
export function parseId (id: string): ParsedId {
  const cached = parsedById.get(id)
  if (cached !== undefined) return cached
  if (typeof id !== 'string') throw badId(id, typeof (id as { then?: unknown } | null | undefined)?.then === 'function' ? 'it is a promise: await it' : 'it is not a string')
  if (id.length > MAX_LENGTH) throw badId(id, `it has ${id.length} characters, more than ${MAX_LENGTH}`)
  const colon = id.indexOf(':')
  if (colon < 0) throw badId(id, 'it has no colon')
  const model = id.slice(0, colon)
  const key = decodeKey(id.slice(colon + 1))
  if (key === undefined) throw badId(id, 'what follows the colon is not base58btc')
  // formatId checks name, length and strength, so that the two cannot drift apart.
  if (formatId(model, key) !== id) throw badId(id, 'the key is not written in its shortest form')
  const parsed = Object.freeze({ model, key })
  parsedById.set(id, parsed)
  return parsed
}

export function isId (value: unknown): value is ObjectId {
  if (typeof value !== 'string') return false
  try {
    parseId(value)
    return true
  } catch {
    return false // parseId throws nothing but CORE_BAD_ID for a string
  }
}

/** Whether a model may be called so: [A-Za-z][A-Za-z0-9_]*, at most 64 bytes (R22). */
export function isModelName (name: string): boolean {
  return MODEL_NAME.test(name)
}

function decodeKey (text: string): Uint8Array | undefined {
  try {
    return base58btc.baseDecode(text)
  } catch {
    return undefined // a character outside the alphabet
  }
}

function badId (given: unknown, problem: string): DinemicError {
  const shown = typeof given === 'string' ? JSON.stringify(given.slice(0, MAX_LENGTH)) : given === undefined || given === null ? String(given) : `a value of type ${typeof given}`
  return new DinemicError('CORE_BAD_ID', `${shown} is not an object's id: ${problem}. ${WHAT_AN_ID_IS}`, { details: { given: shown } })
}
