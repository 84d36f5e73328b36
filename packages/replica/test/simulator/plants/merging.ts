import { EMPTY_FIELD, orderOf } from '@dinemic/core'
import type { ElementState, FieldState, ObjectState, Update } from '@dinemic/core'
import { AfterHooks } from '../../../src/hooks/after-hooks.js'
import { LiveObject } from '../../../src/live-object.js'
import { Stage } from '../../../src/pipeline/stage.js'
import { Quarantine } from '../../../src/sync/quarantine.js'
import { patch } from './plant.js'
import type { Plant } from './plant.js'

export const mergePlants: readonly Plant[] = [
  {
    bug: 'forget `supersedes`',
    install: () => patch(Stage.prototype, 'take', original => async function (this: Stage, update, origin) {
      return await original.call(this, { ...update, supersedes: [] }, origin)
    })
  },
  { bug: 'sum counters as doubles', install: () => altering(field => field.counter === undefined ? field : { ...field, counter: BigInt(Number(field.counter)) }) },
  { bug: 'merge by class', install: () => altering(field => field.register.length > 0 ? { ...EMPTY_FIELD, register: field.register } : field) },
  { bug: 'a later set beats a delete of the element', install: () => altering(withoutDeletes) },
  {
    bug: 'what one node\'s hook refuses is merged nowhere',
    install: () => patch(Stage.prototype, 'commit', original => function (this: Stage) {
      this.live.row = { ...this.live.row, full: this.live.row.visible }
      return original.call(this)
    })
  },
  {
    bug: 'the first genesis is the only one',
    install: () => patch(Stage.prototype, 'take', original => async function (this: Stage, update, origin) {
      const second = update.body.kind === 'genesis' && [...this.live.updates.values()].some(({ body, id }) => body.kind === 'genesis' && id !== update.id)
      return second ? { is: 'refused', why: 'there is one already' } : await original.call(this, update, origin)
    })
  },
  {
    bug: 'keep no tombstone',
    install: () => patch(Stage.prototype, 'commit', original => function (this: Stage) {
      const commit = original.call(this)
      return this.live.row.full.removed?.final === true ? { ...commit, state: null } : commit
    })
  },
  {
    bug: 'grants without limits',
    install: () => patch(LiveObject.prototype, 'grantAt', original => function (this: LiveObject, ref) {
      const grant = original.call(this, ref)
      return grant === null || grant === undefined ? grant : { ...grant, limit: null, fields: null }
    })
  },
  {
    bug: 'a quarantine without bounds',
    install: () => {
      const waiting = new WeakMap<Quarantine, Update[]>()
      const undo = [
        patch(Quarantine.prototype, 'add', () => function (this: Quarantine, _waitsFor, update) {
          waiting.set(this, [...waiting.get(this) ?? [], update])
          return []
        }),
        patch(Quarantine.prototype, 'release', () => function (this: Quarantine, id) { return (waiting.get(this) ?? []).filter(({ root }) => root?.id === id) })
      ]
      return () => { for (const step of undo) step() }
    }
  },
  {
    bug: 'run after-hooks twice',
    install: () => patch(AfterHooks.prototype, 'run', original => async function (this: AfterHooks, hooks) {
      await original.call(this, hooks)
      await original.call(this, hooks)
    })
  }
]

/** Has each state altered before it is written. */
function altering (alter: (field: FieldState) => FieldState): () => void {
  const altered = (state: ObjectState): ObjectState => ({ ...state, fields: state.fields.map(alter) })
  return patch(Stage.prototype, 'commit', original => function (this: Stage) {
    const { full, visible, masked } = this.live.row
    const next = altered(full)
    this.live.row = { ...this.live.row, full: next, visible: visible === full ? next : altered(visible), masked }
    return original.call(this)
  })
}

function withoutDeletes (field: FieldState): FieldState {
  const list = field.list.map(revived)
  return { ...field, list, order: orderOf(list) }
}

function revived (element: ElementState): ElementState {
  const writer = element.value[0]?.update
  return writer === undefined || element.deleted === null || element.deleted > writer ? element : { ...element, deleted: null }
}
