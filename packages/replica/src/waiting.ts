import { DinemicError } from '@dinemic/core'
import type { ObjectId, ObjectState, Platform } from '@dinemic/core'
import type { CommitEvent, WaitOptions } from './engine.js'

const TIMEOUT = 10_000
/** Peers whose answers stand in the error's text; `details` has all. */
const TOLD = 5

/** `said`: whom the object was asked of, and what they have said by now, for the error. */
export interface Search { readonly look: () => Promise<ObjectState | undefined>, readonly said: () => ReadonlyMap<string, string> }

interface Listener { appeared (state: ObjectState): void, failed (error: DinemicError): void }

/** Those who wait for an object to appear. */
export class Waiting {
  readonly #platform: Platform
  readonly #waiting = new Map<ObjectId, Set<Listener>>()

  constructor (platform: Platform) {
    this.#platform = platform
  }

  has (object: ObjectId): boolean {
    return this.#waiting.has(object)
  }

  appeared ({ object, after }: CommitEvent): void {
    if (after === undefined) return
    for (const listener of this.#waiting.get(object) ?? []) listener.appeared(after)
  }

  /** Its owner has removed it: it won't appear. */
  gone (object: ObjectId): void {
    for (const listener of this.#waiting.get(object) ?? []) listener.failed(goneForGood(object))
  }

  /** Rejects with `ORM_NOT_FOUND` after `timeout` ms, or when it is `gone`, with the signal's reason if that aborts. */
  async for (object: ObjectId, { timeout = TIMEOUT, signal }: WaitOptions, { look, said }: Search): Promise<ObjectState> {
    signal?.throwIfAborted()
    return await new Promise((resolve, reject) => {
      const listeners = this.#waiting.get(object) ?? new Set<Listener>()
      this.#waiting.set(object, listeners)
      const end = (): void => {
        cancel()
        signal?.removeEventListener('abort', aborted)
        listeners.delete(listener)
        if (listeners.size === 0) this.#waiting.delete(object)
      }
      const listener = {
        appeared: (state: ObjectState): void => { end(); resolve(state) },
        failed: (error: Error): void => { end(); reject(error) }
      }
      const aborted = (): void => { listener.failed(signal!.reason as Error) }
      const cancel = this.#platform.schedule(timeout, () => { listener.failed(notFound(object, timeout, said())) })
      signal?.addEventListener('abort', aborted, { once: true })
      listeners.add(listener)
      // It may have appeared between the caller's look and this line.
      look().then(state => { if (state !== undefined) listener.appeared(state) }, listener.failed)
    })
  }
}

export function goneForGood (object: ObjectId): DinemicError {
  return new DinemicError('ORM_NOT_FOUND', `${object} was removed by its owner, for good: there is nothing to wait for, here or elsewhere.`, { details: { object } })
}

function notFound (object: ObjectId, timeout: number, said: ReadonlyMap<string, string>): DinemicError {
  const answers = [...said].map(([peer, answer]) => ({ peer, said: answer }))
  const whom = answers.length === 0 ? 'no peer is connected' : `asked ${answers.length === 1 ? 'one peer' : `${answers.length} peers`}: ${answers.slice(0, TOLD).map(({ peer, said: answer }) => `${peer}: ${answer}`).join('; ')}${answers.length > TOLD ? '; …' : ''}`
  return new DinemicError('ORM_NOT_FOUND', `${object} is not here and didn't come within ${timeout} ms (${whom}). Check the id, that a node that has it is connected (node.peers), or wait longer with { timeout }.`, { details: { object, timeout, asked: [...said.keys()], answers } })
}
