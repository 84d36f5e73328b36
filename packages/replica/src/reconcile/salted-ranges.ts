import { bytesToHex, concatBytes, encode, hexToBytes } from '@dinemic/core'
import type { CryptoProvider, SetKey } from '@dinemic/core'
import type { Fingerprint } from './fingerprint.js'
import type { Part, RangeSums } from './range-sums.js'
import { MILLIS_DIGITS, partsOfKeys } from './set-key.js'

/** A part of no more keys than this is told key by key: 31 short ids take less than 16 prints do. */
export const LIST = 31
/** Keys that an exact print goes through at most. */
export const EXACT = 1024

const PRINT_BYTES = 8
const SHORT_ID_BYTES = 8

/** A fingerprint as it travels: hex, and worth something only beside others of the same salt. */
export interface Print { readonly count: number, readonly print: string }

/** What one side says of a part: its keys, as short ids in hex, or the prints of its parts. */
export type RangeAnswer =
  | { readonly ids: readonly string[] }
  | { readonly parts: readonly ({ readonly prefix: string } & Print)[] }

/** A set as it shows to one peer. */
export interface ShownRanges {
  print (prefix: string): Promise<Print>
  /** The short id of each key under a prefix that is told key by key. */
  shortIds (prefix: string): Promise<Map<string, SetKey>>
  answer (prefix: string): Promise<RangeAnswer>
}

/** What both kinds have in common: the short ids, and who makes them. */
abstract class Ranges implements ShownRanges {
  protected readonly sums: RangeSums
  protected readonly provider: Pick<CryptoProvider, 'sha256'>
  protected readonly salt: Uint8Array

  constructor (sums: RangeSums, provider: Pick<CryptoProvider, 'sha256'>, salt: Uint8Array) {
    this.sums = sums
    this.provider = provider
    this.salt = salt
  }

  abstract print (prefix: string): Promise<Print>
  abstract answer (prefix: string): Promise<RangeAnswer>

  async shortIds (prefix: string): Promise<Map<string, SetKey>> {
    return shortIdsOf(await this.sums.keys(prefix, EXACT), this.provider, this.salt)
  }
}

/**
 * Prints and short ids under a salt: whoever makes up updates can't know which will look alike to two peers, because the
 * salt is chosen afterwards, at random, by the one who compares. So eight bytes are enough.
 */
export class SaltedRanges extends Ranges {
  async print (prefix: string): Promise<Print> {
    return printOf(await this.sums.fingerprint(prefix), this.provider, this.salt)
  }

  async answer (prefix: string): Promise<RangeAnswer> {
    const { count } = await this.sums.fingerprint(prefix)
    if (count <= LIST) return { ids: [...(await this.shortIds(prefix)).keys()] }
    return { parts: (await this.sums.parts(prefix)).map(({ prefix: part, fingerprint }: Part) => ({ prefix: part, ...printOf(fingerprint, this.provider, this.salt) })) }
  }
}

export function printOf ({ count, sum }: Fingerprint, provider: Pick<CryptoProvider, 'sha256'>, salt: Uint8Array): Print {
  return { count, print: bytesToHex(provider.sha256(salt, encode([count, sum])).subarray(0, PRINT_BYTES)) }
}

/**
 * The same from the ids themselves, for parts of up to `EXACT` keys. Sums can be met by a set of ids that was searched for
 * (generalised birthdays, Wagner 2002); a hash of all ids can't.
 */
export class ExactRanges extends Ranges {
  async print (prefix: string): Promise<Print> {
    return this.#printOf(await this.sums.keys(prefix, EXACT))
  }

  async answer (prefix: string): Promise<RangeAnswer> {
    const keys = await this.sums.keys(prefix, EXACT)
    if (keys.length <= LIST) return { ids: [...shortIdsOf(keys, this.provider, this.salt).keys()] }
    return { parts: [...partsOfKeys(keys)].map(([part, its]) => ({ prefix: part, ...this.#printOf(its) })) }
  }

  #printOf (keys: readonly SetKey[]): Print {
    const print = this.provider.sha256(this.salt, ...keys.map(idBytes)).subarray(0, PRINT_BYTES)
    return { count: keys.length, print: bytesToHex(print) }
  }
}

/** The first bytes of a salted hash of each id. */
export function shortIdsOf (keys: readonly SetKey[], provider: Pick<CryptoProvider, 'sha256'>, salt: Uint8Array): Map<string, SetKey> {
  return new Map(keys.map(key => [bytesToHex(provider.sha256(concatBytes(salt, idBytes(key))).subarray(0, SHORT_ID_BYTES)), key]))
}

function idBytes (key: SetKey): Uint8Array {
  return hexToBytes(key.slice(MILLIS_DIGITS))
}
