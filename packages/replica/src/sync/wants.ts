import type { UpdateId } from '@dinemic/core'

const MAX_WANTS = 10_000

/** Ids of updates that others point to and that aren't here. Each peer is asked once, and again when it has news. */
export class Wants {
  readonly #askedById = new Map<UpdateId, Set<string>>()

  get missing (): UpdateId[] {
    return [...this.#askedById.keys()]
  }

  /** Each with the peers that were asked for it. */
  get sought (): { readonly update: UpdateId, readonly asked: readonly string[] }[] {
    return [...this.#askedById].map(([update, asked]) => ({ update, asked: [...asked] }))
  }

  add (id: UpdateId): void {
    if (this.#askedById.has(id)) return
    this.#askedById.set(id, new Set())
    if (this.#askedById.size > MAX_WANTS) this.#askedById.delete(this.#askedById.keys().next().value!)
  }

  arrived (id: UpdateId): void {
    this.#askedById.delete(id)
  }

  /** What this peer hasn't been asked for; from now on it counts as asked. */
  toAsk (peer: string): UpdateId[] {
    const ids: UpdateId[] = []
    for (const [id, asked] of this.#askedById) {
      if (asked.has(peer)) continue
      asked.add(peer)
      ids.push(id)
    }
    return ids
  }

  /** The peer may have them by now. */
  forget (peer: string): void {
    for (const asked of this.#askedById.values()) asked.delete(peer)
  }
}
