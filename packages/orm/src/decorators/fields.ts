import type { Counter as CounterCollection } from '../collections/counter.js'
import type { Dict as DictCollection } from '../collections/dict.js'
import type { List as ListCollection } from '../collections/list.js'
import type { Ref as RefValue } from '../collections/ref.js'
import { noteField } from '../schema/notes.js'
import type { FieldNote } from '../schema/notes.js'
import { fieldNote } from '../schema/options.js'
import type { FieldOptions } from '../schema/options.js'
import type { EntityBase, ModelClass } from '../types.js'
import { badBrackets, fieldDecorator } from './kernel.js'
import type { MemberDecorator } from './kernel.js'

/** On a property of any type: `Value` can't be asked for, because TypeScript holds that interfaces don't match its maps. */
export interface FieldDecorator {
  (target: undefined, context: ClassFieldDecoratorContext): void
  (target: object, property: string): void
}

/** On a property that holds a collection, and on no other. */
export interface CollectionDecorator<V> {
  <This, Held extends V | undefined>(target: undefined, context: ClassFieldDecoratorContext<This, Held>): void
  <Property extends string>(target: { readonly [K in Property]?: V }, property: Property): void
}

// Each of these names is two things, a decorator and the type of the property under it: `@List() tags!: List<string>`.
// One import serves both, and with `emitDecoratorMetadata` the compiler finds a value where it expects a class.
export type List<T> = ListCollection<T>
export type Dict<T> = DictCollection<T>
export type Counter = CounterCollection
export type Ref<T extends object> = RefValue<T>

/** A value. `true`: encrypted. */
export function Field (options?: true | FieldOptions, ...nothing: []): FieldDecorator {
  checkBrackets('Field', nothing)
  return noting('Field', { ...fieldNote('@Field()', options), kind: 'value' })
}

/** A list of values that peers may edit at once. `true`: encrypted. */
export function List (options?: true | FieldOptions, ...nothing: []): CollectionDecorator<ListCollection<unknown>> {
  checkBrackets('List', nothing)
  return noting('List', { ...fieldNote('@List()', options), kind: 'list' })
}

/** A map from strings to values that peers may edit at once. `true`: encrypted values under clear keys. */
export function Dict (options?: true | FieldOptions, ...nothing: []): CollectionDecorator<DictCollection<unknown>> {
  checkBrackets('Dict', nothing)
  return noting('Dict', { ...fieldNote('@Dict()', options), kind: 'dict' })
}

/** A sum of increments. Never encrypted: `ORM_BAD_VALUE`. */
export function Counter (options?: Omit<FieldOptions, 'encrypted'>, ...nothing: []): CollectionDecorator<CounterCollection> {
  checkBrackets('Counter', nothing)
  return noting('Counter', { ...fieldNote('@Counter()', options), kind: 'counter' })
}

/** Points to an object of another model. That class is given by a function because it may be defined later. */
export function Ref<T extends EntityBase> (target: () => ModelClass<T>, options?: true | FieldOptions): CollectionDecorator<RefValue<T>> {
  return noting('Ref', { ...fieldNote('@Ref()', options), kind: 'ref', target })
}

/** Keeps the field in order, so that `find` by it reads no more than it gives. Beside `@Field()` or another, not alone. */
export function Index (...nothing: []): FieldDecorator {
  checkBrackets('Index', nothing)
  return noting('Index', { indexed: true })
}

/** Standard decorators without brackets are called with `undefined` and a context, which look like no options. */
function checkBrackets (decorator: string, nothing: readonly unknown[]): void {
  if (nothing.length > 0) throw badBrackets(decorator, `@${decorator}()`)
}

function noting (decorator: string, note: FieldNote): MemberDecorator {
  return fieldDecorator(decorator, (notes, property) => { noteField(notes, property, note) })
}
