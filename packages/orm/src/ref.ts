import type { ObjectId } from '@dinemic/core'
import { Ref } from './collections/ref.js'
import { runningOrm } from './default-node.js'
import { idOf } from './grants.js'
import type { EntityBase } from './types.js'

/** A pointer to an object, to be assigned to a `@Ref()` field; until then it is opened on the only running node. Throws `CORE_BAD_ID`. */
export function ref<T extends EntityBase> (target: T | ObjectId): Ref<T> {
  return new Ref<T>(idOf(target), async (id, options) => runningOrm('ref().open()').openRef(id, options))
}
