import { Sealed, cellsOf, chainKey, dictCell, elementCell, isGoodLink, linkOf, positionCell, refKey, registerCell, verdictOf } from '@dinemic/core'
import type { Candidate, Link, ObjectState, Operation, Update, UpdateId, Verdict } from '@dinemic/core'
import { grantsOf } from '../library.js'

export function verdictsByDefinition (updates: readonly Update[]): Map<UpdateId, Verdict> {
  const links = new Map<UpdateId, Link>(updates.map(update => [update.id, linkOf(update)]))
  return new Map(updates.map(({ id }) => [id, verdictOf(links, links.get(id)!)]))
}

/** What an object shows, as lines, straight from the definition: which writers stand in which cell, and what counts besides. */
export function linesByDefinition (updates: readonly Update[], verdicts: ReadonlyMap<UpdateId, Verdict>): string[] {
  const counting = updates.filter(({ id }) => verdicts.get(id) === 'ok')
  const names = new Set(counting.flatMap(({ body }) => body.kind === 'genesis' || body.kind === 'keys' ? body.encrypted : []))
  const final = counting.filter(({ body, author }) => body.kind === 'remove' && author === null)
  const removes = final.length > 0 ? final : counting.filter(({ body }) => body.kind === 'remove')
  return sortedLines([
    ...cellLines(counting, names), ...counterLines(counting),
    ...deletionLines(counting),
    ...counting.filter(({ body }) => body.kind === 'genesis').map(({ id }) => `genesis ${id}`).sort().slice(0, 1),
    ...counting.flatMap(update => grantsOf(update).map((_, index) => `grant ${refKey({ id: update.id, index })}`)),
    ...counting.filter(({ body }) => body.kind === 'close').map(({ id }) => `close ${id}`),
    ...[...names].map(name => `encrypted ${name}`),
    ...removes.map(({ id }) => id).sort().slice(0, 1).map(id => `removed by ${id}`)
  ])
}

/** The same lines of a state that was merged. */
export function linesOf (state: ObjectState): string[] {
  const lines: string[] = []
  const put = (cell: string, register: readonly Candidate<unknown>[]): void => {
    if (register.length > 0) lines.push(`${cell} by ${register.map(({ update }) => update).sort().join(' ')} shows ${register[0]!.update}`)
  }
  for (const [field, { register, dict, list, counter }] of state.fields) {
    put(registerCell(field), register)
    for (const [key, values] of dict) put(dictCell(field, key), values)
    for (const [element, { value, position, deleted }] of list) {
      put(elementCell(field, element), value)
      put(positionCell(field, element), position)
      if (deleted !== null) lines.push(`${field} without ${element} by ${deleted}`)
    }
    if (counter !== undefined) lines.push(`${field} counts ${counter}`)
  }
  lines.push(...state.genesis === null ? [] : [`genesis ${state.genesis}`], ...[...state.grants.values()].map(({ ref }) => `grant ${refKey(ref)}`), ...[...state.closes.keys()].map(id => `close ${id}`))
  lines.push(...[...state.encrypted.keys()].map(name => `encrypted ${name}`), ...state.removed === null ? [] : [`removed by ${state.removed.update}`])
  return sortedLines(lines)
}

function cellLines (counting: readonly Update[], names: ReadonlySet<string>): string[] {
  const byId = new Map(counting.map(update => [update.id, update]))
  const written = new Map<string, { readonly update: Update, readonly clear: boolean }[]>()
  for (const update of counting) {
    for (const operation of operationsOf(update)) {
      if (operation.op === 'add' || operation.op === 'remove') continue
      for (const cell of cellsOf(operation)) {
        const clear = 'value' in operation && !(operation.value instanceof Sealed) && names.has(operation.field) && cell !== positionOf(operation)
        written.set(cell, [...written.get(cell) ?? [], { update, clear }])
      }
    }
  }
  return [...written].flatMap(([cell, writers]) => {
    const alive = writers
      .filter(({ update, clear }) => !clear && !writers.some(other => other.update.supersedes.includes(update.id) || follows(byId, other.update, update)))
      .map(({ update }) => update)
    return alive.length === 0 ? [] : [`${cell} by ${alive.map(({ id }) => id).sort().join(' ')} shows ${alive.reduce((a, b) => isShownBefore(b, a) ? b : a).id}`]
  })
}

/** Of each deleted element the least of the updates that delete it. */
function deletionLines (counting: readonly Update[]): string[] {
  const least = new Map<string, UpdateId>()
  for (const update of counting) {
    for (const operation of operationsOf(update)) {
      if (operation.op !== 'remove') continue
      const element = `${operation.field} without ${operation.element}`
      const known = least.get(element)
      if (known === undefined || update.id < known) least.set(element, update.id)
    }
  }
  return [...least].map(([element, id]) => `${element} by ${id}`)
}

function counterLines (counting: readonly Update[]): string[] {
  const sums = new Map<string, bigint>()
  for (const update of counting) {
    const via = viaOf(update)
    const others = via === undefined ? [] : counting.filter(other => other.id < update.id && viaOf(other) === via)
    for (const operation of operationsOf(update)) {
      if (operation.op !== 'add' || others.some(other => adds(other, operation.field))) continue
      sums.set(operation.field, (sums.get(operation.field) ?? 0n) + BigInt(operation.amount))
    }
  }
  return [...sums].map(([field, sum]) => `${field} counts ${sum}`)
}

/** Whether one update comes after another on the same branch of one chain. */
function follows (byId: ReadonlyMap<UpdateId, Update>, later: Update, earlier: Update): boolean {
  for (let at = later; at.seq > earlier.seq;) {
    const prev = at.prev === null ? undefined : byId.get(at.prev)
    if (prev === undefined || !isGoodLink(linkOf(prev), at) || chainKey(prev) !== chainKey(at)) return false
    if (prev.id === earlier.id) return true
    at = prev
  }
  return false
}

/** The later clock, then the owner, then the greater author, then the greater id. */
function isShownBefore (a: Update, b: Update): boolean {
  if (a.clock !== b.clock) return a.clock > b.clock
  if (a.author !== b.author) return a.author === null || (b.author !== null && a.author > b.author)
  return a.id > b.id
}

function positionOf (operation: Operation): string | undefined {
  return 'position' in operation ? positionCell(operation.field, operation.element) : undefined
}

function viaOf ({ body }: Update): UpdateId | undefined {
  return body.kind === 'change' ? body.via?.id : undefined
}

function adds (update: Update, field: string): boolean {
  return operationsOf(update).some(operation => operation.op === 'add' && operation.field === field)
}

function operationsOf ({ body }: Update): readonly Operation[] {
  return body.kind === 'genesis' || body.kind === 'change' ? body.operations : []
}

function sortedLines (lines: readonly string[]): string[] {
  return [...lines].sort()
}
