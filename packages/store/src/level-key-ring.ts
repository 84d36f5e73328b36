import { DinemicError, equalBytes, type KeyRing, type ObjectId } from '@dinemic/core'
import { corrupt } from './errors.js'
import { Hold } from './hold.js'
import { bytesToId, privateKey, REWRITE_KEY, RING_KEY, rowsOf } from './key-layout.js'
import type { LevelDatabase, RowWrite } from './level-database.js'
import { RingCipher, wrongPassword } from './ring-cipher.js'

/**
 * `KeyRing` on LevelDB, beside the store in the same database: a key that was put before a commit is on the disk no later
 * than that commit, as both go through one log.
 *
 * With a password every seed is encrypted. A ring that holds keys in the clear is encrypted as a whole when it is first
 * opened with one, and the files with the old rows are rewritten; copies that the file system or a backup has are out of
 * its reach. A password that was given once must be given always.
 */
export class LevelKeyRing implements KeyRing {
  readonly #database: LevelDatabase
  readonly #hold: Hold
  readonly #password: string | undefined
  #cipher: RingCipher | undefined

  constructor (database: LevelDatabase, { password }: { password?: string | undefined } = {}) {
    this.#database = database
    this.#hold = new Hold(database, 'keys')
    this.#password = password
  }

  async open (): Promise<void> {
    await this.#hold.open(async () => { this.#cipher = await this.#openCipher() })
  }

  async close (): Promise<void> {
    await this.#hold.close(async () => { this.#cipher = undefined })
  }

  async get (id: ObjectId): Promise<Uint8Array | undefined> {
    this.#hold.check('get')
    const key = privateKey(id)
    const row = await this.#database.get(key)
    if (row === undefined) return undefined
    const seed = this.#cipher === undefined ? row : this.#cipher.unseal(key, row)
    if (seed?.length !== SEED) throw corrupt(`the private key of ${id} in it is damaged`, this.#database.path)
    return seed
  }

  async has (id: ObjectId): Promise<boolean> {
    this.#hold.check('has')
    return this.#database.has(privateKey(id))
  }

  async put (id: ObjectId, seed: Uint8Array): Promise<void> {
    this.#hold.check('put')
    if (seed.length !== SEED) throw badKey(id, `The seed given for ${id} has ${seed.length} bytes: an Ed25519 seed has ${SEED}.`)
    const present = await this.get(id)
    if (present !== undefined && !equalBytes(present, seed)) {
      throw badKey(id, `Another seed is kept for ${id} already, and an id has only one: check which of the two belongs to it before you delete one.`)
    }
    if (present === undefined) await this.#database.write([toRow(privateKey(id), seed, this.#cipher)])
  }

  async delete (id: ObjectId): Promise<void> {
    this.#hold.check('delete')
    await this.#database.write([{ key: privateKey(id), value: undefined }])
  }

  async * ids ({ model }: { model?: string } = {}): AsyncIterable<ObjectId> {
    this.#hold.check('ids')
    for await (const rows of this.#database.scan(rowsOf('k', model))) {
      for (const { key } of rows) {
        this.#hold.check('ids')
        yield bytesToId(key.subarray(1))
      }
    }
  }

  async #openCipher (): Promise<RingCipher | undefined> {
    const { path } = this.#database
    const header = await this.#database.get(RING_KEY)
    if (this.#password === undefined) {
      if (header !== undefined) throw wrongPassword(path, 'No password was given, but there is one')
      return undefined
    }
    const cipher = header === undefined ? await this.#encrypt(this.#password) : await RingCipher.open(this.#password, header, path)
    await this.#rewriteFiles()
    return cipher
  }

  /** All rows that are there and the header, in one batch: a ring is encrypted as a whole or not at all. */
  async #encrypt (password: string): Promise<RingCipher> {
    const { cipher, header } = await RingCipher.create(password)
    const writes: RowWrite[] = []
    for await (const rows of this.#database.scan(rowsOf('k'))) {
      for (const { key, value } of rows) writes.push(toRow(key, value, cipher))
    }
    if (writes.length > 0) writes.push({ key: REWRITE_KEY, value: new Uint8Array() })
    await this.#database.write([...writes, { key: RING_KEY, value: header }], { sync: true })
    return cipher
  }

  /** LevelDB keeps what was overwritten until it happens to compact. A crash in between is made good by the next open. */
  async #rewriteFiles (): Promise<void> {
    if (!await this.#database.has(REWRITE_KEY)) return
    await this.#database.compact(rowsOf('k'))
    await this.#database.write([{ key: REWRITE_KEY, value: undefined }])
  }
}

const SEED = 32

/** The caller's bytes stay the caller's. */
function toRow (key: Uint8Array, seed: Uint8Array, cipher: RingCipher | undefined): RowWrite {
  return { key, value: cipher === undefined ? seed.slice() : cipher.seal(key, seed) }
}

function badKey (id: ObjectId, message: string): DinemicError {
  return new DinemicError('STORE_BAD_KEY', message, { details: { id } })
}
