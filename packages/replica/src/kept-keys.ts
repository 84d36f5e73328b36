import { BoundedCache } from '@dinemic/core'
import type { KeyRing, ObjectId } from '@dinemic/core'

const KEPT = 4096

/** A key ring that remembers what it was asked: every update asks whether its object's key is here. */
export class KeptKeys implements KeyRing {
  readonly #ring: KeyRing
  readonly #answers = new BoundedCache<ObjectId, { readonly seed: Uint8Array | undefined }>(KEPT)

  constructor (ring: KeyRing) {
    this.#ring = ring
  }

  async open (): Promise<void> {
    await this.#ring.open()
  }

  async close (): Promise<void> {
    await this.#ring.close()
  }

  async get (id: ObjectId): Promise<Uint8Array | undefined> {
    const known = this.#answers.get(id)
    if (known !== undefined) return known.seed
    const seed = await this.#ring.get(id)
    // A put or a delete meanwhile has said something newer.
    return (this.#answers.get(id) ?? this.#keep(id, seed)).seed
  }

  async has (id: ObjectId): Promise<boolean> {
    return await this.get(id) !== undefined
  }

  async put (id: ObjectId, seed: Uint8Array): Promise<void> {
    await this.#ring.put(id, seed)
    this.#keep(id, seed.slice())
  }

  async delete (id: ObjectId): Promise<void> {
    await this.#ring.delete(id)
    this.#keep(id, undefined)
  }

  ids (options?: { model?: string }): AsyncIterable<ObjectId> {
    return this.#ring.ids(options)
  }

  #keep (id: ObjectId, seed: Uint8Array | undefined): { readonly seed: Uint8Array | undefined } {
    const answer = { seed }
    this.#answers.set(id, answer)
    return answer
  }
}
