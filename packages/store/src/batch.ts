import { compareBytes } from '@dinemic/core'
import type { Range } from './key-layout.js'
import type { LevelDatabase, RowWrite } from './level-database.js'

/**
 * Rows to be written at once. Reading goes through what is written already, so that the parts of one commit see each
 * other; what was read stays, so that no row is fetched twice.
 */
export class Batch {
  readonly #database: LevelDatabase
  readonly #values = new Map<string, Uint8Array | undefined>()
  readonly #writes = new Map<string, RowWrite>()

  constructor (database: LevelDatabase) {
    this.#database = database
  }

  /** Reads what will be needed in one step instead of one by one. */
  async load (keys: readonly Uint8Array[]): Promise<void> {
    const missing = keys.filter(key => !this.#values.has(nameOf(key)))
    if (missing.length === 0) return
    const values = await this.#database.getMany(missing)
    for (const [i, key] of missing.entries()) this.#values.set(nameOf(key), values[i])
  }

  async get (key: Uint8Array): Promise<Uint8Array | undefined> {
    await this.load([key])
    return this.#values.get(nameOf(key))
  }

  /** Undefined deletes the row. */
  set (key: Uint8Array, value: Uint8Array | undefined): void {
    const name = nameOf(key)
    this.#values.set(name, value)
    this.#writes.set(name, { key, value })
  }

  /** Deletes all that a range has, what is written into this batch already included. */
  async clear (range: Range): Promise<void> {
    for await (const rows of this.#database.scan(range)) {
      for (const { key } of rows) this.set(key, undefined)
    }
    for (const { key } of [...this.#writes.values()]) if (isWithin(range, key)) this.set(key, undefined)
  }

  async write (options: { sync: boolean }): Promise<void> {
    await this.#database.write([...this.#writes.values()], options)
  }
}

function isWithin ({ gte, lt }: Range, key: Uint8Array): boolean {
  return compareBytes(gte, key) <= 0 && compareBytes(key, lt) < 0
}

function nameOf (key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')
}
