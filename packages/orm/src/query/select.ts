import type { ObjectId, ObjectState } from '@dinemic/core'
import type { Engine } from '@dinemic/replica'
import { checkedCaller, defaultCaller } from '../caller.js'
import { holds } from './match.js'
import type { Position } from './order.js'
import type { Plan } from './plan.js'
import { RowReader, SEALED } from './row-reader.js'
import { Window } from './window.js'

/** An object that a query found: where it stands and the state in which it does. */
export interface Row extends Position { readonly state: ObjectState }

/** One more than the limit: it tells whether rows follow. */
export function capacityOf (plan: Plan): number {
  return plan.limit === undefined ? Infinity : plan.limit + 1
}

/**
 * The rows of a query in order, up to `capacityOf(plan)`: a scan of the model. Without `orderBy` the scan is in order
 * itself, so it starts at the cursor and ends with the last row that is asked for. Rejects with `ORM_NO_KEY`.
 */
export async function selectRows (engine: Engine, plan: Plan, readState?: ReadState): Promise<readonly Row[]> {
  const inOrder = plan.order.length === 0
  const window = plan.limit === undefined ? undefined : new Window<Row>(plan.compare, capacityOf(plan))
  const all: Row[] = []
  for await (const row of scanRows(engine, plan, readState)) {
    if (window === undefined) all.push(row)
    else window.add(row)
    if (inOrder && window?.full === true) break
  }
  return window?.rows ?? all.sort(plan.compare)
}

/** All rows of a query, in the order of their keys. Rejects with `ORM_NO_KEY`. */
export async function * scanRows (engine: Engine, plan: Plan, readState: ReadState = (id) => engine.state(id)): AsyncIterable<Row> {
  await checkedCaller(engine.keys, plan.caller)
  const start = plan.order.length === 0 && plan.after !== undefined ? { after: plan.after.id } : {}
  for await (const id of engine.ids(plan.schema.name, start)) {
    const row = await rowOf(engine, plan, await readState(id))
    if (row !== undefined) yield row
  }
}

export type ReadState = (id: ObjectId) => Promise<ObjectState | undefined>

/** The row of an object, or undefined if the query doesn't ask for it. */
export async function rowOf (engine: Engine, plan: Plan, state: ObjectState | undefined): Promise<Row | undefined> {
  if (state === undefined) return undefined
  const reader = await readerOf(engine, plan, state)
  if (holds(plan.condition, reader) !== true) return undefined
  const keys = plan.order.map(({ property }) => {
    const cell = reader.value(property)
    return cell === SEALED ? undefined : cell
  })
  const row: Row = { id: state.id, state, keys }
  return plan.after === undefined || plan.compare(row, plan.after) > 0 ? row : undefined
}

async function readerOf (engine: Engine, plan: Plan, state: ObjectState): Promise<RowReader> {
  const encrypted = plan.reads.some((name) => state.encrypted.has(name))
  return new RowReader(plan.schema, state, encrypted ? await engine.reader(state, plan.caller ?? await defaultCaller(engine, state.id)) : undefined)
}
