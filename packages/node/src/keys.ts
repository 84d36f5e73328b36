import { DinemicError, parseId } from '@dinemic/core'
import type { ObjectId } from '@dinemic/core'
import type { Replica } from '@dinemic/replica'
import { openKey, sealKey } from './key-file.js'
import { NODE_MODEL } from './node-key.js'

/** What moves and keeps keys; the engine is one. */
export type KeyHome = Pick<Replica, 'keys' | 'provider' | 'adopt'>

/** Carries objects' private keys between devices of one owner. */
export class NodeKeys {
  readonly #home: KeyHome

  constructor (home: KeyHome) {
    this.#home = home
  }

  /** The private key of an object, encrypted. Rejects with `ORM_NO_KEY` where the key isn't here. */
  async export (id: ObjectId, password: string): Promise<Uint8Array> {
    const { model } = parseId(id)
    if (model === NODE_MODEL) {
      throw new DinemicError('NODE_OWN_KEY', `${id} is a node's own key and stays on its device: two nodes that sign as one would fork each other. Export the keys of objects.`, { details: { id } })
    }
    const seed = await this.#home.keys.get(id)
    if (seed === undefined) {
      throw new DinemicError('ORM_NO_KEY', `The private key of ${id} is not on this node, so it can't be exported. Export it where the object was created, or where its key was imported.`, { details: { id } })
    }
    return await sealKey(this.#home.provider, model, seed, password)
  }

  /**
   * From now on this node owns the object too. Asks the connected peers for the object's chains before it resolves; where
   * nobody answers, again before the first save. Resolves to the object's id. Rejects with `NODE_WRONG_PASSWORD`.
   */
  async import (bytes: Uint8Array, password: string): Promise<ObjectId> {
    const { id, seed } = await openKey(this.#home.provider, bytes, password)
    await this.#home.adopt(id, seed)
    return id
  }
}
