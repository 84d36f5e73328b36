import { createHmac, randomBytes, scrypt, type ScryptOptions } from 'node:crypto'
import { promisify } from 'node:util'
import { DinemicError } from '@dinemic/core'
import nacl from 'tweetnacl'
import { corrupt } from './errors.js'

/**
 * How private keys are encrypted at rest: scrypt (RFC 7914) makes a key of password and salt, HMAC-SHA-256 one for each
 * row from that and the row's key, so that no ciphertext opens in another's place, and secretbox (XSalsa20-Poly1305)
 * seals the row under a random nonce.
 *
 * Header row: version ‖ log2 N ‖ r ‖ p ‖ salt (16) ‖ check, where check is an empty message, sealed as a row of its own.
 */
export class RingCipher {
  readonly #secret: Uint8Array

  private constructor (secret: Uint8Array) {
    this.#secret = secret
  }

  /** A new cipher and the header that brings it back. */
  static async create (password: string): Promise<{ cipher: RingCipher, header: Uint8Array }> {
    const salt = randomBytes(SALT)
    const cipher = new RingCipher(await stretch(password, salt, COST))
    const header = Buffer.concat([Uint8Array.of(VERSION, COST.logN, COST.r, COST.p), salt, cipher.seal(CHECK_ROW, new Uint8Array())])
    return { cipher, header }
  }

  /** Rejects with `STORE_WRONG_PASSWORD`. */
  static async open (password: string, header: Uint8Array, path: string | undefined): Promise<RingCipher> {
    const [version = 0, logN = 0, r = 0, p = 0] = header
    if (version !== VERSION || header.length !== HEADER || !isBearable({ logN, r, p })) throw corrupt('the header of its key ring is not one of ours', path)
    const cipher = new RingCipher(await stretch(password, header.subarray(SALT_AT, CHECK_AT), { logN, r, p }))
    if (cipher.unseal(CHECK_ROW, header.subarray(CHECK_AT)) === undefined) throw wrongPassword(path, 'The password given is not the one')
    return cipher
  }

  seal (row: Uint8Array, message: Uint8Array): Uint8Array {
    const nonce = randomBytes(nacl.secretbox.nonceLength)
    return Buffer.concat([nonce, nacl.secretbox(message, nonce, this.#keyOf(row))])
  }

  /** Undefined where it doesn't open. */
  unseal (row: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    const nonce = sealed.subarray(0, nacl.secretbox.nonceLength)
    if (nonce.length < nacl.secretbox.nonceLength) return undefined
    return nacl.secretbox.open(sealed.subarray(nonce.length), nonce, this.#keyOf(row)) ?? undefined
  }

  #keyOf (row: Uint8Array): Uint8Array {
    return createHmac('sha256', this.#secret).update(row).digest()
  }
}

/** `given`: what was, as the beginning of a sentence. */
export function wrongPassword (path: string | undefined, given: string): DinemicError {
  const where = path === undefined ? 'in memory' : `in ${path}`
  return new DinemicError('STORE_WRONG_PASSWORD', `${given} with which the key ring ${where} was encrypted: start with the password that it was first given. Without it the private keys there can't be read by anybody.`, { details: { path } })
}

interface Cost { readonly logN: number, readonly r: number, readonly p: number }

/** 32 MiB and some 0.1 s for each guess. */
const COST: Cost = { logN: 15, r: 8, p: 1 }
const VERSION = 1
const SALT = 16
const SALT_AT = 4
const CHECK_AT = SALT_AT + SALT
const HEADER = CHECK_AT + nacl.secretbox.nonceLength + nacl.secretbox.overheadLength
/** No row of keys is called so: they begin with 'k'. */
const CHECK_ROW = Buffer.from('check')

const scryptAsync = promisify<string, Uint8Array, number, ScryptOptions, Buffer>(scrypt)

/** A header that asks for more than 1 GiB, or for nothing, is not one that we wrote. */
function isBearable ({ logN, r, p }: Cost): boolean {
  return logN > 0 && logN <= 20 && r > 0 && r <= 8 && p > 0 && p <= 16
}

/** NFKC: the same password from another keyboard is the same password. */
async function stretch (password: string, salt: Uint8Array, { logN, r, p }: Cost): Promise<Uint8Array> {
  const N = 2 ** logN
  return scryptAsync(password.normalize('NFKC'), salt, 32, { N, r, p, maxmem: 256 * N * r })
}
