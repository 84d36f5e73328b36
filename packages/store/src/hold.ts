import { notOpen } from './errors.js'
import type { LevelDatabase } from './level-database.js'
import { Turns } from './turns.js'

/** One user's hold on a shared database: opened once and closed once, however often and in whatever order it is asked. */
export class Hold {
  readonly #database: LevelDatabase
  readonly #name: string
  readonly #turns = new Turns()
  #isOpen = false

  /** `name`: what the user is called in errors. */
  constructor (database: LevelDatabase, name: string) {
    this.#database = database
    this.#name = name
  }

  /** `prepare` runs on the open database before anybody may use it; if it rejects, nothing is held. */
  async open (prepare: () => Promise<void>): Promise<void> {
    await this.#turns.take(async () => {
      if (this.#isOpen) return
      await this.#database.open()
      try {
        await prepare()
      } catch (error) {
        await this.#database.close()
        throw error
      }
      this.#isOpen = true
    })
  }

  /** `finish` runs when no new verb is let in any more. */
  async close (finish: () => Promise<unknown>): Promise<void> {
    await this.#turns.take(async () => {
      if (!this.#isOpen) return
      this.#isOpen = false
      await finish()
      await this.#database.close()
    })
  }

  check (verb: string): void {
    if (!this.#isOpen) throw notOpen(`${this.#name}.${verb}`)
  }
}
