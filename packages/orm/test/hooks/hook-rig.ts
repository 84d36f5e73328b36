import { Sealed, clockOf } from '@dinemic/core'
import type { ObjectState, Value } from '@dinemic/core'
import type { FieldChange, ObjectChange, Reader } from '@dinemic/replica'
import type { Change } from '../../src/change.js'
import { HookDispatcher } from '../../src/hooks/dispatcher.js'
import type { HookOptions } from '../../src/hooks/dispatcher.js'
import type { HookHost } from '../../src/hooks/host.js'
import { schemaOf } from '../../src/schema/registry.js'
import type { ModelSchema } from '../../src/schema/types.js'
import type { EntityBase, ModelClass } from '../../src/types.js'
import { idOf } from '../support/ids.js'
import { ManualPlatform } from '../support/timers.js'

export const PERSON = idOf('Person', 1)
export const CALLER = idOf('Person', 2)

/** A dispatcher on a host whose entities are bare instances and whose time passes by hand. */
export function hookRig (models: readonly ModelClass[], options: HookOptions = {}) {
  const platform = new ManualPlatform()
  const reported: unknown[] = []
  const hydrated: ObjectState[] = []
  const schemas = new Map(models.map((model) => [schemaOf(model).name, schemaOf(model)]))
  const host: HookHost = {
    engine: { platform, reader: async () => fakeReader },
    schemas,
    report: (error) => reported.push(error),
    openRef: () => Promise.reject(new Error('not opened in these tests')),
    entity: async (schema: ModelSchema, state: ObjectState) => {
      hydrated.push(state)
      return Object.assign(Object.create(schema.target.prototype), { id: state.id }) as EntityBase
    }
  }
  const hooks = new HookDispatcher(options)
  hooks.attach(host)
  return { hooks, platform, reported, hydrated }
}

export function changeOf (parts: Partial<ObjectChange> = {}): ObjectChange {
  return {
    object: PERSON, update: { id: 'a'.repeat(64), clock: clockOf(5) }, caller: CALLER,
    authorized: true, owned: false, local: false, cause: 'remote', via: null, created: false, continuesCreation: false, removed: false,
    fields: [], state: undefined, ...parts
  }
}

export function setField (field: string, after: FieldChange['after'], before?: FieldChange['before']): FieldChange {
  return { type: 'set', field, slot: 'register', before, after }
}

/** A sealed value that `fakeReader` opens to the text; `'?'` seals without a key here, `'!'` is damaged. */
export function seal (text: string): Sealed {
  return new Sealed({ epoch: text, nonce: new Uint8Array(24), boxed: new Uint8Array(16) })
}

const fakeReader: Reader = {
  sealed: ({ epoch }) => epoch === '?',
  open: (place, value): Value => {
    if (!(value instanceof Sealed)) return value
    if (value.epoch === '!') throw new Error('damaged')
    return `${value.epoch} at ${[place.field, place.slot, place.element].join('/')}`
  },
  sealBytes: (bytes) => bytes,
  openBytes: (bytes) => bytes
}

export type Heard = Change
