import { EMPTY_FIELD } from '@dinemic/core'
import type { Candidate, ObjectState, Operation, Update } from '@dinemic/core'

export function operationsOf ({ body }: Update): readonly Operation[] {
  return body.kind === 'genesis' || body.kind === 'change' ? body.operations : []
}

/** The candidates of each cell that an operation writes, as one state has them. */
function cellsOf (state: ObjectState, operation: Operation): (readonly Candidate<unknown>[])[] {
  const field = state.fields.get(operation.field) ?? EMPTY_FIELD
  switch (operation.op) {
    case 'set': case 'delete': return [field.register]
    case 'put': case 'drop': return [field.dict.get(operation.key) ?? []]
    case 'insert': return [field.list.get(operation.element)?.value ?? [], field.list.get(operation.element)?.position ?? []]
    case 'replace': return [field.list.get(operation.element)?.value ?? []]
    case 'move': return [field.list.get(operation.element)?.position ?? []]
    case 'remove': case 'add': return []
  }
}

/** All candidates of the cells that an operation writes. */
export function candidatesOf (state: ObjectState, operation: Operation): Candidate<unknown>[] {
  return cellsOf(state, operation).flat()
}

/** Whether a cell that the operation writes has concurrent values. An element that is deleted stays so, whatever it holds. */
export function isContested (state: ObjectState, operation: Operation): boolean {
  const element = 'element' in operation ? state.fields.get(operation.field)?.list.get(operation.element) : undefined
  return (element?.deleted ?? null) === null && cellsOf(state, operation).some(cell => cell.length > 1)
}

/** Whether what an operation writes, adds to or ends is other in one state than in the other. */
export function differs (before: ObjectState, now: ObjectState, operation: Operation): boolean {
  return standing(before, operation) !== standing(now, operation)
}

/** Who made what an operation writes, adds to or ends as it is: what can't be superseded included. */
function standing (state: ObjectState, operation: Operation): string {
  const field = state.fields.get(operation.field) ?? EMPTY_FIELD
  if (operation.op === 'add') return `${field.counter} of ${field.increments}`
  const element = 'element' in operation ? field.list.get(operation.element) : undefined
  const candidates = operation.op === 'remove' ? [...element?.value ?? [], ...element?.position ?? []] : candidatesOf(state, operation)
  return [element?.deleted, ...candidates.map(({ update }) => update)].join(' ')
}
