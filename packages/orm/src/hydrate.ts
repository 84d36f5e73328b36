import type { ObjectId, ObjectState } from '@dinemic/core'
import type { Engine, Reader } from '@dinemic/replica'
import type { Cell } from './cells/cell.js'
import { CounterCell } from './cells/counter-cell.js'
import { DictCell } from './cells/dict-cell.js'
import { ListCell } from './cells/list-cell.js'
import type { Readable } from './cells/readable.js'
import { RefCell } from './cells/ref-cell.js'
import { ValueCell } from './cells/value-cell.js'
import type { ElementSource } from './collections/element-source.js'
import type { RefOpener } from './collections/ref.js'
import { construct } from './construct.js'
import { EntityHandle } from './handle.js'
import { schemaOf } from './schema/registry.js'
import type { FieldSchema, ModelSchema } from './schema/types.js'
import type { EntityBase, ModelClass } from './types.js'
import { WorkingCopy } from './working-copy.js'
import { CopyWriter } from './writer.js'

/** What entities need of the Orm that they belong to. */
export interface EntityHome {
  readonly engine: Engine
  readonly elements: ElementSource
  readonly readable: Readable
  readonly openRef: RefOpener
  /** Aborted when the node begins to stop. */
  readonly stopped: AbortSignal
}

export interface HydrateOptions {
  readonly caller: ObjectId
  readonly owned: boolean
  /** For hooks: can be neither changed nor saved. */
  readonly readonly?: boolean
  /** Of an object that isn't there yet. */
  readonly seed?: Uint8Array
}

/**
 * An instance of the model's class that shows a state. Its fields are own data properties; those that can't be read here are
 * own accessors that throw, until they are assigned.
 */
export function hydrate (home: EntityHome, schema: ModelSchema, state: ObjectState, reader: Reader, options: HydrateOptions): EntityBase {
  const { entity, copy } = assemble(home, schema, state, options)
  copy.attach(cellsOf(home, entity, schema), reader)
  if (options.readonly !== true) return entity
  for (const cell of copy.cells) cell.lock()
  return Object.freeze(entity)
}

/** An entity without its fields yet: they are as the class declares them. */
export function assemble (home: EntityHome, schema: ModelSchema, state: ObjectState, options: HydrateOptions): { entity: EntityBase, copy: WorkingCopy } {
  const copy = new WorkingCopy(schema, { state, ...options })
  const writer = new CopyWriter(home, copy, { readonly: options.readonly ?? false })
  const handle = new EntityHandle(home.engine, copy, writer)
  return { entity: construct(schema.target as ModelClass, { id: state.id, handle, writer }), copy }
}

export function cellsOf (home: EntityHome, entity: EntityBase, schema: ModelSchema): Cell<unknown>[] {
  return [...schema.fields.values()].map((field) => cellOf(home, entity, schema, field))
}

function cellOf (home: EntityHome, entity: EntityBase, { name }: ModelSchema, field: FieldSchema): Cell<unknown> {
  switch (field.kind) {
    case 'value': return new ValueCell(entity, name, field)
    case 'list': return new ListCell(entity, name, field, home)
    case 'dict': return new DictCell(entity, name, field, home)
    case 'counter': return new CounterCell(entity, name, field)
    case 'ref': return new RefCell(entity, name, field, { target: () => schemaOf(field.target!()).name, open: home.openRef })
  }
}
