import type { UpdateId, Verdict } from '../../src/types.js'
import { Sealed } from '../../src/update-types.js'
import type { Operation, Update } from '../../src/update-types.js'
import { cellsOf } from '../../src/update/operations.js'
import { chainKey, isGoodLink, linkOf } from '../../src/verdict/link.js'

/**
 * The values of an object straight from their definition: who has written a cell, without those that an update that counts
 * has superseded there, by a pointer or by following them on its chain.
 */
export interface Cell { readonly writers: UpdateId[], readonly shows: unknown }

export function cellsByDefinition (counting: readonly Update[]): Map<string, Cell> {
  const byId = new Map(counting.map(update => [update.id, update]))
  const encrypted = new Set(counting.flatMap(({ body }) => body.kind === 'genesis' || body.kind === 'keys' ? body.encrypted : []))
  const written = new Map<string, { update: Update, value: unknown }[]>()
  for (const update of counting) {
    for (const operation of operationsOf(update)) {
      if (operation.op === 'add' || operation.op === 'remove') continue
      for (const cell of cellsOf(operation)) written.set(cell, [...written.get(cell) ?? [], { update, value: valueIn(operation, cell) }])
    }
  }
  return new Map([...written].map(([cell, candidates]) => {
    const alive = candidates
      .filter(({ update }) => !candidates.some(other => other.update.supersedes.includes(update.id) || isBefore(byId, update, other.update)))
      .filter(({ update, value }) => cell.startsWith('position ') || value === undefined || value instanceof Sealed || !isEncrypted(update, cell, encrypted))
      .sort((a, b) => shownFirst(a.update, b.update))
    return [cell, { writers: alive.map(({ update }) => update.id), shows: alive[0]?.value }]
  }))
}

/** Of each deleted element the least of the updates that delete it. */
export function deletesByDefinition (counting: readonly Update[]): Map<string, UpdateId> {
  const deletes = new Map<string, UpdateId>()
  for (const update of counting) {
    for (const operation of operationsOf(update)) {
      if (operation.op !== 'remove') continue
      const element = `${operation.field} ${operation.element}`
      deletes.set(element, [update.id, deletes.get(element) ?? update.id].sort()[0]!)
    }
  }
  return deletes
}

/** Sums of increments; of several endorsements of one proposal, in each counter that of the least id. */
export function countersByDefinition (counting: readonly Update[]): Map<string, bigint> {
  const sums = new Map<string, bigint>()
  for (const update of counting) {
    for (const operation of operationsOf(update)) {
      if (operation.op !== 'add' || counting.some(other => other.id < update.id && endorsesTheSame(other, update) && adds(other, operation.field))) continue
      sums.set(operation.field, (sums.get(operation.field) ?? 0n) + BigInt(operation.amount))
    }
  }
  return sums
}

/** Pointers of what counts to what doesn't, with the cells that they would kill. */
export function awaitedByDefinition (counting: readonly Update[], verdict: (id: UpdateId) => Verdict | undefined): { target: UpdateId, writer: UpdateId, cells: string[] }[] {
  return counting.flatMap(update => {
    const cells = operationsOf(update).filter(({ op }) => op !== 'add' && op !== 'remove').flatMap(cellsOf).sort()
    return cells.length === 0 ? [] : update.supersedes.filter(id => verdict(id) !== 'ok').map(target => ({ target, writer: update.id, cells }))
  })
}

function endorsesTheSame ({ body: a }: Update, { body: b }: Update): boolean {
  return a.kind === 'change' && b.kind === 'change' && a.via !== null && a.via.id === b.via?.id
}

function adds (update: Update, field: string): boolean {
  return operationsOf(update).some(operation => operation.op === 'add' && operation.field === field)
}

function operationsOf ({ body }: Update): readonly Operation[] {
  return body.kind === 'genesis' || body.kind === 'change' ? body.operations : []
}

function valueIn (operation: Operation, cell: string): unknown {
  if (cell.startsWith('position ')) return (operation as { position: string }).position
  return 'value' in operation ? operation.value : undefined
}

function isEncrypted (update: Update, cell: string, encrypted: ReadonlySet<string>): boolean {
  return operationsOf(update).some(operation => encrypted.has(operation.field) && cellsOf(operation).includes(cell))
}

function isBefore (byId: ReadonlyMap<UpdateId, Update>, ancestor: Update, of: Update): boolean {
  for (let at: Update | undefined = of; at !== undefined;) {
    const prev: Update | undefined = at.prev === null ? undefined : byId.get(at.prev)
    if (prev === undefined || !isGoodLink(linkOf(prev), at) || chainKey(prev) !== chainKey(at)) return false
    if (prev === ancestor) return true
    at = prev
  }
  return false
}

/** The later clock, then the owner, then the greater author, then the greater id. */
function shownFirst (a: Update, b: Update): number {
  const rank = ({ clock, author, id }: Update): [bigint, string, string] => [clock, author ?? '~', id]
  const [x, y] = [rank(a), rank(b)]
  for (let i = 0; i < 3; i++) if (x[i] !== y[i]) return x[i]! > y[i]! ? -1 : 1
  return 0
}
