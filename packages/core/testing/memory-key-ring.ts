import { bytesToHex, equalBytes } from '../src/bytes.js'
import { DinemicError } from '../src/errors.js'
import { parseId } from '../src/ids.js'
import type { KeyRing } from '../src/ports/key-ring.js'
import type { ObjectId } from '../src/types.js'
import { SortedTable } from './sorted-table.js'

interface KeyRow { readonly id: ObjectId, readonly seed: Uint8Array }

/** A key ring in memory. Its content outlives `close()`, as a directory does; no crash takes a key from it. */
export class MemoryKeyRing implements KeyRing {
  readonly #rows = new SortedTable<KeyRow>()
  #open = false

  async open (): Promise<void> {
    this.#open = true
  }

  async close (): Promise<void> {
    this.#open = false
  }

  async get (id: ObjectId): Promise<Uint8Array | undefined> {
    this.#check('get')
    return this.#rows.get(rowKey(id))?.seed.slice()
  }

  async has (id: ObjectId): Promise<boolean> {
    this.#check('has')
    return this.#rows.get(rowKey(id)) !== undefined
  }

  async put (id: ObjectId, seed: Uint8Array): Promise<void> {
    this.#check('put')
    if (seed.length !== 32) throw new DinemicError('STORE_BAD_KEY', `The seed given for ${id} has ${seed.length} bytes: an Ed25519 seed has 32.`)
    const present = this.#rows.get(rowKey(id))
    if (present !== undefined && !equalBytes(present.seed, seed)) {
      throw new DinemicError('STORE_BAD_KEY', `Another seed is kept for ${id} already, and an id has only one: check which of the two belongs to it before you delete one.`)
    }
    this.#rows.set(rowKey(id), { id, seed: seed.slice() })
  }

  async delete (id: ObjectId): Promise<void> {
    this.#check('delete')
    this.#rows.delete(rowKey(id))
  }

  async * ids ({ model }: { model?: string } = {}): AsyncIterable<ObjectId> {
    this.#check('ids')
    for (const { id } of this.#rows.scan({ prefix: model === undefined ? '' : model + '/' })) {
      this.#check('ids')
      yield id
    }
  }

  #check (verb: string): void {
    if (!this.#open) {
      throw new DinemicError('STORE_NOT_OPEN', `keys.${verb}() was called before open() or after close(): call open() first, and don't use a key ring that was closed.`)
    }
  }
}

/** '/' is below every character of a model name, so that models sort as their names do. */
function rowKey (id: ObjectId): string {
  const { model, key } = parseId(id)
  return `${model}/${bytesToHex(key)}`
}
