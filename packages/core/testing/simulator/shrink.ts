/**
 * A shorter list that still fails: delta debugging (Zeller & Hildebrandt, 2002) by ever smaller parts, at most `budget`
 * runs. `fails` is asked about lists in the original order only.
 */
export async function shrinkList<T> (items: readonly T[], fails: (items: readonly T[]) => Promise<boolean>, budget: number): Promise<readonly T[]> {
  let shortest = items
  let runs = 0
  for (let size = Math.ceil(items.length / 2); size >= 1 && runs < budget; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < shortest.length && runs < budget;) {
      const candidate = [...shortest.slice(0, at), ...shortest.slice(at + size)]
      runs++
      if (await fails(candidate)) shortest = candidate
      else at += size
    }
  }
  return shortest
}

/** The least number from `low` on that still fails, by halving: `high` is known to. */
export async function shrinkNumber (low: number, high: number, fails: (value: number) => Promise<boolean>): Promise<number> {
  let least = high
  for (let floor = low; floor < least;) {
    const middle = Math.floor((floor + least) / 2)
    if (await fails(middle)) least = middle
    else floor = middle + 1
  }
  return least
}
