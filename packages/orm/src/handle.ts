import { DinemicError, can, checkValue, grantsTo, isDinemicError, openGrants, parseId, readersOf } from '@dinemic/core'
import type { ForkProof, ObjectId, Right, Value } from '@dinemic/core'
import { Breath } from '@dinemic/replica'
import type { Engine } from '@dinemic/replica'
import { describe } from './cells/cell.js'
import type { Cell } from './cells/cell.js'
import { checkOptions } from './check-options.js'
import { checkSecret } from './check-secret.js'
import { conflictsIn } from './conflicts.js'
import { anyValue, hasValue, plain } from './generic-value.js'
import { GRANTING, RIGHTS, grantRequests, rightsOf, subjectOf } from './grants.js'
import { describeHistory } from './history.js'
import type { HistoryEntry } from './history.js'
import { checkStoredName } from './schema/names.js'
import type { AuthorizeOptions, Conflict, Handle, RevokeOptions, Subject } from './types.js'
import type { WorkingCopy } from './working-copy.js'
import type { CopyWriter } from './writer.js'

/** `entity.$` */
export class EntityHandle implements Handle {
  readonly #engine: Engine
  readonly #copy: WorkingCopy
  readonly #writer: CopyWriter

  constructor (engine: Engine, copy: WorkingCopy, writer: CopyWriter) {
    this.#engine = engine
    this.#copy = copy
    this.#writer = writer
  }

  get model (): string {
    return this.#copy.schema.name
  }

