import { DinemicError, LIMITS, parseId } from '@dinemic/core'
import type { ObjectId, Right } from '@dinemic/core'
import type { GrantRequest } from '@dinemic/replica'
import { checkOptions } from './check-options.js'
import type { OptionKinds } from './check-options.js'
import { checkStoredName } from './schema/names.js'
import type { ModelSchema } from './schema/types.js'
import type { AuthorizeOptions, CreateOptions, Grantee, Rights, Subject } from './types.js'

export const RIGHTS: readonly Right[] = ['read', 'update', 'remove']

const LIMITING: OptionKinds<AuthorizeOptions> = { fields: 'list', limit: 'number' }
/** What a grant takes. */
export const GRANTING: OptionKinds<AuthorizeOptions> = { read: 'boolean', update: 'boolean', remove: 'boolean', ...LIMITING }
const CREATING: OptionKinds<CreateOptions> = { authorized: 'list', readers: 'list', writers: 'list' }

/** An entity or an id, checked: `CORE_BAD_ID`, also for what has no id, such as a promise of an entity. */
export function idOf (who: ObjectId | { readonly id: ObjectId }): ObjectId {
  const id = typeof who === 'object' && who !== null && 'id' in who ? who.id : who
  parseId(id)
  return id
}

/** Null: anyone. */
export function subjectOf (who: Subject): ObjectId | null {
  return who === 'anyone' ? null : idOf(who)
}

/** The rights that `{ remove: false }` or `{ read: true }` means; without a word all of them. */
export function rightsOf (options: Rights): Right[] {
  const named = RIGHTS.filter((right) => options[right] === true)
  return named.length > 0 ? named : RIGHTS.filter((right) => options[right] !== false)
}

/** One grant for each right, so that closing one leaves what is written under the others alone. */
export function grantRequests (schema: ModelSchema, who: Subject, options: AuthorizeOptions = {}): GrantRequest[] {
  const subject = subjectOf(who)
  return grantedRights(subject, options).map((right) => ({
    subject,
    right,
    ...(right === 'update' && options.fields !== undefined ? { fields: storedNames(schema, options.fields) } : {}),
    ...limitOf(subject, right, options)
  }))
}

/** The first grants of a new object: those asked for, and those that the model gives to anyone. */
export function firstGrants (schema: ModelSchema, options: CreateOptions): GrantRequest[] {
  checkOptions(`${schema.name}.create()`, options, CREATING)
  return [
    ...openGrants(schema),
    ...(options.authorized ?? []).flatMap((grantee) => grantTo(schema, grantee, { rights: {}, kinds: GRANTING })),
    ...(options.readers ?? []).flatMap((who) => grantRequests(schema, who, { read: true })),
    ...(options.writers ?? []).flatMap((grantee) => grantTo(schema, grantee, { rights: { update: true }, kinds: LIMITING }))
  ]
}

function openGrants (schema: ModelSchema): GrantRequest[] {
  if (schema.openToAnyone) return grantRequests(schema, 'anyone')
  const fields = [...schema.fields.values()].filter(({ openToAnyone }) => openToAnyone).map(({ property }) => property)
  return fields.length === 0 ? [] : grantRequests(schema, 'anyone', { fields })
}

/** An entity has an id as well, and a `remove` that says nothing about rights. */
function grantTo (schema: ModelSchema, grantee: Grantee, { rights, kinds }: { rights: Rights, kinds: OptionKinds<AuthorizeOptions> }): GrantRequest[] {
  if (typeof grantee !== 'object' || grantee === null || '$' in grantee) return grantRequests(schema, grantee, rights)
  if (!('id' in grantee)) idOf(grantee) // throws: who it is can't be told
  const { id, ...options } = grantee
  checkOptions(`A grant to ${String(id)}`, options, kinds)
  return grantRequests(schema, id, { ...options, ...rights })
}

function grantedRights (subject: ObjectId | null, options: AuthorizeOptions): Right[] {
  const impossible = RIGHTS.find((right) => options[right] === true && right !== 'update' && (subject === null || (right === 'remove' && options.fields !== undefined)))
  if (impossible !== undefined) {
    const reason = subject === null ? 'anyone may be given update alone' : 'a right that is limited to fields never includes remove'
    throw new DinemicError('ORM_BAD_VALUE', `${impossible} can't be granted here: ${reason}. Leave it out.`)
  }
  if (subject === null) return options.update === false ? [] : ['update']
  return rightsOf(options).filter((right) => right !== 'remove' || options.fields === undefined)
}

function limitOf (subject: ObjectId | null, right: Right, { limit }: AuthorizeOptions): { limit?: number } {
  if (limit === undefined) return subject === null ? { limit: LIMITS.openGrant } : {}
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new DinemicError('ORM_BAD_VALUE', `limit is ${String(limit)}: how many updates an author may write is an integer from 1 on. Leave it out for no limit.`)
  }
  return right === 'read' ? {} : { limit }
}

/** A grant speaks of the names in the object, also of ones that the class doesn't declare. */
function storedNames (schema: ModelSchema, fields: readonly string[]): string[] {
  if (fields.length === 0) throw new DinemicError('ORM_BAD_VALUE', 'A grant for no field grants nothing: fields is empty. Name some, or leave it out for all of them.')
  for (const field of fields) checkStoredName(schema.name, field)
  return [...new Set(fields.map((field) => schema.fields.get(field)?.name ?? field))].sort()
}
