import { DinemicError } from '@dinemic/core'
import type { FieldState, Operation } from '@dinemic/core'
import { Counter, MAX_INCREMENT, increment } from '../collections/counter.js'
import type { CounterBox } from '../collections/counter.js'
import type { FieldSchema } from '../schema/types.js'
import { Cell } from './cell.js'

/** `@Counter()`: a sum. The only content that is never empty: nothing and zero are the same. */
export class CounterCell extends Cell<bigint> {
  protected readonly empty = 0n
  readonly #box: CounterBox
  readonly #counter: Counter

  constructor (entity: object, model: string, field: FieldSchema) {
    super(entity, model, field)
    this.#box = { where: this.where, sum: 0n, isReadOnly: false }
    this.#counter = new Counter(this.#box)
  }

  override lock (): void {
    this.#box.isReadOnly = true
  }

  /** For `create()`: the first value is an increment. */
  begin (value: unknown): void {
    this.#counter.add(value instanceof Counter ? value.exact : increment(value, this.where))
  }

  protected read (state: FieldState): bigint {
    return state.counter ?? 0n
  }

  protected present (content: () => bigint): unknown {
    this.#box.sum = content()
    return this.#counter
  }

  protected accept (held: unknown): bigint {
    if (held === this.#counter) return this.#box.sum
    throw this.#refused('assigned')
  }

  protected isEmpty (): boolean {
    return false
  }

  protected override whenDeleted (): Operation[] {
    throw this.#refused('deleted')
  }

  protected diff (from: bigint, to: bigint): Operation[] {
    const amount = to - from
    if (amount === 0n) return []
    if (amount > MAX_INCREMENT || amount < -MAX_INCREMENT) {
      throw new DinemicError('ORM_TOO_LARGE', `${this.where}: ${amount} is staged, and one save adds at most ±(2^53 − 1). Save in between.`, { details: { where: this.where } })
    }
    return [{ op: 'add', field: this.field.name, amount: Number(amount) }]
  }

  protected replay (content: bigint, operations: readonly Operation[]): bigint {
    return operations.reduce((sum, operation) => operation.op === 'add' ? sum + BigInt(operation.amount) : sum, content)
  }

  #refused (what: string): DinemicError {
    return new DinemicError('ORM_BAD_VALUE', `${this.where} is a counter and can't be ${what}: others may be adding to it. Use add(), with a negative number to subtract; $.discard() undoes this.`, { details: { where: this.where } })
  }
}
