import { DinemicError } from '@dinemic/core'
import { runningOrm } from '../default-node.js'
import type { HasOrm, RunningOrm } from '../default-node.js'

/**
 * The base of classes whose decorated methods hear of changes, apart from the models. An instance hears nothing until a
 * filter is applied (see `Filter`), and each change once, however many of its filters match.
 *
 * `node` may be left out where only one runs: `ORM_NO_NODE` without one, `ORM_WHICH_NODE` with several.
 */
export abstract class Listener {
  /** From now on. Applying a filter twice is applying it once. Throws `ORM_BAD_FILTER`. */
  apply (filter: string, node?: HasOrm): void {
    const { hooks } = ormOf(node, 'Listener.apply()')
    hooks.apply(this, filter)
  }

  /** Hooks under way end; none is called afterwards. Revoking what isn't applied changes nothing. */
  revoke (filter: string, node?: HasOrm): void {
    const { hooks } = ormOf(node, 'Listener.revoke()')
    hooks.revoke(this, filter)
  }
}

function ormOf (node: HasOrm | undefined, verb: string): RunningOrm {
  if (node === undefined) return runningOrm(verb)
  // A promise of a node is none: it would apply to another.
  if (typeof node === 'object' && node !== null && 'orm' in node) return node.orm
  throw new DinemicError('ORM_NO_NODE', `${verb} was given as its node what is none. Give what await Node.start(…) gave, or leave it out where only one runs.`)
}
