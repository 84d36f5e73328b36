import { runningOrm } from '../default-node.js'
import type { HasOrm } from '../default-node.js'

/**
 * The base of classes whose decorated methods hear of changes, apart from the models. An instance hears nothing until a
 * filter is applied (see `Filter`), and each change once, however many of its filters match.
 *
 * `node` may be left out where only one runs: `ORM_NO_NODE` without one, `ORM_WHICH_NODE` with several.
 */
export abstract class Listener {
  /** From now on. Applying a filter twice is applying it once. Throws `ORM_BAD_FILTER`. */
  apply (filter: string, node?: HasOrm): void {
    const { hooks } = node?.orm ?? runningOrm('Listener.apply()')
    hooks.apply(this, filter)
  }

  /** Hooks under way end; none is called afterwards. Revoking what isn't applied changes nothing. */
  revoke (filter: string, node?: HasOrm): void {
    const { hooks } = node?.orm ?? runningOrm('Listener.revoke()')
    hooks.revoke(this, filter)
  }
}
