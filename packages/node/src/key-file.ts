import { randomBytes, scrypt, type ScryptOptions } from 'node:crypto'
import { promisify } from 'node:util'
import { DinemicError, concatBytes, decode, encode, formatId, kdf } from '@dinemic/core'
import type { CryptoProvider, ObjectId } from '@dinemic/core'

/**
 * An object's private key on its way to another device:
 *
 *   header = "dinemic key" ‖ version ‖ log2 N ‖ r ‖ p ‖ salt (16) ‖ nonce (24)
 *   file   = header ‖ XSalsa20-Poly1305(CBOR [model, seed]) under KDF(scrypt(password, salt), header)
 *
 * scrypt is RFC 7914's. The header goes into the key, so that a changed one doesn't open.
 */
export interface ExportedKey { readonly id: ObjectId, readonly seed: Uint8Array }

export async function sealKey (provider: CryptoProvider, model: string, seed: Uint8Array, password: string): Promise<Uint8Array> {
  checkPassword(password)
  const header = concatBytes(MAGIC, Uint8Array.of(VERSION, COST.logN, COST.r, COST.p), randomBytes(SALT), randomBytes(NONCE))
  const key = await keyOf(provider, password, header)
  return concatBytes(header, provider.box(key, header.subarray(NONCE_AT), encode([model, seed])))
}

/** Rejects with `NODE_WRONG_PASSWORD`, or `NODE_BAD_KEY_FILE` for what `sealKey` has not written. */
export async function openKey (provider: CryptoProvider, file: Uint8Array, password: string): Promise<ExportedKey> {
  checkPassword(password)
  if (!(file instanceof Uint8Array) || file.length <= HEADER || !startsWith(file, MAGIC)) throw badFile('these are not bytes that keys.export() gave')
  if (file[MAGIC.length] !== VERSION) throw badFile(`its version is ${file[MAGIC.length]} and this code reads version ${VERSION}; update the package`)
  const header = file.slice(0, HEADER)
  if (!isBearable(costOf(header))) throw badFile('its header is damaged')
  const content = provider.unbox(await keyOf(provider, password, header), header.subarray(NONCE_AT), file.subarray(HEADER))
  if (content === undefined) {
    throw new DinemicError('NODE_WRONG_PASSWORD', 'keys.import(): the password is not the one that keys.export() was given, or the bytes are damaged. Nothing was imported.')
  }
  return readContent(provider, content)
}

interface Cost { readonly logN: number, readonly r: number, readonly p: number }

/** 128 MiB and some 0.4 s for each guess: who has the file may guess for as long as he likes. */
const COST: Cost = { logN: 17, r: 8, p: 1 }
const VERSION = 1
const MAGIC = new TextEncoder().encode('dinemic key')
const SALT = 16
const NONCE = 24
const SALT_AT = MAGIC.length + 4
const NONCE_AT = SALT_AT + SALT
const HEADER = NONCE_AT + NONCE

const scryptAsync = promisify<string, Uint8Array, number, ScryptOptions, Buffer>(scrypt)

/** NFKC: the same password from another keyboard is the same password. */
async function keyOf (provider: CryptoProvider, password: string, header: Uint8Array): Promise<Uint8Array> {
  const { logN, r, p } = costOf(header)
  const N = 2 ** logN
  const stretched = await scryptAsync(password.normalize('NFKC'), header.subarray(SALT_AT, NONCE_AT), 32, { N, r, p, maxmem: 256 * N * r })
  return kdf(provider, stretched, 'exported key', [header])
}

function costOf (header: Uint8Array): Cost {
  const [logN = 0, r = 0, p = 0] = header.subarray(MAGIC.length + 1)
  return { logN, r, p }
}

/** A file from elsewhere must not make us compute or allocate without bound. */
function isBearable ({ logN, r, p }: Cost): boolean {
  return logN > 0 && logN <= 20 && r > 0 && r <= 8 && p > 0 && p <= 4
}

function readContent (provider: CryptoProvider, content: Uint8Array): ExportedKey {
  const fields = decode(content)
  if (!Array.isArray(fields)) throw badFile('its content is not a key')
  const [model, seed] = fields as unknown[]
  if (typeof model !== 'string' || !(seed instanceof Uint8Array) || seed.length !== 32) throw badFile('its content is not a key')
  return { id: formatId(model, provider.publicKey(seed)), seed }
}

function startsWith (bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, i) => bytes[i] === byte)
}

function checkPassword (password: unknown): void {
  if (typeof password === 'string' && password !== '') return
  throw new DinemicError('NODE_NO_PASSWORD', 'An exported key is worth as much as the object: give a password that is not empty, here and at the other end.')
}

function badFile (problem: string): DinemicError {
  return new DinemicError('NODE_BAD_KEY_FILE', `keys.import(): ${problem}. Give the bytes of node.keys.export(id, password), whole.`)
}
