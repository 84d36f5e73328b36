import { DinemicError, isId } from '@dinemic/core'
import type { ObjectId } from '@dinemic/core'
import { didYouMean } from '../nearest.js'
import type { ModelSchema } from '../schema/types.js'

/**
 * What a listener wants to hear:
 *
 *   Model:id             creation and removal of objects, and nothing else
 *   Model:id:field       changes of a field, those of its elements included
 *   Model:id:field:key   changes of an element: in dicts by its key, in lists by the element's id
 *
 * `[anything]` and `*` stand for any text (also within a segment: `addr_*`); all else is literal. `field` is the name of
 * the property. A field that the class doesn't declare has no other name than the stored one, and only a wildcard reaches
 * it. `key` is the rest of the filter, so it may hold colons.
 */
export class Filter {
  readonly text: string
  readonly #model: Pattern
  readonly #id: Pattern
  readonly #field: Pattern | undefined
  readonly #key: Pattern | undefined

  constructor (text: string) {
    const segments = split(text)
    this.text = text
    this.#model = new Pattern(segments[0], text)
    this.#id = new Pattern(segments[1], text)
    this.#field = segments[2] === undefined ? undefined : new Pattern(segments[2], text)
    this.#key = segments[3] === undefined ? undefined : new Pattern(segments[3], text)
    if (this.#model.literal && this.#id.literal && !isId(`${segments[0]}:${segments[1]}`)) {
      throw badFilter(text, `'${segments[1]}' is no object's key. Write [id] for any object, or what follows the colon in an entity's id.`)
    }
  }

  matchesModel (model: string): boolean {
    return this.#model.matches(model)
  }

  /** `field` undefined: the change is about the object as a whole. `key` undefined: about the field as a whole. */
  matches (object: ObjectId, field: string | undefined, key: string | undefined): boolean {
    if ((field === undefined) !== (this.#field === undefined)) return false
    const colon = object.indexOf(':')
    return this.#model.matches(object.slice(0, colon)) && this.#id.matches(object.slice(colon + 1)) &&
      (field === undefined || this.#field!.matches(field)) &&
      (this.#key === undefined || (key !== undefined && this.#key.matches(key)))
  }

  /** Throws `ORM_BAD_FILTER` where no object of these models could ever match. */
  check (models: readonly ModelSchema[]): void {
    const matching = models.filter(({ name }) => this.#model.matches(name))
    if (matching.length === 0) {
      const names = models.map(({ name }) => name)
      throw badFilter(this.text, `this node has no model '${this.#model.text}'.${didYouMean(this.#model.text, names)} It has: ${names.join(', ') || 'none'}.`)
    }
    if (!this.#field?.literal) return
    const name = this.#field.text
    const fields = matching.flatMap((model) => model.fields.get(name) ?? [])
    if (fields.length === 0) {
      const names = matching.flatMap((model) => [...model.fields.keys()])
      throw badFilter(this.text, `${this.#model.text} has no field '${name}'.${didYouMean(name, names)} A field that the class doesn't declare is reached with a wildcard.`)
    }
    if (this.#key !== undefined && !fields.some(({ kind }) => kind === 'list' || kind === 'dict')) {
      throw badFilter(this.text, `'${name}' has no elements: it is neither a list nor a dict. Leave out the last segment.`)
    }
  }
}

/** One segment. */
class Pattern {
  readonly text: string
  /** No wildcard in it. */
  readonly literal: boolean
  readonly #regexp: RegExp | undefined

  constructor (text: string, filter: string) {
    if (text === '') throw badFilter(filter, 'it has an empty segment. Write * for anything.')
    const parts = text.split(WILDCARD)
    if (parts.some((part) => /[[\]]/.test(part))) throw badFilter(filter, `'${text}' has a bracket without its other half.`)
    this.text = text
    this.literal = parts.length === 1
    if (!this.literal) this.#regexp = new RegExp(`^${parts.map(escape).join('.*')}$`, 's')
  }

  matches (text: string): boolean {
    return this.#regexp?.test(text) ?? text === this.text
  }
}

/** Runs of wildcards are one: a pattern of many in a row would backtrack without bound. */
const WILDCARD = /(?:\*|\[[^[\]]*\])+/

function escape (literal: string): string {
  return literal.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

/** Two to four segments; what follows the third colon is the key, colons and all. */
function split (text: string): [string, string, string?, string?] {
  if (typeof text !== 'string') throw badFilter(String(text), `it is ${text === null ? 'null' : `of type ${typeof text}`}. A filter is text such as 'Person:[id]:[field]'.`)
  const [model, id, field, ...key] = text.split(':')
  if (model === undefined || id === undefined) throw badFilter(text, "it has one segment. A filter is Model:id, Model:id:field or Model:id:field:key, such as 'Person:[id]'.")
  if (field === undefined) return [model, id]
  return key.length === 0 ? [model, id, field] : [model, id, field, key.join(':')]
}

export function badFilter (filter: string, problem: string): DinemicError {
  return new DinemicError('ORM_BAD_FILTER', `The filter '${filter}': ${problem}`, { details: { filter } })
}
