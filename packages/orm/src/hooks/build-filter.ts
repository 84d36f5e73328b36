import { schemaOf } from '../schema/registry.js'
import { checkOptions } from '../check-options.js'
import type { DataKeys, EntityBase, EntityOrId, ModelClass } from '../types.js'
import { badFilter } from './filter.js'

export interface FilterParts<T extends EntityBase> {
  /** One object; all of the model if left out. */
  readonly id?: EntityOrId<T>
  /** A property, or a pattern with `*`. Without field and key the filter is about creation and removal. */
  readonly field?: DataKeys<T> | `${string}*${string}`
  /** A key of a dict or an element's id, or a pattern. */
  readonly key?: string
}

/** The text of a filter, its names checked by the compiler: `filter(Person, { field: 'name' })` is `'Person:[id]:name'`. */
export function filter<T extends EntityBase> (model: ModelClass<T>, parts: FilterParts<T> = {}): string {
  const { name } = schemaOf(model)
  checkOptions(`filter(${name}, …)`, parts, { id: 'any', field: 'text', key: 'text' })
  const { id, field, key } = parts
  const object = typeof id === 'object' ? id.id : id ?? `${name}:[id]`
  if (!object.startsWith(`${name}:`)) throw badFilter(object, `the object is not of the model '${name}'.`)
  const segments = [object]
  if (field !== undefined || key !== undefined) segments.push(field ?? '[field]')
  if (key !== undefined) segments.push(key)
  return segments.join(':')
}
