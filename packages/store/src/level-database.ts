import { fromLevel, notOpen } from './errors.js'
import type { Range } from './key-layout.js'
import { migrate } from './migrate.js'
import { createLevel, type BinaryLevel } from './open-level.js'
import { Turns } from './turns.js'

/** Undefined deletes the row. */
export interface RowWrite { readonly key: Uint8Array, readonly value: Uint8Array | undefined }

export interface Row { readonly key: Uint8Array, readonly value: Uint8Array }

export interface ScanOptions { readonly limit?: number | undefined, readonly reverse?: boolean }

/** Rows that a scan reads at once: enough to make the step to the other thread cheap, and some 100 kB at most times. */
const CHUNK = 256
/** Rows that are handed to LevelDB before other work gets its turn: some ms. */
const BREATH = 2048
/** Point reads, likewise. A large one counts as more, by its bytes. */
const READS = 256
const BYTES = 4096

/** So many point reads are made one after another on this thread: the other ones may be busy with signatures. */
const FEW = 64

/**
 * One LevelDB, in a directory or, without a path, in memory; there its content lives as long as this object.
 * A store and a key ring share it, as one directory has one lock: the first `open()` opens it, the last `close()` closes it.
 * Everything that leaves it is a `DinemicError`.
 */
export class LevelDatabase {
  readonly path: string | undefined
  #level: BinaryLevel | undefined
  #users = 0
  #reads = 0
  readonly #turns = new Turns()

  constructor ({ path }: { path?: string | undefined } = {}) {
    this.path = path
  }

  /** Rejects with `STORE_LOCKED`, `STORE_CORRUPT`, `STORE_TOO_NEW` or `STORE_IO`. Each `open()` that resolved needs its `close()`. */
  async open (): Promise<void> {
    return this.#turns.take(async () => {
      if (this.#users === 0) await this.#open()
      this.#users++
    })
  }

  async close (): Promise<void> {
    return this.#turns.take(async () => {
      if (this.#users === 1) await this.#close()
      if (this.#users > 0) this.#users--
    })
  }

  /**
   * Point reads are synchronous underneath: LevelDB answers from its cache in a few microseconds, a tenth of what the way
   * to its thread and back costs, and a block from the disk takes no longer than a signature. Who reads thousands in a row lets others have their turn.
   */
  async get (key: Uint8Array): Promise<Uint8Array | undefined> {
    await this.#breathe()
    return this.#attempt(async level => this.#read(level, key))
  }

  async has (key: Uint8Array): Promise<boolean> {
    await this.#breathe()
    return this.#attempt(async level => level.getSync(key) !== undefined)
  }

  async #breathe (): Promise<void> {
    if (++this.#reads < READS) return
    this.#reads = 0
    await new Promise(resolve => { setImmediate(resolve) })
  }

  #read (level: BinaryLevel, key: Uint8Array): Uint8Array | undefined {
    const value = level.getSync(key)
    if (value === undefined) return undefined
    this.#reads += value.length / BYTES
    return plain(value)
  }

  /** Many are read on LevelDB's thread: together they would hold up everything else. */
  async getMany (keys: Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    if (keys.length <= FEW) return this.#attempt(async level => keys.map(key => this.#read(level, key)))
    const values = await this.#attempt(level => level.getMany(keys))
    return values.map(value => value && plain(value))
  }

  /** All or nothing; with `sync` on the disk before it resolves. */
  async write (rows: readonly RowWrite[], { sync = false }: { sync?: boolean } = {}): Promise<void> {
    const options: object = { sync } // of LevelDB; the memory has none
    await this.#attempt(async level => {
      const batch = level.batch() // a row costs a fifth of what it does in a list of operations
      for (const [i, { key, value }] of rows.entries()) {
        if (value === undefined) batch.del(key)
        else batch.put(key, value)
        if (i % BREATH === BREATH - 1) await new Promise(resolve => { setImmediate(resolve) })
      }
      await batch.write(options)
    })
    // Memory answers before anything else gets its turn: a loop of saves would stop timers and the network.
    if (this.path === undefined) await new Promise(resolve => { setImmediate(resolve) })
  }

  /** The rows of a range in chunks, as they were when the scan began. */
  async * scan (range: Range, { limit = Infinity, reverse = false }: ScanOptions = {}): AsyncGenerator<Row[]> {
    const iterator = await this.#attempt(async level => level.iterator({ ...range, reverse, limit: limit === Infinity ? -1 : limit }))
    try {
      for (;;) {
        const rows = await this.#attempt(() => iterator.nextv(Math.min(limit, CHUNK)))
        if (rows.length === 0) return
        yield rows.map(([key, value]) => ({ key: plain(key), value: plain(value) }))
      }
    } finally {
      await iterator.close()
    }
  }

  /** Rewrites a range, so that what was overwritten there leaves the files. */
  async compact ({ gte, lt }: Range): Promise<void> {
    await this.#attempt(async level => {
      if (canCompact(level)) await level.compactRange(gte, lt)
    })
  }

  async #open (): Promise<void> {
    try {
      this.#level ??= await createLevel(this.path)
      await this.#level.open()
      await migrate(this.#level, this.path)
    } catch (error) {
      await this.#close()
      throw fromLevel(error, this.path)
    }
  }

  async #close (): Promise<void> {
    await this.#level?.close()
    // A directory is looked at anew when it is opened again; memory is where the content is.
    if (this.path !== undefined) this.#level = undefined
  }

  async #attempt<T> (task: (level: BinaryLevel) => Promise<T>): Promise<T> {
    if (this.#level === undefined) throw notOpen('database')
    try {
      return await task(this.#level)
    } catch (error) {
      throw fromLevel(error, this.path)
    }
  }
}

/** LevelDB in memory has no files to rewrite, and the types of `level` leave out what it inherits. */
function canCompact (level: BinaryLevel): level is BinaryLevel & { compactRange: (start: Uint8Array, end: Uint8Array) => Promise<void> } {
  return 'compactRange' in level
}

/** On a disk Level returns Buffers, in memory what it keeps; what leaves us is always its reader's own. */
function plain (bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}
