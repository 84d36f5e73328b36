// The types of a query. They look at the shape of a model's properties only, so that this file imports no class.

export interface Query<T> {
  readonly where?: Where<T>
  /** `'name'` ascending, `'-age'` descending; of equal rows the id decides. Rows without a value come last either way. */
  readonly orderBy?: Order<T> | readonly Order<T>[]
  /** At most so many rows; without it all. */
  readonly limit?: number | undefined
  /** The `cursor` of earlier rows of the same query: what follows them. */
  readonly after?: string | undefined
  /** Read encrypted fields as this object (an entity or an id); its private key must be on this node. */
  readonly as?: string | { readonly id: string }
}

export interface LiveOptions { readonly signal?: AbortSignal }

/** All of it must hold. A condition on a field that is sealed here holds never, and neither does its negation. */
export type Where<T> = { readonly [F in FieldOf<T>]?: FieldCondition<NonNullable<T[F]>> } & {
  readonly and?: readonly Where<T>[]
  readonly or?: readonly Where<T>[]
  readonly not?: Where<T>
}

export type Order<T> = FieldOf<T> | `-${FieldOf<T>}`

/** The names of the data properties of a model, `id` included. */
export type FieldOf<T> = { [K in keyof T & string]: K extends '$' ? never : T[K] extends (...args: never[]) => unknown ? never : K }[keyof T & string]

type FieldCondition<V> =
  V extends ListLike<infer Item> ? { readonly has?: Item, readonly not?: { readonly has?: Item } }
    : V extends DictLike ? { readonly has?: string, readonly not?: { readonly has?: string } }
      : V extends CounterLike ? Condition<number | bigint>
        : V extends RefLike ? Condition<string | { readonly id: string }>
          : Condition<V>

/** A bare value stands for `{ eq: value }`. `null` means null or no value at all. */
export type Condition<V> = Shorthand<V> | null | {
  readonly eq?: V | null
  readonly ne?: V | null
  readonly gt?: V
  readonly gte?: V
  readonly lt?: V
  readonly lte?: V
  readonly in?: readonly (V | null)[]
  readonly startsWith?: V & string
  /** An array holds this. */
  readonly has?: V extends readonly (infer Item)[] ? Item : never
  readonly not?: Condition<V>
}

/** An object would read as operators: `{ eq: { … } }` says what is meant. */
type Shorthand<V> = V extends string | number | bigint | boolean | Date | Uint8Array | readonly unknown[] | { readonly id: string } ? V : never

interface ListLike<Item> { toArray (): Item[], splice (start: number, count?: number, ...items: Item[]): unknown }
interface DictLike { entries (): Iterable<[string, unknown]>, has (key: string): boolean }
interface CounterLike { readonly exact: bigint }
interface RefLike { readonly id: string, open (...args: never[]): unknown }

/** The rows found, in order. */
export type Rows<T> = T[] & {
  /** Pass it as `after` for the rows that follow; undefined if there are none. It holds the last row's sort keys in the clear. */
  readonly cursor?: string | undefined
}

export interface LiveEvents<T> {
  /** A row that the query didn't have before. */
  added: (row: T) => void
  /** A newer snapshot of a row that it had. */
  changed: (row: T) => void
  /** The last snapshot of a row that it no longer has: removed, or no longer what the query asks for. */
  removed: (row: T) => void
}

/**
 * The rows of a query, and again after each change of them. What changes while the consumer is busy comes as one result.
 * A row that didn't change is the same entity as before. Ends by `break`, `stop()`, its signal, or with the node.
 */
export interface LiveQuery<T> extends AsyncIterable<Rows<T>>, AsyncDisposable {
  /** Tells of changes from now on; the rows that are there already are no news. */
  on<E extends keyof LiveEvents<T>> (event: E, listener: LiveEvents<T>[E]): this
  off<E extends keyof LiveEvents<T>> (event: E, listener: LiveEvents<T>[E]): this
  /** Idempotent. */
  stop (): void
}
