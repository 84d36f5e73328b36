import type { Commit, ObjectId, ObjectScan, SetItem, SetKey, SetScan, Store, StoredEvent, StoredState, StoredUpdate, UpdatesFrom, UpdatesPart, UpdateId } from '@dinemic/core'
import type { MemoryStore } from '@dinemic/core/testing'

/** One life of a process, from its start to its crash or stop. */
export interface Life {
  readonly alive: boolean
  /** A commit is about to be written, or has been: the process may die here. */
  mayDie (): void
}

export interface StoreWatch {
  committing (commit: Commit): void
  /** With what is stored now of each object of the commit. */
  committed (commit: Commit, states: readonly (StoredState | undefined)[]): void
}

/** A store for one life: what a dead process still asks never answers, as its code doesn't run any more. */
export class WatchedStore implements Store {
  readonly #inner: MemoryStore
  readonly #life: Life
  readonly #watch: StoreWatch

  constructor (inner: MemoryStore, life: Life, watch: StoreWatch) {
    this.#inner = inner
    this.#life = life
    this.#watch = watch
  }

  async open (): Promise<void> {
    await this.#inner.open()
  }

  async close (): Promise<void> {
    await this.#ifAlive(async () => { await this.#inner.close() })
  }

  async state (object: ObjectId): Promise<StoredState | undefined> {
    return await this.#ifAlive(async () => await this.#inner.state(object))
  }

  async updates (object: ObjectId): Promise<StoredUpdate[]> {
    return await this.#ifAlive(async () => await this.#inner.updates(object))
  }

  async updatesFrom (object: ObjectId, from: UpdatesFrom): Promise<UpdatesPart> {
    return await this.#ifAlive(async () => await this.#inner.updatesFrom(object, from))
  }

  async update (id: UpdateId): Promise<(StoredUpdate & { readonly object: ObjectId }) | undefined> {
    return await this.#ifAlive(async () => await this.#inner.update(id))
  }

  async has (id: UpdateId): Promise<boolean> {
    return await this.#ifAlive(async () => await this.#inner.has(id))
  }

  async * objects (scan?: ObjectScan): AsyncIterable<ObjectId> {
    yield * this.#whileAlive(this.#inner.objects(scan))
  }

  async * reconciled (model: string, scan?: SetScan): AsyncIterable<SetItem> {
    yield * this.#whileAlive(this.#inner.reconciled(model, scan))
  }

  async setKeys (model: string, scan?: SetScan): Promise<SetKey[]> {
    return await this.#ifAlive(async () => await this.#inner.setKeys(model, scan))
  }

  async models (): Promise<string[]> {
    return await this.#ifAlive(async () => await this.#inner.models())
  }

  async commit (commit: Commit, options?: { sync?: boolean }): Promise<void> {
    this.#life.mayDie()
    await this.#ifAlive(async () => {
      this.#watch.committing(commit)
      const committing = this.#inner.commit(commit, options)
      // At once: the process may die in the next turn, and its store closes.
      const states = commit.objects.map(async ({ object }) => await this.#inner.state(object))
      await committing
      this.#watch.committed(commit, await Promise.all(states))
    })
    this.#life.mayDie()
    await this.#ifAlive(async () => {})
  }

  async setting (name: string): Promise<Uint8Array | undefined> {
    return await this.#ifAlive(async () => await this.#inner.setting(name))
  }

  async pendingEvents (options?: { after?: number, limit?: number }): Promise<StoredEvent[]> {
    return await this.#ifAlive(async () => await this.#inner.pendingEvents(options))
  }

  async #ifAlive<T> (task: () => Promise<T>): Promise<T> {
    return this.#life.alive ? await task() : await never()
  }

  async * #whileAlive<T> (items: AsyncIterable<T>): AsyncIterable<T> {
    if (!this.#life.alive) await never()
    for await (const item of items) {
      yield item
      if (!this.#life.alive) await never()
    }
  }
}

export async function never<T> (): Promise<T> {
  return await new Promise<T>(() => { /* the process is dead */ })
}
