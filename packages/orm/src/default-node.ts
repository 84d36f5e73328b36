import { DinemicError } from '@dinemic/core'
import type { RefOpener } from './collections/ref.js'
import type { EntityBase, ModelClass, Objects } from './types.js'

/** What code that names no node needs of the running one. `Orm` is one; `Node` has one. */
export interface RunningOrm {
  use<T extends EntityBase> (model: ModelClass<T>): Objects<T>
  /** Opens an object by its id alone. */
  readonly openRef: RefOpener
  readonly hooks: {
    apply (listener: object, filter: string): void
    revoke (listener: object, filter: string): void
  }
}

export interface HasOrm { readonly orm: RunningOrm }

/** The running ones of this process: a node enters when it has started and leaves when it begins to stop. */
const running = new Set<RunningOrm>()

export function registerOrm (orm: RunningOrm): void {
  running.add(orm)
}

export function unregisterOrm (orm: RunningOrm): void {
  running.delete(orm)
}

/** The only running Orm. Throws `ORM_NO_NODE` or `ORM_WHICH_NODE`; `verb` is what the user called. */
export function runningOrm (verb: string): RunningOrm {
  const [orm, another] = running
  if (orm === undefined) {
    throw new DinemicError('ORM_NO_NODE', `${verb} needs a running node and there is none. Await Node.start({ network, models }) first.`)
  }
  if (another !== undefined) {
    throw new DinemicError('ORM_WHICH_NODE', `${verb} doesn't say which of the ${running.size} running nodes it means. Name the node: node.use(Person).create(…) instead of Person.create(…), listener.apply(filter, node) instead of listener.apply(filter).`)
  }
  return orm
}
