import type { Print, RangeAnswer, ShownRanges } from './salted-ranges.js'

/** Ranges asked of in one request. */
export const RANGES_PER_REQUEST = 256

/** What the other side has under a prefix and this one lacks: short ids in hex. */
export interface Lacking { readonly prefix: string, readonly shortIds: readonly string[] }

export interface Walk {
  /** This side's set, under the same salt as the answers. */
  readonly ours: ShownRanges
  /** Answers the first of these prefixes, in their order, at least one; undefined where no answer comes. */
  readonly ask: (prefixes: readonly string[]) => Promise<readonly RangeAnswer[] | undefined>
  /** Whether a part that differs is left out. */
  readonly skips?: (part: Print & { readonly prefix: string }) => boolean
}

/**
 * Goes down the other side's set from the given prefixes to what this side lacks, the newest first, one step for each
 * answer. Ends early where no answer comes; since a walk keeps nothing, another goes on with what is lacking then.
 */
export async function * walk ({ ours, ask, skips = () => false }: Walk, prefixes: readonly string[]): AsyncGenerator<Lacking[]> {
  // Ascending, so that the newest are taken from the end.
  const open = [...prefixes].sort()
  while (open.length > 0) {
    const asked = open.splice(-RANGES_PER_REQUEST).reverse()
    const answers = await ask(asked)
    if (answers === undefined) return
    open.push(...asked.slice(answers.length).reverse())
    const lacking: Lacking[] = []
    const found: string[] = []
    for (const [i, answer] of answers.entries()) {
      const prefix = asked[i]!
      if ('ids' in answer) lacking.push(...await lackingOf(ours, prefix, answer.ids))
      else for (const part of await differing(ours, answer.parts)) if (!skips(part)) found.push(part.prefix)
    }
    // They lie under what was asked of last, behind all that is open.
    open.push(...found.sort())
    yield lacking
  }
}

async function lackingOf (ours: ShownRanges, prefix: string, ids: readonly string[]): Promise<Lacking[]> {
  if (ids.length === 0) return []
  const here = await ours.shortIds(prefix)
  const shortIds = ids.filter(id => !here.has(id))
  return shortIds.length === 0 ? [] : [{ prefix, shortIds }]
}

type Parts = Extract<RangeAnswer, { parts: unknown }>['parts']

async function differing (ours: ShownRanges, parts: Parts): Promise<Parts> {
  const found: Parts[number][] = []
  for (const part of parts) {
    const own = await ours.print(part.prefix)
    if (own.count !== part.count || own.print !== part.print) found.push(part)
  }
  return found
}
