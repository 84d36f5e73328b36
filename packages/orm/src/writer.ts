import { DinemicError, isDinemicError } from '@dinemic/core'
import type { UpdateId } from '@dinemic/core'
import type { Engine, ProposalAnswer, WriteRequest } from '@dinemic/replica'
import { checkOptions } from './check-options.js'
import type { Enlisted, EntityWriter } from './construct.js'
import { checkNotReentrant, currentHook } from './hooks/context.js'
import { nameField } from './name-field.js'
import { SaveQueue } from './save-queue.js'
import type { RemoveOptions, SaveOptions } from './types.js'
import type { WorkingCopy } from './working-copy.js'

/** Where entities are written. */
export interface WriterHome {
  readonly engine: Engine
  /** Aborted when the node begins to stop. */
  readonly stopped: AbortSignal
}

let writers = 0

/** Saves of one entity, one after another; each leaves staged what came after it. */
export class CopyWriter implements EntityWriter {
  readonly serial = ++writers
  readonly engine: Engine
  readonly #stopped: AbortSignal
  readonly #copy: WorkingCopy
  readonly #readonly: boolean
  readonly #queue = new SaveQueue()

  constructor ({ engine, stopped }: WriterHome, copy: WorkingCopy, options: { readonly readonly: boolean }) {
    this.engine = engine
    this.#stopped = stopped
    this.#copy = copy
    this.#readonly = options.readonly
  }

  async save (options: SaveOptions): Promise<UpdateId[] | ProposalAnswer[]> {
    checkOptions('save()', options, { ifUnchanged: 'boolean', propose: 'boolean' })
    const { propose = false, ifUnchanged = false } = options
    return this.#write(this.enlist(), { propose, ...(ifUnchanged ? { ifUnchanged } : {}) })
  }

  async remove (options: RemoveOptions): Promise<UpdateId[] | ProposalAnswer[]> {
    checkOptions('remove()', options, { propose: 'boolean' })
    const { propose = false } = options
    return this.#write(this.enlist({ remove: true }), { propose })
  }

  async enlist ({ remove = false } = {}): Promise<Enlisted> {
    this.#check()
    // Now and not when its turn comes: what is assigned meanwhile is for the next save.
    const checkpoint = remove ? undefined : this.#copy.checkpoint()
    const leave = this.#queue.tryEnter() ?? await this.#queue.enter()
    const settle = async (committed: boolean): Promise<void> => {
      try {
        if (committed) this.#copy.committed(checkpoint, await this.#snapshot())
      } finally {
        this.#copy.forget(checkpoint)
        leave()
      }
    }
    try {
      this.#checkRunning(remove ? 'remove()' : 'save()')
      return { request: checkpoint === undefined ? this.#copy.removal() : this.#copy.request(checkpoint), settle }
    } catch (error) {
      await settle(false)
      throw error
    }
  }

  told (error: unknown): unknown {
    const { id, schema } = this.#copy
    if (!isDinemicError(error) || error.details.object !== id) return error
    const field = schema.stored.get(String(error.details.field))
    return field === undefined ? error : nameField(error, schema.name, field)
  }

  /** A new snapshot, after the saves under way. Rejects with `ORM_NOT_FOUND`, in a hook that such a save waits for with `ORM_REENTRANT`. */
  async refresh (): Promise<void> {
    this.#checkRunning('$.refresh()')
    if (this.#queue.isBusy) checkNotReentrant(this.engine, this.#copy.id, '$.refresh()')
    const leave = await this.#queue.enter()
    try {
      const snapshot = await this.#snapshot()
      if (snapshot === undefined) {
        throw new DinemicError('ORM_NOT_FOUND', `${this.#copy.id} is not here any more: somebody removed it. The entity still shows its last snapshot.`, { details: { id: this.#copy.id } })
      }
      this.#copy.refresh(snapshot)
    } finally {
      leave()
    }
  }

  /** Who saves finds its after-hooks run, unless it is a hook itself: that would wait for its own end. */
  async #write (enlisted: Promise<Enlisted>, options: { propose: boolean, ifUnchanged?: boolean }): Promise<UpdateId[] | ProposalAnswer[]> {
    const result = await this.engine.track(`a save of ${this.#copy.id}`, this.#commit(enlisted, options))
    if (currentHook() === undefined) await this.engine.hooksRun([this.#copy.id])
    return result
  }

  async #commit (enlisted: Promise<Enlisted>, { propose, ...options }: { propose: boolean, ifUnchanged?: boolean }): Promise<UpdateId[] | ProposalAnswer[]> {
    const { request, settle } = await enlisted
    let committed = false
    try {
      if (request === undefined) return []
      // A proposal changes nothing here: all stays staged until the owner's answer comes back as an update.
      if (propose) return await this.engine.propose(request)
      const [ids] = await this.engine.write([{ ...request, ...options } satisfies WriteRequest])
      committed = true
      return ids!
    } catch (error) {
      throw this.told(error)
    } finally {
      await settle(committed)
    }
  }

  async #snapshot () {
    // Who opened what was removed goes on seeing it.
    const state = await this.engine.state(this.#copy.id, { removed: this.#copy.state.removed !== null })
    return state === undefined ? undefined : { state, reader: await this.engine.reader(state, this.#copy.caller) }
  }

  #check (): void {
    checkNotReentrant(this.engine, this.#copy.id)
    if (!this.#readonly) return
    throw new DinemicError('ORM_READ_ONLY', `This entity of ${this.#copy.id} was made for a hook and can't be saved. Open the object: await ${this.#copy.schema.target.name}.open(object.id).`, { details: { id: this.#copy.id } })
  }
  /** Hooks that are under way may still write: the node waits for them. Whoever else goes on saving would keep it from ever being done. */
  #checkRunning (verb: string): void {
    if (!this.#stopped.aborted || currentHook() !== undefined) return
    throw new DinemicError('NODE_STOPPED', `${verb} of ${this.#copy.id}: the node that opened it is stopping or has stopped, so nothing was done and all stays staged. Open the object again on a node that runs.`, { details: { id: this.#copy.id } })
  }
}
