import type { ObjectId } from '@dinemic/core'
import type { Engine } from '@dinemic/replica'
import type { ModelSchema } from '../schema/types.js'
import type { EntityBase } from '../types.js'
import type { QueryHost } from './host.js'
import type { Position } from './order.js'
import { checkForm, planQuery } from './plan.js'
import type { Plan } from './plan.js'
import { scanRows, selectRows } from './select.js'
import type { Row } from './select.js'
import type { Query, Rows } from './types.js'

// Verbs of a model. All reject with ORM_BAD_FILTER for a field that the model doesn't have, ORM_BAD_VALUE for all else that is
// wrong, ORM_NO_KEY where the key of `as` isn't here.

export async function find<T extends EntityBase> (host: QueryHost, schema: ModelSchema, query: Query<T> = {}): Promise<Rows<T>> {
  const plan = planQuery(host.engine.provider, schema, query)
  const rows = await selectRows(host.engine, plan)
  const entities: T[] = []
  for (const row of rows.slice(0, plan.limit)) entities.push(await entityOf<T>(host, plan, row))
  return withCursor(entities, plan, rows.length > entities.length ? rows[entities.length - 1] : undefined)
}

export async function first<T extends EntityBase> (host: QueryHost, schema: ModelSchema, query: Query<T> = {}): Promise<T | undefined> {
  checkForm(schema, query) // What is no object would seem to be one once it is spread.
  const [row] = await find(host, schema, { ...query, limit: 1 })
  return row
}

/** How many rows `where` holds for, whatever the limit and the cursor. */
export async function count<T extends EntityBase> (host: QueryHost, schema: ModelSchema, query: Query<T> = {}): Promise<number> {
  checkForm(schema, query)
  const plan = planQuery(host.engine.provider, schema, { ...query, limit: undefined, after: undefined })
  let rows = 0
  for await (const _ of scanRows(host.engine, plan)) rows++
  return rows
}

/** `owned`: only those whose private key is on this node. */
export async function ids (engine: Engine, model: string, options: { readonly owned?: boolean } = {}): Promise<ObjectId[]> {
  const found: ObjectId[] = []
  for await (const id of engine.ids(model)) {
    if (options.owned !== true || await engine.keys.has(id)) found.push(id)
  }
  return found
}

export async function entityOf<T extends EntityBase> (host: QueryHost, plan: Plan, row: Row): Promise<T> {
  return await host.entity(plan.schema, row.state, plan.caller === undefined ? {} : { caller: plan.caller }) as T
}

/** `last`: the row that others follow. The cursor doesn't show where rows are printed or compared. */
export function withCursor<T> (entities: T[], plan: Plan, last: Position | undefined): Rows<T> {
  return Object.defineProperty(entities, 'cursor', { value: last === undefined ? undefined : plan.cursor(last) })
}
