// Used in two worlds, so what it needs of the package is handed in.
import type * as dinemic from '../../../src/index.js'

/** What each update moves together: `n`, `twin` and the length of `steps` are always the same. */
export interface Account {
  readonly id: string
  n: number
  twin: number
  secret: string
  steps: dinemic.List<number>
  visits: dinemic.Counter
  /** The id of the other one that was created in the same transaction. */
  partner?: string
}

/** All that an object shows, for comparing. */
export interface Shown { readonly n: number, readonly twin: number, readonly steps: readonly number[], readonly visits: number, readonly partner: string | undefined, readonly updates: readonly string[] }

/** What the program tells its parent. */
export type Told =
  | { readonly told: 'heard', readonly id: string, readonly n: number }
  | { readonly told: 'saved', readonly id: string, readonly n: number }
  | { readonly told: 'paired', readonly ids: readonly [string, string] }
  | { readonly told: 'started', readonly content: Readonly<Record<string, Shown>>, readonly secrets: Readonly<Record<string, string>> }

export function defineAccount ({ Entity, define }: Pick<typeof dinemic, 'Entity' | 'define'>) {
  class AccountModel extends Entity {}
  define(AccountModel, 'Account', { n: {}, twin: {}, secret: true, steps: { kind: 'list' }, visits: { kind: 'counter' }, partner: {} })
  return AccountModel as unknown as abstract new () => Account & dinemic.Entity
}

export async function show (account: Account & dinemic.Entity): Promise<Shown> {
  const updates = (await account.$.history()).map(({ id }) => id).sort()
  return { n: account.n, twin: account.twin, steps: account.steps.toArray(), visits: account.visits.value, partner: account.partner, updates }
}
