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

  async write (options: { sync: boolean }): Promise<void> {
    await this.#database.write([...this.#writes.values()], options)
  }
}

function nameOf (key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')
}
