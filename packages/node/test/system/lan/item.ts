// Used in two worlds, so what it needs of the package is handed in.
import type * as dinemic from '../../../src/index.js'

/** One field of each kind that merges in a way of its own. */
export interface Item {
  name: string
  note?: string
  secret?: string
  tags: dinemic.List<string>
  phones: dinemic.Dict<string>
  visits: dinemic.Counter
}

/** All that two nodes must have in common of an object. */
export interface Shown {
  readonly name: string
  readonly note: string | undefined
  readonly tags: readonly string[]
  readonly phones: Readonly<Record<string, string>>
  readonly visits: number
  readonly writers: readonly string[]
  readonly updates: readonly string[]
}

/** By the objects' ids. */
export type Content = Readonly<Record<string, Shown>>

/** Fields whose after-hooks tell what they show from then on. */
export const PLAIN = ['name', 'note', 'visits'] as const

export function defineItem ({ Entity, define }: Pick<typeof dinemic, 'Entity' | 'define'>) {
  class ItemModel extends Entity {}
  define(ItemModel, 'Item', { name: {}, note: {}, secret: true, tags: { kind: 'list' }, phones: { kind: 'dict' }, visits: { kind: 'counter' } })
  return ItemModel as unknown as abstract new () => Item & dinemic.Entity
}

export async function show ({ name, note, tags, phones, visits, $ }: Item & dinemic.Entity): Promise<Shown> {
  const updates = (await $.history()).map(({ id, verdict }) => `${id} ${verdict}`).sort()
  const entries = [...phones.entries()].sort(([a], [b]) => a < b ? -1 : 1)
  return { name, note, tags: tags.toArray(), phones: Object.fromEntries(entries), visits: visits.value, writers: $.writers().sort(), updates }
}
