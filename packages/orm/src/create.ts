import { DinemicError, emptyState, formatId } from '@dinemic/core'
import { describe } from './cells/cell.js'
import { CounterCell } from './cells/counter-cell.js'
import { firstGrants } from './grants.js'
import { assemble, cellsOf } from './hydrate.js'
import type { EntityHome } from './hydrate.js'
import { didYouMean } from './nearest.js'
import type { ModelSchema } from './schema/types.js'
import type { CreateOptions, EntityBase } from './types.js'
import type { WorkingCopy } from './working-copy.js'

/**
 * An entity of a new object: with a key pair and all its first values staged; `save()` brings the object into being.
 * Properties that the class initialises keep these values unless others are given. Throws `ORM_BAD_VALUE`, `CORE_BAD_ID`.
 */
export function newEntity (home: EntityHome, schema: ModelSchema, values: object, options: CreateOptions = {}): EntityBase {
  checkFirstValues(schema, values)
  const grants = firstGrants(schema, options)
  const { platform, provider } = home.engine
  const seed = platform.random(32)
  const id = formatId(schema.name, provider.publicKey(seed))
  const { entity, copy } = assemble(home, schema, emptyState(id), { caller: id, owned: true, seed })
  const defaults = [...schema.fields.keys()].map((property) => [property, entity[property as keyof EntityBase]] as const)
  copy.attach(cellsOf(home, entity, schema), undefined)
  for (const [property, value] of [...defaults, ...Object.entries(values)]) assign(copy, property, value)
  for (const grant of grants) copy.grants.add(grant)
  return entity
}

function checkFirstValues ({ name }: ModelSchema, values: unknown): void {
  if (typeof values === 'object' && values !== null && !Array.isArray(values)) return
  throw new DinemicError('ORM_BAD_VALUE', `${name}.create() was given ${describe(values)}. Give the first values as an object, such as { name: 'Bob' }; {} if there are none.`, { details: { model: name } })
}

function assign (copy: WorkingCopy, property: string, value: unknown): void {
  const cell = copy.cell(property)
  if (cell === undefined) {
    const { name, fields } = copy.schema
    throw new DinemicError('ORM_BAD_VALUE', `${name}.create() was given '${property}', which ${name} doesn't declare.${didYouMean(property, fields.keys())} It has: ${[...fields.keys()].join(', ') || 'no fields: decorate its properties with @Field()'}.`, { details: { model: name, property } })
  }
  if (value === undefined) return
  if (cell instanceof CounterCell) cell.begin(value)
  else cell.held = value
}