  get publicKey (): Uint8Array {
    return parseId(this.#copy.id).key.slice()
  }

  get caller (): ObjectId {
    return this.#copy.caller
  }

  get owned (): boolean {
    return this.#copy.owned
  }

  get dirty (): string[] {
    return [...[...this.#copy.cells].filter((cell) => this.#isDirty(cell)).map(({ field }) => field.property), ...this.#copy.undeclared.keys()]
  }

  get sealed (): string[] {
    return [...this.#copy.cells].filter(({ problem }) => isDinemicError(problem, 'ORM_FIELD_SEALED')).map(({ field }) => field.property)
  }

  readers (): ObjectId[] {
    return [...readersOf(this.#copy.state)]
  }

  writers (): (ObjectId | 'anyone')[] {
    const subjects = openGrants(this.#copy.state).filter(({ grant }) => grant.right === 'update').map(({ grant }) => grant.subject ?? 'anyone')
    return [...new Set(subjects)].sort()
  }

  can (right: Right, who: Subject = this.#copy.caller): boolean {
    checkRight(right)
    const subject = subjectOf(who)
    return subject === null ? grantsTo(this.#copy.state, null, right).length > 0 : can(this.#copy.state, subject, right)
  }

  authorize (who: Subject, options: AuthorizeOptions = {}): void {
    this.#checkOwner('authorize')
    checkOptions('$.authorize()', options, GRANTING)
    for (const grant of grantRequests(this.#copy.schema, who, options)) this.#copy.grants.add(grant)
  }

  revoke (who: Subject, options: RevokeOptions = {}): void {
    this.#checkOwner('revoke')
    checkOptions('$.revoke()', options, { read: 'boolean', update: 'boolean', remove: 'boolean', keep: 'list' })
    const { keep } = options
    this.#copy.revokes.add({ subject: subjectOf(who), rights: rightsOf(options), ...(keep === undefined ? {} : { keep: [...keep] }) })
  }

  async refresh (): Promise<void> {
    await this.#writer.refresh()
  }

  discard (): void {
    this.#copy.discard()
  }

  async history (): Promise<HistoryEntry[]> {
    const { id, caller, schema, state } = this.#copy
    const [records, now] = await Promise.all([this.#engine.history(id), this.#engine.state(id, { removed: true })])
    // The newest keys: updates may have come since the snapshot.
    return await new Breath(this.#engine.platform).all(describeHistory(records, schema, await this.#engine.reader(now ?? state, caller)))
  }

  async forks (): Promise<ForkProof[]> {
    return await this.#engine.forks(this.#copy.id)
  }

  conflicts (field: string): Conflict[] {
    const { state, reader, schema } = this.#copy
    return conflictsIn(state, schema.fields.get(field) ?? { name: field }, reader)
  }

  fields (): string[] {
    return [...this.#copy.state.fields].filter(([, field]) => hasValue(field)).map(([name]) => name).sort()
  }

  get (name: string): Value | undefined {
    const staged = this.#copy.undeclared.get(name)
    if (staged !== undefined) return staged.value
    const cell = this.#copy.cellStoredAs(name)
    if (cell?.held !== undefined && !isEmptyCollection(cell)) return plain(cell.held)
    if (cell !== undefined && this.#isDirty(cell)) return undefined
    const field = this.#copy.state.fields.get(name)
    return field === undefined ? undefined : anyValue(name, field, this.#copy.reader)
  }

  set (name: string, value: Value, options: { readonly encrypted?: boolean } = {}): void {
    checkOptions('$.set()', options, { encrypted: 'boolean' })
    checkStoredName(this.model, name)
    const { encrypted = false } = options
    const cell = this.#copy.cellStoredAs(name)
    const isSecret = this.#copy.state.encrypted.has(name)
    if (cell === undefined) {
      const check = () => checkValue(value, `${this.model}.${name}`)
      this.#copy.undeclared.set(name, { value: encrypted || isSecret ? checkSecret(`${this.model}.${name}`, check) : check(), encrypted })
    } else if (encrypted && !cell.field.encrypted && !isSecret) {
      throw new DinemicError('ORM_BAD_VALUE', `$.set('${name}', …, { encrypted: true }): the class declares ${cell.where} and doesn't encrypt it, so it would be written in the clear. Declare it with @Field(true).`, { details: { where: cell.where } })
    } else cell.held = value
  }

  delete (name: string): void {
    checkStoredName(this.model, name)
    const cell = this.#copy.cellStoredAs(name)
    const counter = this.#copy.state.fields.get(name)?.counter
    if (cell !== undefined) cell.held = undefined
    else if (counter === undefined) this.#copy.undeclared.set(name, { encrypted: false })
    else throw new DinemicError('ORM_BAD_VALUE', `$.delete('${name}') of ${this.#copy.id}: a counter stands under this name and can't be deleted, because others may be adding to it.`, { details: { id: this.#copy.id, name } })
  }

  seal (bytes: Uint8Array): Uint8Array {
    checkBytes('seal', bytes)
    const { id, state, reader } = this.#copy
    try {
      return reader.sealBytes(bytes)
    } catch (error) {
      if (state.epochs.size > 0 || !isDinemicError(error, 'ORM_FIELD_SEALED')) throw error
      throw new DinemicError('ORM_EPOCH_PENDING', `$.seal() of ${id}: nothing of this object is encrypted, so it has no key yet. It gets one with its first encrypted field: @Field(true), or $.set(name, value, { encrypted: true }), and save().`, { cause: error, details: { id } })
    }
  }

  unseal (bytes: Uint8Array): Uint8Array {
    checkBytes('unseal', bytes)
    return this.#copy.reader.openBytes(bytes)
  }

  /** A value that `save()` will refuse is staged all the same. */
  #isDirty (cell: Cell<unknown>): boolean {
    try {
      return this.#copy.changesOf(cell).length > 0
    } catch (error) {
      if (isDinemicError(error)) return true
      throw error
    }
  }

  #checkOwner (verb: string): void {
    const { id, caller, owned } = this.#copy
    if (caller === id) return
    const reason = owned ? `this entity acts as ${caller}. Open it without \`as\`` : 'its private key is not on this node. Do it where the object was created, or import its key: node.keys.import()'
    throw new DinemicError('ORM_NOT_OWNER', `$.${verb}() of ${id}: only the owner grants and revokes, and ${reason}.`, { details: { id, caller } })
  }
}

/** The owner may do everything, so a misspelt right would always be his. */
function checkRight (right: unknown): void {
  if (RIGHTS.includes(right as Right)) return
  throw new DinemicError('ORM_BAD_VALUE', `$.can() was asked for ${typeof right === 'string' ? `the right '${right}'` : `a right of type ${typeof right}`}. The rights are ${RIGHTS.join(', ')}.`)
}

function checkBytes (verb: string, bytes: unknown): void {
  if (bytes instanceof Uint8Array) return
  throw new DinemicError('ORM_BAD_VALUE', `$.${verb}() takes a Uint8Array and was given ${describe(bytes)}. Text: new TextEncoder().encode(text).`)
}

/** Then something of another kind may stand under the name. */
function isEmptyCollection ({ held }: Cell<unknown>): boolean {
  return typeof held === 'object' && held !== null && (('length' in held && held.length === 0) || ('size' in held && held.size === 0) || ('exact' in held && held.exact === 0n))
}
