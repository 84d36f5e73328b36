import { BoundedCache } from '@dinemic/core'
import type { ObjectId, Store, UpdateId } from '@dinemic/core'
import type { Look } from './live-object.js'

export interface Explanation { readonly is: 'unknown' | 'refused' | 'pending' | 'ok' | 'revoked' | 'masked', readonly why: string }

export interface ExplainerParts {
  readonly store: Pick<Store, 'update'>
  readonly look: Look
  /** Why an update was refused lately. */
  readonly refusal: (id: UpdateId) => string | undefined
}

/** How many updates that left the store it remembers, at least. */
const REMEMBERED = 5000

/** Why an update is in force here, or isn't. */
export class Explainer {
  readonly #parts: ExplainerParts
  readonly #dropped = new BoundedCache<UpdateId, ObjectId>(REMEMBERED)

  constructor (parts: ExplainerParts) {
    this.#parts = parts
  }

  /** These updates of an object were here and are no more. */
  dropped (object: ObjectId, ids: readonly UpdateId[]): void {
    for (const id of ids.slice(-REMEMBERED)) this.#dropped.set(id, object)
  }

  async explain (id: UpdateId): Promise<Explanation> {
    if (!UPDATE_ID.test(id)) return { is: 'unknown', why: `'${id}' is not the id of an update, which has 64 hex digits: save() and $.history() give such ids.` }
    const { store, look } = this.#parts
    const stored = await store.update(id)
    if (stored === undefined) return await this.#explainAbsent(id)
    const is = await look(stored.object, ({ row, verdicts }) => row.masked.has(id) ? 'masked' : verdicts.verdict(id) ?? 'pending')
    return { is, why: WHY[is] }
  }

  async #explainAbsent (id: UpdateId): Promise<Explanation> {
    const object = this.#dropped.get(id)
    if (object !== undefined) {
      const removed = await this.#parts.look(object, ({ row }) => row.full.removed?.final === true)
      return removed ? { is: 'refused', why: 'The owner removed its object, of which only the removal is left.' } : { is: 'revoked', why: WHY.revoked }
    }
    const refusal = this.#parts.refusal(id)
    return refusal === undefined ? { is: 'unknown', why: 'No such update is here, and none was refused lately.' } : { is: 'refused', why: refusal }
  }
}

const UPDATE_ID = /^[0-9a-f]{64}$/

const WHY = {
  masked: 'A before-hook of this node refused it: it is stored and forwarded, and not shown here.',
  pending: 'A link to it is missing or not good: it is kept and does not count.',
  ok: 'It counts.',
  revoked: 'Its grant was closed, and no branch that the close keeps has it.'
} as const
