import type { Commit, ObjectCommit, Store } from '@dinemic/core'

/** Objects written in one batch: some ms of LevelDB's time, so that nobody waits long behind it. */
const AT_ONCE = 256

type Settings = NonNullable<Commit['settings']>

/** What is written along with each batch, and told when it is. */
export interface Companion {
  rowsFor (objects: readonly ObjectCommit[]): Promise<Settings>
  written (): void
}

interface WaitingCommit { readonly commit: Commit, readonly sync: boolean, resolve (): void, reject (error: unknown): void }
type Job = WaitingCommit | { run (): Promise<void> }

/**
 * One batch at a time; what is to be committed meanwhile goes together into the next. A single save waits for nobody, and
 * thousands of objects that arrive at once need tens of batches. Each commit holds the turns of its objects, so no two of a
 * batch are of the same one; it is all or nothing for the whole batch, as a store that fails fails for all.
 */
export class GroupCommit {
  readonly #store: Store
  readonly #companion: Companion
  readonly #jobs: Job[] = []
  #running = false

  constructor (store: Store, companion: Companion) {
    this.#store = store
    this.#companion = companion
  }

  async commit (commit: Commit, { sync = false }: { sync?: boolean } = {}): Promise<void> {
    await new Promise<void>((resolve, reject) => { this.#add({ commit, sync, resolve, reject }) })
  }

  /** Runs a task while no batch is being written: what the store holds then is what was told. */
  async alone<T> (task: () => Promise<T>): Promise<T> {
    return await new Promise<T>((resolve, reject) => {
      this.#add({ run: async () => { await task().then(resolve, reject) } })
    })
  }

  #add (job: Job): void {
    this.#jobs.push(job)
    if (!this.#running) void this.#run()
  }

  async #run (): Promise<void> {
    this.#running = true
    for (let job = this.#jobs[0]; job !== undefined; job = this.#jobs[0]) {
      if ('run' in job) {
        this.#jobs.shift()
        await job.run()
      } else {
        await this.#write(this.#takeBatch())
      }
    }
    this.#running = false
  }

  #takeBatch (): WaitingCommit[] {
    const batch: WaitingCommit[] = []
    let size = 0
    for (let job = this.#jobs[0]; job !== undefined && !('run' in job); job = this.#jobs[0]) {
      size += job.commit.objects.length
      if (batch.length > 0 && size > AT_ONCE) break
      batch.push(job)
      this.#jobs.shift()
    }
    return batch
  }

  async #write (batch: readonly WaitingCommit[]): Promise<void> {
    try {
      const objects = batch.flatMap(({ commit }) => commit.objects)
      const rows = await this.#companion.rowsFor(objects)
      await this.#store.commit({
        objects,
        events: batch.flatMap(({ commit }) => commit.events ?? []),
        acknowledged: batch.flatMap(({ commit }) => commit.acknowledged ?? []),
        settings: lastOfEach([...batch.flatMap(({ commit }) => commit.settings ?? []), ...rows])
      }, { sync: batch.some(({ sync }) => sync) })
    } catch (error) {
      for (const { reject } of batch) reject(error)
      return
    }
    this.#companion.written()
    for (const { resolve } of batch) resolve()
  }
}

/** Of rows that several commits write the last: what came before in the same batch nobody would ever read. */
function lastOfEach (settings: Settings): Settings {
  return [...new Map(settings.map(row => [row.name, row])).values()]
}
