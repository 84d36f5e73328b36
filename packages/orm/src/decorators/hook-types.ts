import type { Change } from '../change.js'
import type { Entity } from '../entity.js'
import type { DataKeys } from '../types.js'

/**
 * A decorator of a method that takes the change. `Host` is the class, `M` its method, `F` the fields that it hears of.
 * The same checks stand in both signatures: the first is that of standard decorators, the second that of legacy ones.
 */
export interface HookDecorator<F extends string> {
  <Host extends object, M extends HookMethod>(method: M, context: ClassMethodDecoratorContext<Host> & Fits<Host, M, F>): void
  <Host extends object, M extends HookMethod>(host: Host & Fits<Host, M, F>, name: string, method: TypedPropertyDescriptor<M>): void
}

type HookMethod = (change: never) => unknown

/** Without a field: all of them. */
export interface FieldHook {
  (): HookDecorator<AnyField>
  <F extends string>(field: F): HookDecorator<F>
}

/** Hooks of creation and removal are about no field. */
export type ObjectHook = () => HookDecorator<AnyField>

/** Stands for no field named; a string, so that `F extends string` may hold it. */
export type AnyField = '*'

/** `unknown`, which any type meets, or a text that none does and that the compiler shows. */
type Fits<Host, M extends HookMethod, F extends string> =
  Host extends Entity ? FitsModel<Host, Taken<M>, F> : FitsListener<Taken<M>, F>

/** The model is the one that the change speaks of. Filters may leave few fields over, so a method may take changes of those alone. */
type FitsListener<C, F extends string> =
  C extends { readonly object: infer T extends Entity }
    ? F extends AnyField ? unknown : FitsModel<T, C, F>
    : Takes<Change, C>

type FitsModel<T extends Entity, C, F extends string> =
  F extends AnyField
    ? Takes<Change<T>, C>
    : [DataKeys<T>] extends [never]
        ? unknown
        : F extends DataKeys<T> ? Takes<Change<T, F>, C> : `'${F}' is not a field of the model`

/** That the method takes all that the hook may give it. TypeScript compares methods in both directions, and would let it pass. */
type Takes<Given, C> = [Given] extends [C] ? unknown : 'the method must take a Change of this model and field'

/** What the method takes; a method without parameters takes anything. */
type Taken<M extends HookMethod> = Parameters<M> extends readonly [] ? unknown : Parameters<M>[0]
