import { newEpoch, wrapFor } from '../src/epochs.js'
import type { KeyHolder } from '../src/epochs.js'
import { formatId } from '../src/ids.js'
import { nativeProvider as provider } from '../src/keys/native.js'
import { emptyState, mergeAll } from '../src/merge/apply.js'
import type { ObjectState } from '../src/state-types.js'
import type { Body, Epoch, Update } from '../src/update-types.js'
import { grantTo, hashOf } from './verdict/world.js'

export function holder (model: string, number: number): KeyHolder {
  const seed = new Uint8Array(32).fill(number)
  return { id: formatId(model, provider.publicKey(seed)), seed }
}

export const owner = holder('Person', 1)
export const [ann, ben, cem] = [holder('Person', 2), holder('Person', 3), holder('Node', 4)] as [KeyHolder, KeyHolder, KeyHolder]
export const readers = [ann, ben, cem]

/** The owner's updates, that is all that epochs are made of, and the state that they make. */
export class Owned {
  readonly updates: Update[]

  constructor (updates: readonly Update[] = []) {
    this.updates = [...updates]
  }

  get state (): ObjectState {
    return mergeAll(owner.id, this.updates, { verdict: () => 'ok', isAncestor: () => false })
  }

  write (body: Body, clock = BigInt(this.updates.length)): Update {
    const update: Update = {
      id: hashOf(`${this.updates.length} ${body.kind} ${clock}`), object: owner.id, version: 1, kind: body.kind === 'unknown' ? undefined : body.kind,
      author: null, root: null, seq: this.updates.length, prev: null, clock, supersedes: [], frame: new Uint8Array(), body
    }
    this.updates.push(update)
    return update
  }

  epoch (byte: number, ...of: KeyHolder[]): Epoch {
    return newEpoch(provider, owner, this.state, of.map(({ id }) => id), new Uint8Array(16).fill(byte)).epoch
  }

  /** Closes the grant of a reader, with a new epoch for these. */
  revoke (index: number, epoch: Epoch | null, clock?: bigint): Update {
    return this.write({ kind: 'close', grant: { id: this.updates[0]!.id, index }, heads: [], epoch }, clock)
  }

  fork (): Owned {
    return new Owned(this.updates)
  }

  /** Without these, which haven't arrived. */
  without (...missing: readonly Update[]): Owned {
    return new Owned(this.updates.filter(({ id }) => !missing.some(update => update.id === id)))
  }

  /** What both have. */
  with (other: Owned): Owned {
    return new Owned([...new Map([...this.updates, ...other.updates].map(update => [update.id, update])).values()])
  }
}

/** An object that ann, ben and cem may read, in that order. */
export function shared (): Owned {
  const object = new Owned()
  const { epoch, seed } = newEpoch(provider, owner, emptyState(owner.id), [], new Uint8Array(16).fill(1))
  const grants = readers.map(({ id }) => ({ ...grantTo(id, 'read'), wrap: { epoch: epoch.id, boxed: wrapFor(provider, owner, id, epoch.id, seed).boxed } }))
  object.write({ kind: 'genesis', operations: [], grants, encrypted: ['salary'], epoch })
  return object
}
