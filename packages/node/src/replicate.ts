import { isId, parseId } from '@dinemic/core'
import { didYouMean, schemaOf } from '@dinemic/orm'
import type { ModelClass } from '@dinemic/orm'

/** What is wrong with the option `replicate`, beside the models of the same options. */
export function problemOfReplicate (value: unknown, models: unknown): string | undefined {
  const forms = "give 'all', or models with what is replicated of each, such as { Person: { ids: [id, …] }, Company: true }"
  if (value === 'all') return undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${forms}, instead of ${Array.isArray(value) ? 'a list' : JSON.stringify(value) ?? typeof value}`
  const names = namesOf(models)
  for (const [model, wish] of Object.entries(value as Record<string, unknown>)) {
    if (names !== undefined && !names.includes(model)) return `there is no model '${model}' among models.${didYouMean(model, names)} Without classes a node replicates with 'all'`
    const problem = wish === true ? undefined : problemOfIds(model, wish)
    if (problem !== undefined) return problem
  }
  return undefined
}

function problemOfIds (model: string, wish: unknown): string | undefined {
  const ids = typeof wish === 'object' && wish !== null && Object.keys(wish).join() === 'ids' ? (wish as { ids: unknown }).ids : undefined
  if (!Array.isArray(ids)) return `${model}: give true for all its objects, or { ids: [id, …] } for some`
  const bad = ids.find(id => !isId(id) || parseId(id).model !== model) as unknown
  return bad === undefined ? undefined : `${model}: ${typeof bad === 'string' ? JSON.stringify(bad) : `a value of type ${typeof bad}`} is not the id of a ${model}`
}

/** Undefined where they aren't known: what is wrong with the models themselves is told elsewhere. */
function namesOf (models: unknown): string[] | undefined {
  try {
    return (models as ModelClass[]).map(model => schemaOf(model).name)
  } catch {
    return undefined
  }
}
