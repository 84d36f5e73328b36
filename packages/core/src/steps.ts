/** Long work in small steps: whoever runs it may do something else in between. */
export type Steps<T> = Generator<undefined, T>

/** All steps at once. */
export function finish<T> (steps: Steps<T>): T {
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value
}

/** Sorted at once; then two runs each are merged. */
const RUN = 512
/** Items that are moved in one step. */
const MOVED = 64

/** The same as `items.sort(compare)` gives, equal ones in the order in which they came. */
export function * sortInSteps<T> (items: readonly T[], compare: (a: T, b: T) => number): Steps<T[]> {
  let runs: T[][] = []
  for (let at = 0; at < items.length; at += RUN) {
    runs.push(items.slice(at, at + RUN).sort(compare))
    yield
  }
  while (runs.length > 1) {
    const longer: T[][] = []
    for (let i = 0; i < runs.length; i += 2) longer.push(yield * merge(runs[i]!, runs[i + 1] ?? [], compare))
    runs = longer
  }
  return runs[0] ?? []
}

function * merge<T> (left: readonly T[], right: readonly T[], compare: (a: T, b: T) => number): Steps<T[]> {
  const merged: T[] = []
  for (let i = 0, j = 0; i < left.length || j < right.length;) {
    const isLeft = j >= right.length || (i < left.length && compare(left[i]!, right[j]!) <= 0)
    merged.push(isLeft ? left[i++]! : right[j++]!)
    if (merged.length % MOVED === 0) yield
  }
  return merged
}
