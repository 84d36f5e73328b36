import { DinemicError } from '@dinemic/core'
import type { KeyRing, ObjectId } from '@dinemic/core'
import type { Engine } from '@dinemic/replica'
import { idOf } from './grants.js'

/** Who acts where `as` names somebody. Throws `CORE_BAD_ID`, `ORM_NO_KEY`. */
export async function checkedCaller (keys: KeyRing, as: ObjectId | { readonly id: ObjectId } | undefined): Promise<ObjectId | undefined> {
  if (as === undefined) return undefined
  const caller = idOf(as)
  if (await keys.has(caller)) return caller
  throw new DinemicError('ORM_NO_KEY', `as: ${caller}: its private key is not on this node, so nobody here can act as it. Act where it was created, or import its key: node.keys.import().`, { details: { caller } })
}

/** Who acts where nobody is named: the object itself where its key is here, else the node. */
export async function defaultCaller (engine: Engine, object: ObjectId): Promise<ObjectId> {
  return await engine.keys.has(object) ? object : engine.self
}
