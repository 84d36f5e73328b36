import type { ObjectId } from '@dinemic/core'
import type { SeededRandom } from '@dinemic/core/testing'
import { MODELS } from './node.js'
import type { SimNode } from './node.js'
import { idOf } from './world.js'
import type { World } from './world.js'

/** Somebody who may be granted rights: a key, on a node or in an adversary's hands. */
export interface Person { readonly id: ObjectId, readonly seed: Uint8Array, readonly node: SimNode | undefined }

export function newPerson (world: World, random: SeededRandom, node: SimNode | undefined): Person {
  const seed = random.bytes(32)
  return { id: idOf(world, random.pick(MODELS)!, seed), seed, node }
}
