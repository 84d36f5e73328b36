import { decodeFrame } from '@dinemic/core'
import type { Grant, GrantRef, NetworkBinding, ObjectId, Update, UpdateId } from '@dinemic/core'

/** All updates that any node has ever stored: what the rules are checked against, and what an adversary who hears everything knows. */
export class Library {
  readonly updates = new Map<UpdateId, Update>()
  readonly #byObject = new Map<ObjectId, Update[]>()
  readonly #binding: NetworkBinding

  constructor (binding: NetworkBinding) {
    this.#binding = binding
  }

  add (id: UpdateId, frame: Uint8Array): void {
    if (this.updates.has(id)) return
    const update = decodeFrame(this.#binding, frame.slice())
    this.updates.set(id, update)
    const siblings = this.#byObject.get(update.object)
    if (siblings === undefined) this.#byObject.set(update.object, [update])
    else siblings.push(update)
  }

  get objects (): readonly ObjectId[] {
    return [...this.#byObject.keys()]
  }

  of (object: ObjectId): readonly Update[] {
    return this.#byObject.get(object) ?? []
  }

  grantAt (ref: GrantRef): Grant | undefined {
    const update = this.updates.get(ref.id)
    return update === undefined ? undefined : grantsOf(update)[ref.index]
  }
}

export function grantsOf ({ body }: Update): readonly Grant[] {
  return body.kind === 'genesis' ? body.grants : body.kind === 'grant' ? [body.grant] : []
}
