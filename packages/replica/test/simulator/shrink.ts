import { shrinkList, shrinkNumber } from '@dinemic/core/testing'
import { run } from './run.js'
import type { RunOptions } from './run.js'

/** How many runs may go into making a failure smaller. */
const BUDGET = 150
/** A list of more steps tells nobody anything. */
const READABLE = 60

/** The same seed with fewer nodes and steps that still breaks a rule: any rule, as the first may hide another. */
export async function shrink (options: RunOptions): Promise<RunOptions> {
  const fails = async (smaller: RunOptions): Promise<boolean> => (await run({ ...smaller, keepTrace: false })).problem !== undefined
  let least = options
  for (let nodes = 2; nodes < options.nodes; nodes++) {
    if (!await fails({ ...options, nodes })) continue
    least = { ...options, nodes }
    break
  }
  const steps = await shrinkNumber(1, least.steps, async count => await fails({ ...least, steps: count }))
  least = { ...least, steps }
  if (!await fails(least)) return options
  const all = Array.from({ length: steps }, (_, i) => i)
  const only = await shrinkList(all, async some => await fails({ ...least, only: some }), BUDGET)
  return only.length <= READABLE ? { ...least, only } : least
}
